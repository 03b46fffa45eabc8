"""People of a unit and of the units below it: made, let in and ended on pages, by two; other units do not exist."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests import factories

from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.types import Role
from truongso.kernel.models import AuditEntry
from truongso.kernel.scope import of_unit
from truongso.organizations.models import OrgUnit
from truongso.organizations.types import UnitKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

NEW = {"full_name": "Lò Văn Chuyên", "valid_from": "05/10/2026", "email": "", "phone": "", "username": ""}


@pytest.fixture
def units() -> tuple[OrgUnit, OrgUnit, OrgUnit]:
    """A department, a unit under it, and a stranger."""
    above, below = factories.org_unit("Sở Giáo dục và Đào tạo"), factories.org_unit("Phòng Văn hóa – Xã hội")
    OrgUnit.objects.filter(pk=below.pk).update(parent=above, kind=UnitKind.DEPARTMENT.value)
    return above, below, factories.org_unit("Sở của tỉnh khác")


def page(client: Client, path: str = "") -> str:
    return client.get(f"/nguoi-dung{path}").content.decode()


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (User, Membership, AccountRequest, ActivationLink, AuditEntry))


def test_an_officer_is_made_by_two_and_opens_the_account(units: tuple[OrgUnit, OrgUnit, OrgUnit]) -> None:
    above, below, stranger = units
    first = factories.login(Client(), factories.user(Role.OFFICE, unit=above, full_name="Vàng Thị Một"))
    second = factories.login(Client(), factories.user(Role.OFFICE, unit=above, full_name="Hoàng Văn Hai"))
    assert "Phòng Văn hóa – Xã hội" in page(first, "/them")
    answer = first.post("/nguoi-dung/them", {**NEW, "role": "officer", "unit_code": below.code})
    made = User.objects.get(full_name="Lò Văn Chuyên")
    assert (answer.status_code, answer["Location"]) == (302, f"/nguoi-dung/{made.public_id}")
    waiting = AccountRequest.objects.get()
    assert (waiting.kind, waiting.role, waiting.unit, waiting.school) == ("grant", "officer", below, None)
    assert made.memberships.count() == 0
    first.post(f"/nguoi-dung/de-nghi/{waiting.public_id}", {"decision": "approve"})
    assert made.memberships.count() == 0
    slip = second.post(f"/nguoi-dung/de-nghi/{waiting.public_id}", {"decision": "approve"}).content.decode()
    held = made.memberships.get()
    assert (held.role, held.unit, held.school) == ("officer", below, None)
    token = re.search(r"/kich-hoat/([\w-]+)", slip)
    assert token is not None
    assert Client().get(f"/kich-hoat/{token[1]}").status_code == 200
    acts = set(AuditEntry.objects.filter(school_id=of_unit(below.pk)).values_list("action", flat=True))
    assert acts == {"accounts:request:propose", "accounts:request:approve", "accounts:membership:grant"}
    assert "Lò Văn Chuyên" in page(first)
    other = factories.login(Client(), factories.user(Role.OFFICE, unit=stranger))
    before = rows()
    assert "Lò Văn Chuyên" not in page(other)
    for tail in ("", "/duong-dan", "/trang-thai", "/mat-lop-hai", "/lo-mat-khau", "/vai-tro", "/ket-thuc"):
        act = other.get if not tail else other.post
        assert act(f"/nguoi-dung/{made.public_id}{tail}").status_code == 404
    assert rows() == before


def test_a_link_a_role_and_an_end_at_a_unit_below(units: tuple[OrgUnit, OrgUnit, OrgUnit]) -> None:
    above, below, _stranger = units
    office, officer = factories.user(Role.OFFICE, unit=above), factories.user(Role.OFFICER, unit=below)
    first, second = (
        factories.login(Client(), one) for one in (office, factories.user(Role.OFFICE, unit=above, full_name="Hai"))
    )
    at = f"/nguoi-dung/{officer.public_id}"
    first.post(f"{at}/duong-dan")
    asked = AccountRequest.objects.get(kind="link")
    assert (asked.unit, ActivationLink.objects.count()) == (below, 0)
    second.post(f"/nguoi-dung/de-nghi/{asked.public_id}", {"decision": "approve"})
    assert ActivationLink.objects.get().user == officer
    role = officer.memberships.get()
    first.post(f"{at}/ket-thuc", {"membership": role.pk, "last_day": "06/10/2026", "reason": "Chuyển công tác"})
    role.refresh_from_db()
    assert str(role.valid_to) == "2026-10-06"
    ended = AuditEntry.objects.get(action="accounts:membership:end")
    assert (ended.school_id, ended.params["role"]) == (of_unit(below.pk), "officer")


def test_the_first_office_of_a_unit_is_made_by_the_one_above(units: tuple[OrgUnit, OrgUnit, OrgUnit]) -> None:
    above, below, _stranger = units
    founder = factories.login(Client(), factories.user(Role.OFFICE, unit=above))
    slip = founder.post("/nguoi-dung/them", {**NEW, "role": "office", "unit_code": below.code})
    made = User.objects.get(full_name="Lò Văn Chuyên")
    assert ("/kich-hoat/" in slip.content.decode(), made.memberships.get().unit) == (True, below)
    again = founder.post(
        "/nguoi-dung/them", {**NEW, "full_name": "Lò Văn Sau", "role": "office", "unit_code": below.code}
    )
    assert (again.status_code, AccountRequest.objects.get().role) == (302, "office")


def test_the_last_office_of_a_unit_below_is_ended_by_two_or_after_a_successor(
    units: tuple[OrgUnit, OrgUnit, OrgUnit],
) -> None:
    """Else one person above could empty an office and found it anew with whom he likes."""
    above, below, _stranger = units
    first, second = (
        factories.login(Client(), factories.user(Role.OFFICE, unit=above, full_name=name)) for name in ("Một", "Hai")
    )
    last = factories.user(Role.OFFICE, unit=below, full_name="Bộ phận dưới")
    role = last.memberships.get()
    end = {"membership": role.pk, "last_day": "05/10/2026", "reason": "Chuyển công tác"}
    first.post(f"/nguoi-dung/{last.public_id}/ket-thuc", end)
    role.refresh_from_db()
    asked = AccountRequest.objects.get()
    assert (role.valid_to, asked.kind, asked.unit, asked.membership) == (None, "end", below, role)
    proposed = AuditEntry.objects.get(action="accounts:request:propose")
    assert proposed.school_id == of_unit(below.pk)
    first.post(f"/nguoi-dung/de-nghi/{asked.public_id}", {"decision": "approve"})
    role.refresh_from_db()
    assert role.valid_to is None
    second.post(f"/nguoi-dung/de-nghi/{asked.public_id}", {"decision": "approve"})
    role.refresh_from_db()
    assert str(role.valid_to) == "2026-10-05"
    # With somebody who goes on, one who may approve is enough.
    leaving, staying = (factories.user(Role.OFFICE, unit=below, full_name=name) for name in ("Đi", "Ở"))
    held = leaving.memberships.get()
    first.post(f"/nguoi-dung/{leaving.public_id}/ket-thuc", {**end, "membership": held.pk})
    held.refresh_from_db()
    assert (str(held.valid_to), AccountRequest.objects.count()) == ("2026-10-05", 1)
    assert staying.memberships.get().valid_to is None


def test_what_is_asked_about_a_role_stands_at_the_place_of_the_role(units: tuple[OrgUnit, OrgUnit, OrgUnit]) -> None:
    """Somebody with roles at two units of one office: the end is filed where it ends."""
    above, below, _stranger = units
    by = factories.login(Client(), factories.user(Role.OFFICE, unit=above))
    person = factories.user(Role.OFFICE, unit=above, full_name="Hai nơi")
    start = person.memberships.get().valid_from
    held = Membership.objects.create(user=person, role="office", unit=below, valid_from=start)
    end = {"membership": held.pk, "last_day": "05/10/2026", "reason": "Thôi kiêm nhiệm"}
    by.post(f"/nguoi-dung/{person.public_id}/ket-thuc", end)
    assert AccountRequest.objects.get().unit == below
    assert AuditEntry.objects.get(action="accounts:request:propose").school_id == of_unit(below.pk)


def test_who_reads_writes_nothing_and_no_role_of_a_school_is_given(units: tuple[OrgUnit, OrgUnit, OrgUnit]) -> None:
    above, _below, stranger = units
    officer = factories.login(Client(), factories.user(Role.OFFICER, unit=above))
    office = factories.login(Client(), factories.user(Role.OFFICE, unit=above))
    before = rows()
    assert "Thêm người" not in page(officer)
    assert officer.post("/nguoi-dung/them", {**NEW, "role": "officer", "unit_code": above.code}).status_code == 403
    for said in ({"role": "principal", "unit_code": above.code}, {"role": "officer", "unit_code": stranger.code}):
        assert office.post("/nguoi-dung/them", {**NEW, **said}).status_code == 422
    assert rows() == before
    assert office.get("/nguoi-dung/tai-ve").status_code == office.get("/nguoi-dung/nhap").status_code == 404
