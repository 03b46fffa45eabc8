"""A42: looking up, checking and claiming reveal nothing to who guesses, and end after ten wrong tries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import money
from truongso.banking.claims.models import PaymentClaim
from truongso.fees.models import Invoice
from truongso.fees.types import new_code
from truongso.kernel import clock
from truongso.organizations.models import School
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
LOOK_UP = "/truong/79-thu/tra-cuu"


@pytest.fixture
def invoice(school: School) -> Invoice:
    School.objects.filter(pk=school.pk).update(support_contact="A", support_phone="02140000111", has_public_page=True)
    return money.invoice(school, [894_000])


def _addresses() -> Iterator[str]:
    yield from (f"203.0.113.{n}" for n in range(1, 250))


def test_a_wrong_code_and_a_wrong_date_get_the_same_answer_after_the_same_work(
    invoice: Invoice, client: Client
) -> None:
    answers, queries = [], []
    for code, proof in ((invoice.code, "15/03/2018"), (new_code("TS"), "14/03/2018"), (invoice.code, "0911111111")):
        with CaptureQueriesContext(connection) as asked:
            answers.append(client.post(LOOK_UP, {"code": code, "proof": proof}))
        queries.append(len(asked))
    assert [a.status_code for a in answers] == [422] * 3
    said = {text(a).replace(invoice.code, "") for a in answers}
    assert len({s.split("Tổ hỗ trợ phụ huynh")[0] for s in said}) == 1
    assert queries[0] == queries[1] == queries[2]


def test_ten_wrong_tries_from_one_place_are_the_end(invoice: Invoice, client: Client, school_day: dt.datetime) -> None:
    wrong = [client.post(LOOK_UP, {"code": new_code("TS"), "proof": "14/03/2018"}).status_code for _ in range(11)]
    assert wrong == [422] * 10 + [429]
    right = {"code": invoice.code, "proof": "14/03/2018"}
    assert client.post(LOOK_UP, right).status_code == 429
    assert client.post(LOOK_UP, right, REMOTE_ADDR="203.0.113.9").status_code == 302
    with clock.frozen(school_day + dt.timedelta(minutes=11)):
        assert client.post(LOOK_UP, right).status_code == 302


def test_birth_dates_of_one_invoice_cannot_be_tried_from_many_places(invoice: Invoice, client: Client) -> None:
    day, tried = dt.date(2018, 1, 1), []
    for address in list(_addresses())[:12]:
        form = {"code": invoice.code, "proof": day.strftime("%d/%m/%Y")}
        tried.append(client.post(LOOK_UP, form, REMOTE_ADDR=address).status_code)
        day += dt.timedelta(days=1)
    assert tried == [422] * 10 + [429] * 2
    spaced = {"code": f" {invoice.code[:3]}-{invoice.code[3:].lower()}", "proof": "14/03/2018"}
    assert client.post(LOOK_UP, spaced, REMOTE_ADDR="203.0.113.200").status_code == 429


def test_the_basket_is_no_way_round(invoice: Invoice, client: Client) -> None:
    start = client.get("/gop")["Location"]
    form = {"what": invoice.code, "proof": "01/01/2018"}
    assert [client.post(start, form).status_code for _ in range(11)] == [422] * 11
    assert "Đã thử sai quá nhiều lần." in text(client.post(start, {**form, "proof": "14/03/2018"}))


def test_codes_to_check_cannot_be_tried_through(invoice: Invoice, client: Client) -> None:
    answers = [client.get(f"/kt/{n:012}").status_code for n in range(12)]
    assert answers == [404] * 10 + [429] * 2
    assert client.get(f"/kt/{invoice.public_id[:12]}").status_code == 429
    assert client.get(f"/kt/{invoice.public_id[:12]}", REMOTE_ADDR="203.0.113.9").status_code == 200
    assert client.post("/kt/qr", {"payload": "x"}).status_code == 429


def test_claims_that_find_nothing_end_too(school: School, invoice: Invoice, client: Client) -> None:
    others = [money.invoice(school, full_name=f"Học Sinh {n}") for n in range(3)]
    tried = 0
    for one in [invoice, *others]:
        for n in range(5):
            form = {"reference": f"FT0000{n}", "amount": "100000", "paid_on": "05/10/2026"}
            tried += client.post(f"/p/{one.public_id}/da-chuyen", form).status_code == 302
    assert tried == 10
    assert PaymentClaim.objects.for_school(school).count() == 10
