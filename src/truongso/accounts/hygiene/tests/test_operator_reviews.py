"""Operators review one another: nobody the own account, one signs; who is alone has a paper signed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests import factories

from truongso.accounts.hygiene import tasks, unit_reviews
from truongso.accounts.hygiene.models import ReviewRound, UnitReviewItem
from truongso.accounts.models import Membership, User
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
PAGE = "/nguoi-van-hanh"


def operator(name: str) -> User:
    return factories.user(Role.OPERATOR, full_name=name)


def decisions() -> dict[str, str]:
    return dict(UnitReviewItem.objects.values_list("user__full_name", "decision"))


def number(user: User) -> int:
    return int(UnitReviewItem.objects.get(user=user).pk)


def test_two_operators_review_each_other_and_one_signs(school: School) -> None:
    one, two, three = operator("Một"), operator("Hai"), operator("Ba")
    first, second = factories.login(Client(), one), factories.login(Client(), two)
    early = [first.get(f"{PAGE}/{tail}", follow=True) for tail in ("dot", "dot/ky")]
    assert {(one.request["PATH_INFO"], "Chưa có đợt rà soát nào." in one.content.decode()) for one in early} == {
        (PAGE, True)
    }  # fmt: skip
    assert first.get(f"{PAGE}/dot/ban-in").status_code == 404
    first.post(f"{PAGE}/mo")
    of_round = ReviewRound.objects.get()
    assert (of_round.unit, of_round.started_by, decisions()) == (None, one, {"Một": "", "Hai": "", "Ba": ""})
    second.post(f"{PAGE}/mo")
    assert ReviewRound.objects.count() == 1
    first.post(f"{PAGE}/dot/quyet-dinh", {"tk": [number(one), number(two), "9" * 30]})
    assert decisions() == {"Một": "", "Hai": "confirmed", "Ba": ""}
    first.post(f"{PAGE}/dot/quyet-dinh", {"khoa": number(one), "reason": "x"})
    first.post(f"{PAGE}/dot/quyet-dinh", {"khoa": number(three), "reason": " "})
    first.post(f"{PAGE}/dot/ky", {"giay": "Giám đốc ký"})
    of_round.refresh_from_db()
    three.refresh_from_db()
    assert (of_round.signed_at, three.is_active, decisions()["Ba"]) == (None, True, "")
    first.post(f"{PAGE}/dot/quyet-dinh", {"khoa": number(three), "reason": "Thôi việc"})
    second.post(f"{PAGE}/dot/quyet-dinh", {"tk": [number(one)]})
    second.post(f"{PAGE}/dot/ky", {"dot": of_round.public_id})
    of_round.refresh_from_db()
    three.refresh_from_db()
    assert (of_round.signed_by, of_round.digest) == (two, unit_reviews.digest_of(of_round))
    assert (decisions(), three.is_active) == ({"Một": "confirmed", "Hai": "confirmed", "Ba": "disabled"}, False)
    acts = AuditEntry.objects.filter(school_id=0, action__startswith="accounts:review:").order_by("seq")
    assert [act.action.rsplit(":")[-1] for act in acts] == ["open", "confirm", "disabled", "confirm", "sign"]
    with pytest.raises(DatabaseError), transaction.atomic():
        UnitReviewItem.objects.update(reason="x")
    for tail in ("", "/dot", f"/dot?dot={of_round.public_id}", "/dot/ban-in"):
        assert "Hai" in first.get(f"{PAGE}{tail}").content.decode()
    assert first.get(f"{PAGE}/dot?dot=khac").status_code == 404


@pytest.mark.parametrize("came_in", [False, True])
def test_who_is_alone_has_a_paper_signed(came_in: bool) -> None:
    """Also beside one who never came in yet, or has lost the only key, and neither reviews nor signs."""
    alone, new = operator("Một"), operator("Mới")
    began = clock.now() if came_in else None
    User.objects.filter(pk=new.pk).update(password="!", activated_at=began, second_factor_since=None)
    client = factories.login(Client(), alone)
    client.post(f"{PAGE}/mo")
    assert "Xác nhận tài khoản đã chọn" in client.get(f"{PAGE}/dot").content.decode()
    client.post(f"{PAGE}/dot/ky", {"giay": "Giám đốc trung tâm ký"})
    client.post(f"{PAGE}/dot/quyet-dinh", {"tk": [number(new)]})
    assert decisions() == {"Một": "", "Mới": "confirmed"}
    assert "Ký trên bản in" in client.get(f"{PAGE}/dot").content.decode()
    client.post(f"{PAGE}/dot/ky")
    of_round = ReviewRound.objects.get()
    assert (of_round.signed_at, decisions()) == (None, {"Một": "", "Mới": "confirmed"})
    client.post(f"{PAGE}/dot/ky", {"giay": "Giám đốc trung tâm ký 05/10/2026, tập hồ sơ 12"})
    of_round.refresh_from_db()
    assert (of_round.signed_by, of_round.note) == (alone, "Giám đốc trung tâm ký 05/10/2026, tập hồ sơ 12")
    assert decisions() == {"Một": "spared", "Mới": "confirmed"}
    assert "tập hồ sơ 12" in client.get(f"{PAGE}/dot/ban-in").content.decode()


def test_what_nobody_reviewed_is_suspended_but_not_the_last(school: School) -> None:
    one, two = operator("Một"), operator("Hai")
    Membership.objects.create(user=two, role=Role.SUBJECT_TEACHER.value, school=school, valid_from=clock.today())
    factories.login(Client(), one).post(f"{PAGE}/mo")
    with clock.frozen(clock.now() + dt.timedelta(days=15)):
        tasks.run_reviews()
        tasks.run_reviews()
        found = decisions()
        assert sorted(found.values()) == ["expired", "spared"]
        gone = one if found["Một"] == "expired" else two
        gone.refresh_from_db()
        roles = Membership.objects.filter(user=gone, role="operator", valid_to=None)
        # Who also teaches keeps the account and loses the role.
        assert (gone.is_active, roles.exists()) == ((True, False) if gone == two else (False, True))


def test_the_last_who_can_come_in_is_not_suspended() -> None:
    """The other has lost the only key: with both gone nobody runs the installation."""
    one, two = operator("Ba"), operator("Hai")
    User.objects.filter(pk=two.pk).update(password="!", second_factor_since=None)
    factories.login(Client(), one).post(f"{PAGE}/mo")
    with clock.frozen(clock.now() + dt.timedelta(days=15)):
        tasks.run_reviews()
    assert decisions() == {"Ba": "spared", "Hai": "expired"}
    assert dict(User.objects.values_list("full_name", "is_active")) == {"Ba": True, "Hai": False}


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.PRINCIPAL, Role.IT_ADMIN])
def test_nobody_else_comes_here(school: School, role: Role) -> None:
    other = factories.login(Client(), factories.user(role, school=school))
    assert {other.get(f"{PAGE}{tail}").status_code for tail in ("", "/dot", "/dot/ban-in")} == {403}
    assert {other.post(f"{PAGE}/{tail}").status_code for tail in ("mo", "dot/quyet-dinh", "dot/ky")} == {403}
    assert not ReviewRound.objects.exists()
