"""The public page in a frame of the school's own website, and of no other."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.organizations.models import School
from truongso.workspaces.embedding import framing_places
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
EMBEDDED = "/truong/79-thu/nhung"


@pytest.fixture
def open_school(school: School) -> School:
    School.objects.filter(pk=school.pk).update(
        support_contact="Cô Phạm Thị Hòa", support_phone="02140000111", has_public_page=True,
        website="https://www.thlevantam.example/gioi-thieu",
    )  # fmt: skip
    school.refresh_from_db()
    return school


@pytest.mark.parametrize(
    ("website", "places"),
    [
        ("https://thlevantam.example", ("https://thlevantam.example", "https://www.thlevantam.example")),
        ("https://WWW.thlevantam.example/a?b", ("https://thlevantam.example", "https://www.thlevantam.example")),
        ("http://truong.example:8080/", ("http://truong.example:8080", "http://www.truong.example:8080")),
        ("", ()),
        ("thlevantam.example", ()),
        ("https://*.example", ()),
        ("https://a.example;script-src *", ()),
        ("https://a.example 'unsafe-inline'", ()),
        ("https://localhost", ()),
        ("javascript:alert(1)", ()),
        ("https://a..example", ()),
        ("https://a.example:99999", ()),
    ],
)
def test_only_a_plain_website_may_frame(website: str, places: tuple[str, ...]) -> None:
    assert framing_places(website) == places


def test_the_frame_shows_the_disclosure_and_nothing_to_type_into(open_school: School, client: Client) -> None:
    factories.fee_item(open_school, "AN", "Tiền ăn bán trú", amount=28_000)
    invoice = money.invoice(open_school, [300_000])
    answer = client.get(EMBEDDED)
    shown, page = text(answer), answer.content.decode()
    for expected in ("Tiền ăn bán trú", "TRUONG TIEU HOC LE VAN TAM", "Cô Phạm Thị Hòa", "Tra cứu và nộp tiền"):
        assert expected in shown, expected
    assert "<form" not in page
    assert '<base target="_blank">' in page
    for private in (invoice.code, invoice.student_name, invoice.payer_name, invoice.public_id):
        assert private not in page


def test_its_own_framing_rule_names_the_schools_website_alone(open_school: School, client: Client) -> None:
    framed = client.get(EMBEDDED)
    rule = "frame-ancestors https://thlevantam.example https://www.thlevantam.example;"
    assert rule in framed["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in framed
    for address in ("/truong/79-thu", "/truong/79-thu/tra-cuu", "/"):
        other = client.get(address)
        assert "frame-ancestors 'none'" in other["Content-Security-Policy"], address
        assert other["X-Frame-Options"] == "DENY", address


def test_without_a_website_nobody_frames_it(open_school: School, client: Client) -> None:
    School.objects.filter(pk=open_school.pk).update(website="")
    answer = client.get(EMBEDDED)
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_a_closed_page_is_not_in_the_frame_either(school: School, client: Client) -> None:
    assert client.get(EMBEDDED).status_code == 404
    assert client.get("/79-thu/cong-khai").status_code == 404


def test_the_short_address_leads_to_the_page(open_school: School, client: Client) -> None:
    assert client.get("/79-thu/cong-khai")["Location"] == "/truong/79-thu"


def test_the_settings_give_one_line_to_paste(open_school: School, client: Client) -> None:
    factories.login(client, factories.user(Role.PRINCIPAL, school=open_school))
    page = client.get("/cai-dat/truong").content.decode()
    line = '<iframe src="http://127.0.0.1:8000/truong/79-thu/nhung" title="Nội dung công khai của '
    assert line in unescape(page)
    assert "<iframe" not in page
    School.objects.filter(pk=open_school.pk).update(website="")
    said = text(client.get("/cai-dat/truong"))
    assert "Ghi cổng thông tin chính thức của trường ở trên để lấy dòng nhúng" in said
