"""Public guides: one for each way the school has on, with small pictures of ours, linked where they are needed."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image
from tests import factories, money, pdf

from truongso.fees.models import Invoice
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import School
from truongso.payments.fee_notices.pdf import notices_pdf
from truongso.payments.fee_notices.queries import letterhead, notices_by_class
from truongso.payments.fee_notices.types import Scope
from truongso.payments.types import Method
from truongso.payments.vietqr import decode
from truongso.workspaces.guides import GUIDES
from truongso.workspaces.tests.reading import text
from truongso.workspaces.ways import NAMINGS

MOST_BYTES = 40_000
PICTURES = sorted({step.picture.path for guide in GUIDES.values() for step in guide.steps})


def found(path: str) -> Path:
    place = finders.find(path)
    assert isinstance(place, str), path
    return Path(place)


@pytest.fixture
def open_school(school: School, school_day: object) -> School:
    """A school with its public page and an account; what needs a contract (gateways, terminals, banks) it has not."""
    School.objects.filter(pk=school.pk).update(
        has_public_page=True, support_contact="Cô Phạm Thị Hòa", support_phone="02140000111"
    )
    factories.bank_account(school)
    school.refresh_from_db()
    return school


def test_every_way_has_a_guide_of_three_steps_or_more() -> None:
    assert set(GUIDES) == set(NAMINGS) == set(Method)
    assert all(len(guide.steps) >= 3 and guide.cautions for guide in GUIDES.values())


@pytest.mark.parametrize("path", PICTURES)
def test_pictures_are_small_and_as_large_as_stated(path: str) -> None:
    place = found(path)
    assert place.stat().st_size <= MOST_BYTES
    stated = {
        (step.picture.width, step.picture.height)
        for guide in GUIDES.values()
        for step in guide.steps
        if step.picture.path == path
    }
    if path.endswith(".svg"):
        drawn = re.search(r'viewBox="0 0 (\d+) (\d+)"', place.read_text())
        assert drawn is not None
        assert stated == {(int(drawn[1]), int(drawn[2]))}
        assert not re.search(r"<script|href|<image|<text", place.read_text())
    else:
        with Image.open(place) as picture:
            assert stated == {(picture.width * 2 // 3, picture.height * 2 // 3)}


def test_no_picture_can_be_paid() -> None:
    """A code in a screenshot names a bank that does not exist."""
    place = found("workspaces/guides/pay.webp")
    with Image.open(place) as picture:
        flat = picture.convert("RGB").resize((picture.width * 2, picture.height * 2))
    out = BytesIO()
    flat.save(out, "PNG")
    assert [decode(one).bank_bin for one in read_qr(out.getvalue())] == ["999999"]


@pytest.mark.django_db
@pytest.mark.parametrize("method", [Method.QR_TRANSFER, Method.CASH])
def test_a_guide_shows_its_steps_with_lazy_pictures(open_school: School, client: Client, method: Method) -> None:
    answer = client.get(f"/truong/79-thu/huong-dan/{NAMINGS[method].slug}")
    assert answer.status_code == 200
    shown, html = text(answer), answer.content.decode()
    for step in GUIDES[method].steps:
        assert str(step.text) in shown
        assert f'alt="{step.picture.alt}"' in html
    images = re.findall(r"<img [^>]+>", html)
    assert len(images) == len(GUIDES[method].steps)
    assert [("loading=" in one) for one in images] == [False] + [True] * (len(images) - 1)
    assert all('width="' in one and 'height="' in one for one in images)
    assert "Cô Phạm Thị Hòa" in shown


@pytest.mark.django_db
def test_only_ways_the_school_has_are_shown(open_school: School, client: Client) -> None:
    shown = text(client.get("/truong/79-thu/huong-dan"))
    assert str(NAMINGS[Method.QR_TRANSFER].long) in shown
    assert str(NAMINGS[Method.WEB].long) not in shown
    for unknown in (NAMINGS[Method.WEB].slug, "khong-co"):
        answer = client.get(f"/truong/79-thu/huong-dan/{unknown}")
        assert (answer.status_code, answer["Location"]) == (302, "/truong/79-thu/huong-dan")


@pytest.mark.django_db
def test_a_closed_public_page_has_no_guides(school: School, client: Client) -> None:
    assert client.get("/truong/79-thu/huong-dan").status_code == 404
    assert client.get("/truong/79-thu/huong-dan/ma-qr").status_code == 404


@pytest.mark.django_db
def test_guides_are_linked_from_page_frame_payment_page_and_notice(open_school: School, client: Client) -> None:
    invoice: Invoice = money.invoice(open_school, [250_000])
    link = "/truong/79-thu/huong-dan/ma-qr"
    for address in ("/truong/79-thu", "/truong/79-thu/nhung", f"/p/{invoice.public_id}"):
        assert link in client.get(address).content.decode(), address
    assert "/truong/79-thu/huong-dan/tien-mat" in client.get(f"/p/{invoice.public_id}/cach/tien-mat").content.decode()
    groups = [group for _name, group in notices_by_class(open_school.pk, Scope(invoice.round_id))]
    paper = pdf.text(notices_pdf(letterhead(open_school), groups))
    assert "127.0.0.1:8000/truong/79-thu/huong-dan" in " ".join(paper.split())


@pytest.mark.django_db
def test_a_school_without_public_page_links_to_no_guide(school: School, school_day: object, client: Client) -> None:
    invoice = money.invoice(school, [250_000])
    assert "huong-dan" not in client.get(f"/p/{invoice.public_id}").content.decode()
    groups = [group for _name, group in notices_by_class(school.pk, Scope(invoice.round_id))]
    assert "huong-dan" not in pdf.text(notices_pdf(letterhead(school), groups))
