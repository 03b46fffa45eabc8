"""The public page: fee list, accounts, ways to pay, totals, look-up; closed until somebody can be asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import School
from truongso.organizations.public import SchoolProfile, save_profile
from truongso.organizations.types import OrganizationError
from truongso.payments.public import book
from truongso.payments.types import Method
from truongso.payments.vietqr import decode
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

PROFILE = SchoolProfile(
    support_contact="Cô Phạm Thị Hòa", support_phone="02140000111", support_hours="7:30–16:30", answer_days=1,
    website="https://thlevantam.example", fanpage="https://fanpage.example/thlevantam", has_public_page=True,
)  # fmt: skip


@pytest.fixture
def open_school(school: School, actor: Actor) -> School:
    with savepoint():
        return save_profile(actor=actor, school=school, profile=PROFILE)


def test_the_page_shows_fees_accounts_ways_and_whom_to_ask(open_school: School, client: Client, actor: Actor) -> None:
    factories.fee_item(open_school, "AN", "Tiền ăn bán trú", amount=28_000)
    invoice = money.invoice(open_school, [300_000])
    book(open_school.pk, booking=money.booking((invoice, 200_000)), actor=actor)
    book(open_school.pk, booking=money.booking((invoice, 100_000), method=Method.CASH), actor=actor)
    shown = text(client.get("/truong/79-thu"))
    for expected in (
        "Nội dung công khai", "Các khoản thu đang áp dụng, ngày 05/10/2026", "Tiền ăn bán trú", "28.000 đ/tháng",
        "18/2025/NQ-HĐND Hội đồng nhân dân Thành phố", "TRUONG TIEU HOC LE VAN TAM Vietcombank 0071 0001 2345 6",
        "1 trong 2 lượt nộp, 200.000 đ", "Quét VietQR bằng app ngân hàng", "Tra cứu và nộp tiền",
        "Tổ hỗ trợ phụ huynh Cô Phạm Thị Hòa 0214 000 0111 · 7:30–16:30", "Fanpage", "Website của trường",
    ):  # fmt: skip
        assert expected in shown, expected


def test_the_page_is_closed_until_the_school_opens_it(school: School, client: Client) -> None:
    for slug in ("79-thu", "khong-co"):
        answer = client.get(f"/truong/{slug}")
        assert answer.status_code == 404
        assert "Không có trang này" in text(answer)
    assert client.post("/truong/79-thu/tra-cuu", {"code": "TS", "proof": "1"}).status_code == 404


def test_nobody_is_asked_to_pay_where_nobody_can_be_asked(school: School, client: Client, actor: Actor) -> None:
    without = replace(PROFILE, support_phone="")
    with pytest.raises(OrganizationError) as refused, savepoint():
        save_profile(actor=actor, school=school, profile=without)
    assert refused.value.code == "support_missing"
    with pytest.raises(IntegrityError), savepoint():
        School.objects.filter(pk=school.pk).update(has_public_page=True)
    school.refresh_from_db()
    assert not school.has_public_page


def test_the_settings_page_says_what_is_missing_and_opens_the_page(school: School, client: Client) -> None:
    factories.login(client, factories.user(Role.PRINCIPAL, school=school))
    assert "Chưa mở được trang công khai Ghi người hỗ trợ và số điện thoại" in text(client.get("/cai-dat/truong"))
    form = {**_values(), "has_public_page": "on"}
    refused = client.post("/cai-dat/truong", {**form, "support_contact": " "})
    assert refused.status_code == 422
    assert "Ghi người hỗ trợ và số điện thoại trước khi mở trang công khai." in text(refused)
    assert School.objects.get(pk=school.pk).support_phone == ""
    saved = client.post("/cai-dat/truong", form, follow=True)
    assert "http://127.0.0.1:8000/truong/79-thu" in text(saved)
    assert School.objects.get(pk=school.pk).answer_days == 1


@pytest.mark.parametrize("role", [Role.CASHIER, Role.HOMEROOM_TEACHER])
def test_the_settings_are_not_for_everyone(school: School, client: Client, role: Role) -> None:
    factories.login(client, factories.user(role, school=school))
    assert client.get("/cai-dat/truong").status_code == 403
    assert client.get("/thu/phuong-thuc/thiet-lap").status_code == 403


@pytest.mark.parametrize("proof", ["14/03/2018", "14.3.2018", "2018-03-14", "0900000001", "+84 900 000 001"])
def test_look_up_opens_masked_and_pays(open_school: School, client: Client, proof: str) -> None:
    invoice = money.invoice(open_school, [894_000])
    spaced = f"{invoice.code[:2].lower()} {invoice.code[2:]}"
    answer = client.post("/truong/79-thu/tra-cuu", {"code": spaced, "proof": proof})
    page = client.get(answer["Location"])
    shown = text(page)
    assert f"Ng*** B*** An · {invoice.code} Chưa nộp, số tiền cần nộp 894.000 đ · hạn 20/10/2026" in shown
    assert "Người nộp tiền Tr*** Th*** Th*** Hằng" in shown
    for hidden in ("Nguyễn Bảo", "Trần Thị", invoice.public_id, "3A2"):
        assert hidden not in page.content.decode(), hidden
    assert page["Cache-Control"] == "no-store"
    read = decode(read_qr(client.get(f"{answer['Location']}/qr.png").content)[0])
    assert (read.amount, read.bill_number) == (Dong(894_000), invoice.code)


def test_a_looked_up_page_belongs_to_its_school_and_ends(open_school: School, client: Client) -> None:
    invoice = money.invoice(open_school)
    found = client.post("/truong/79-thu/tra-cuu", {"code": invoice.code, "proof": "14/03/2018"})["Location"]
    other = factories.school(code="79-KHAC", name="Trường Tiểu học Kim Đồng", prefix="KD")
    School.objects.filter(pk=other.pk).update(support_contact="A", support_phone="1", has_public_page=True)
    elsewhere = client.get(found.replace("/79-thu/", "/79-khac/"))
    assert elsewhere["Location"] == "/truong/79-khac/tra-cuu"
    assert client.get("/truong/79-thu/phieu/abc")["Location"] == "/truong/79-thu/tra-cuu"


def test_queries_do_not_grow_with_pupils(open_school: School, client: Client) -> None:
    counts = []
    for n in range(2):
        money.invoice(open_school, [250_000], full_name=f"Học Sinh {n}")
        factories.fee_item(open_school, f"K{n}x", f"Khoản {n}")
        with CaptureQueriesContext(connection) as queries:
            client.get("/truong/79-thu")
        counts.append(len(queries))
    assert counts == [13, 13]


def _values() -> dict[str, object]:
    return {name: getattr(PROFILE, name) for name in PROFILE.__slots__}
