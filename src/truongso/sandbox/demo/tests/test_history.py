"""What lies behind the last demo school: a closed month, files of every kind, patterns with their payments."""

from __future__ import annotations

import datetime as dt

import pytest

from truongso.banking.closing.models import MonthClose
from truongso.banking.closing.queries import book_state, month_closes
from truongso.banking.coverage import days_of, gaps, overlaps
from truongso.banking.mapping.models import StatementLayout
from truongso.banking.models import BankLine, StatementImport
from truongso.fees.models import Invoice
from truongso.kernel import clock, selfcheck
from truongso.kernel.db import transaction
from truongso.payments.public import add_pos_terminal
from truongso.payments.virtual_accounts.models import InvoiceNumber
from truongso.people.models import Enrolment
from truongso.reporting.flags.models import Flag
from truongso.sandbox.demo import history, setup
from truongso.sandbox.demo.setup import ACTOR, Scale

pytestmark = pytest.mark.django_db(transaction=True)
SEPTEMBER = (dt.date(2026, 9, 1), dt.date(2026, 9, 30))
TODAY = dt.datetime(2026, 11, 22, 9, tzinfo=clock.SCHOOL_TIME)


def test_a_second_account_with_all_that_happens_to_accounts() -> None:
    with clock.frozen(TODAY):
        _play()


def _play() -> None:
    tree, year = setup.units(), setup.years()
    demo = setup.schools(tree, Scale(first=3, schools=1))
    place = demo[0]
    setup.pupils(demo, Scale())
    name = history.last_year(place.pupils)[0].class_name
    place.pupils = [p for p in place.pupils if p.class_name in {name, "10A1", "11A1"}]
    history.enrol(place)
    setup.rosters(demo, year, lambda _text: None)
    setup.fees(demo)
    setup.staff(demo, year)
    past = history.play(place, lambda _text: None)
    account, school = past.account, place.school
    with transaction():
        terminal = add_pos_terminal(place.account, code="79900009", acquirer="BIDV", merchant_code="1", actor=ACTOR)
    history.look_back(past, terminal)

    files = StatementImport.objects.for_school(school).order_by("pk")
    assert [(f.layout.split(":")[0], f.state, f.flagged, f.counts["known"]) for f in files] == [
        ("mt940", "applied", False, 0), ("camt.053", "applied", False, 0), ("custom", "applied", False, 0),
        ("bidv_detail", "applied", False, 4), ("mt940", "applied", True, 0), ("mt940", "applied", False, 0),
        ("", "mapping", False, 0),
    ]  # fmt: skip
    assert StatementLayout.objects.for_school(school).get().name == "BIDV, tệp rút gọn"
    days = days_of(account, *SEPTEMBER)
    assert overlaps(days) == [(dt.date(2026, 9, 10), dt.date(2026, 9, 11))]
    assert gaps(days) == [(dt.date(2026, 9, 18), dt.date(2026, 9, 20))]
    taken_back = BankLine.objects.for_school(school).get(state="reversed")
    assert (taken_back.booked_on, taken_back.reversals.get().booked_on) == (dt.date(2026, 9, 28), history.LEFT)
    assert [(m.year, m.month, m.state) for m in month_closes(school.pk)] == [(2026, 5, "confirmed")]
    assert MonthClose.objects.for_school(school).get().moved > history.OPENING
    assert book_state(school, account).locked_through == history.MAY_ENDS
    assert sorted(Flag.objects.for_school(school).values_list("period", "pattern")) == [
        ("2026-Q3", "one_account"), ("2026-Q3", "round_splits"), ("2026-Q3", "share_up_total_down"),
        ("2026-Q3", "unsettled_slips"),
    ]  # fmt: skip
    numbers = InvoiceNumber.objects.for_school(school).filter(bank_account=account)
    assert numbers.count() == Invoice.objects.for_school(school).filter(round__priced_on=history.AUTUMN).count() > 20
    assert all(one.number == f"963YS{one.invoice.code}" for one in numbers.select_related("invoice"))
    seats = Enrolment.objects.for_school(school).filter(school_class__school_year__code="2025-2026")
    assert seats.count() > 20
    assert not seats.filter(valid_to=None).exists()
    assert [r.title for r in selfcheck.run_all() if not r.ok] == []
