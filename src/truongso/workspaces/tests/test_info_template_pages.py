"""The department writes, looks at, publishes and compares versions; schools and other offices only look."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from tests import factories, pdf

from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.models import OrgUnit, School
from truongso.organizations.public import PaymentTemplate, supervise, template_draft, template_versions
from truongso.organizations.types import SupervisionFunction, UnitKind
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

PAGE = "/phong/mau-thong-tin"
FOUR = ["payer", "beneficiary", "reason", "invoice_code"]


@pytest.fixture
def department() -> OrgUnit:
    return factories.org_unit()


@pytest.fixture
def officer(client: Client, department: OrgUnit) -> Client:
    return factories.login(client, factories.user(Role.OFFICER, unit=department))


def form(*extra: str, **changes: Any) -> dict[str, object]:
    """A draft as the page sends it: the four (or `four`), then `extra` in this order."""
    chosen = [*changes.pop("four", FOUR), *extra]
    places = {f"thu-tu-{source}": str(place) for place, source in enumerate(chosen, start=1)}
    labels = {f"ten-{source}": f"Tên {source}"[:24] for source in extra}
    return {"dung": chosen, "van-ban": "Công văn số 2177", **places, **labels, **changes}


def test_from_draft_to_publication(officer: Client, department: OrgUnit) -> None:
    assert "Đang áp dụng: bốn thông tin bắt buộc" in text(officer.get(PAGE))
    assert "Chưa ban hành phiên bản nào" in text(officer.get(PAGE))
    answer = officer.post(
        f"{PAGE}/ban-nhap", form("class", "school_year", **{"loi-class": "Theo danh sách lớp", "thu-tu-class": "9"})
    )
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}/xem-truoc")
    shown = text(officer.get(f"{PAGE}/xem-truoc"))
    assert "Tên school_year 2026–2027 Tên class 3A2 Theo danh sách lớp" in shown
    paper = officer.get(f"{PAGE}/xem-truoc.pdf")
    assert "Tên school_year: 2026–2027 · Tên class: 3A2" in " ".join(pdf.text(paper.content).split())
    done = officer.post(f"{PAGE}/ban-hanh", {"ngay": "05/10/2026"}, follow=True)
    assert "Đã ban hành. Đợt thu phát hành từ 05/10/2026 dùng mẫu mới." in text(done)
    assert "Đang áp dụng: bản 1, từ 05/10/2026" in text(done)
    assert [(row.number, len(row.specs), row.basis) for row in template_versions(department)] == [
        (1, 6, "Công văn số 2177")
    ]


def test_a_form_without_a_mandatory_field_is_refused_and_keeps_what_was_typed(
    officer: Client, department: OrgUnit
) -> None:
    answer = officer.post(f"{PAGE}/ban-nhap", form("class", four=FOUR[:3], **{"ten-class": "Lớp học"}))
    assert answer.status_code == 422
    assert "Bốn thông tin bắt buộc không bỏ được; đang thiếu: Mã hóa đơn." in text(answer)
    assert 'value="Lớp học"' in answer.content.decode()
    assert template_draft(department) is None
    refused = officer.post(f"{PAGE}/ban-nhap", form("luong"))
    assert "Danh mục không có thông tin “luong”" in text(refused)
    assert not PaymentTemplate.objects.exists()


def test_two_versions_of_one_day_and_days_gone_by(officer: Client, department: OrgUnit) -> None:
    factories.payment_template(unit=department)
    officer.post(f"{PAGE}/ban-nhap", form("class"))
    for day, said in (
        ("05/10/2026", "Đã có một phiên bản áp dụng từ ngày 05/10/2026. Chọn ngày khác."),
        ("04/10/2026", "Chọn ngày áp dụng từ 05/10/2026 trở đi"),
    ):
        answer = officer.post(f"{PAGE}/ban-hanh", {"ngay": day})
        assert answer.status_code == 422
        assert said in text(answer)
    assert officer.post(f"{PAGE}/ban-hanh", {"ngay": ""}).status_code == 422
    assert len(template_versions(department)) == 1
    assert template_draft(department) is not None
    assert "Đã bỏ bản nháp." in text(officer.post(f"{PAGE}/bo-nhap", follow=True))
    assert template_draft(department) is None


def test_versions_are_compared(officer: Client, department: OrgUnit) -> None:
    old = factories.payment_template(unit=department, extra=[("class", "Lớp"), ("round", "Đợt")])
    new = factories.payment_template(
        unit=department, extra=[("round", "Đợt thu"), ("school_year", "Năm học")], valid_from=dt.date(2026, 11, 1)
    )
    shown = text(officer.get(f"{PAGE}/so-sanh", {"cu": old.public_id, "moi": new.public_id}))
    for expected in ("Lớp Lớp — bỏ", "Đợt thu Đợt Đợt thu đổi lời", "Năm học — Năm học thêm mới", "Lý do giữ nguyên"):
        assert expected in shown.replace("Lý do Lý do Lý do", "Lý do"), expected
    assert "Bản 2 sắp áp dụng 01/11/2026" in text(officer.get(PAGE))


def test_another_offices_template_cannot_be_seen_or_written(officer: Client, department: OrgUnit) -> None:
    foreign = factories.org_unit("Sở khác")
    theirs, mine = factories.payment_template(unit=foreign), factories.payment_template(unit=department)
    assert officer.get(f"{PAGE}/xem-truoc", {"ban": theirs.public_id}).status_code == 404
    assert officer.get(f"{PAGE}/so-sanh", {"cu": theirs.public_id, "moi": mine.public_id}).status_code == 404
    officer.post(f"{PAGE}/ban-nhap", form("class"))
    assert template_draft(foreign) is None


def test_a_commune_only_looks(department: OrgUnit) -> None:
    commune = factories.org_unit("Ủy ban nhân dân phường", kind=UnitKind.COMMUNE)
    OrgUnit.objects.filter(pk=commune.pk).update(parent=department)
    factories.payment_template(unit=department)
    below = factories.login(Client(), factories.user(Role.OFFICER, unit=commune))
    shown = text(below.get(PAGE))
    assert "Đơn vị của thầy/cô xem được, không sửa được." in shown
    assert "Đang áp dụng: bản 1" in shown
    answer = below.post(f"{PAGE}/ban-nhap", form("class"))
    assert answer.status_code == 422
    assert "Mẫu do cấp quản lý cao nhất ban hành." in text(answer)
    assert template_draft(commune) is None


def test_the_school_sees_what_its_papers_carry(school: School, department: OrgUnit, actor: Actor) -> None:
    accountant = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    assert "Trường chưa thuộc đơn vị quản lý nào" in text(accountant.get("/cai-dat/mau-thong-tin"))
    with transaction():
        supervise(
            actor=actor, school=school, unit=department, function=SupervisionFunction.REPORTING,
            valid_from=dt.date(2026, 9, 1),
        )  # fmt: skip
    factories.payment_template(unit=department)
    shown = text(accountant.get("/cai-dat/mau-thong-tin"))
    assert "Do Sở Giáo dục và Đào tạo ban hành" in shown
    assert "Đợt thu phát hành hôm nay dùng bản 1, áp dụng từ 05/10/2026" in shown
    assert "Mã học sinh HS0007" in shown
    assert accountant.get(PAGE).status_code == 403
    assert accountant.post(f"{PAGE}/ban-nhap", form("class")).status_code == 403
