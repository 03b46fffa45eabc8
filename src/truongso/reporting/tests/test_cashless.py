"""The cashless report: exact figures, cash, undo within and across periods, recount from the evidence."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories, money

from truongso.fees.models import Invoice
from truongso.fees.types import FeeNature
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Payment
from truongso.payments.public import book, undo
from truongso.payments.types import EvidenceKind, Method
from truongso.reporting import selfcheck
from truongso.reporting.cashless import BookedPayment, add_up, by_day, movements, standing_out
from truongso.reporting.periods import Period, month, months_of, one_day, parse, quarter
from truongso.reporting.queries import (
    cashless_figures,
    credit_figures,
    day_figures,
    nature_figures,
    payments_behind,
)
from truongso.reporting.types import Figures

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test", "cli")
Q3, Q4 = quarter(2026, 3), quarter(2026, 4)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SCHOOL_TIME)


def pay(
    invoice: Invoice, amount: int, when: str, method: Method = Method.QR_TRANSFER, *, reference: str = ""
) -> Payment:
    """Money that came at `when` and was booked a minute later."""
    kind = EvidenceKind.CASH_RECEIPT if method is Method.CASH else EvidenceKind.NOTICE
    moment = at(when)
    wanted = money.booking((invoice, amount), kind=kind, method=method, received_at=moment, reference=reference)
    with clock.frozen(moment + dt.timedelta(minutes=1)), savepoint():
        return book(invoice.school_id, booking=wanted, actor=SYSTEM)


def take_back(payment: Payment, when: str) -> None:
    with clock.frozen(at(when)), savepoint():
        undo(payment.school_id, payment_id=payment.pk, reason="Ghi nhầm học sinh", actor=SYSTEM)


def table(school: School, period: Period) -> dict[str, tuple[int, int]]:
    report = cashless_figures(school.pk, period)
    return {m.method.value: (m.figures.count, int(m.figures.value)) for m in report.by_method if m.figures.count}


def invoice(school: School, name: str = "Nguyễn Bảo An", amount: int = 1_000_000) -> Invoice:
    return money.invoice(school, (amount,), full_name=name)


def test_counts_values_and_shares_are_exact(school: School) -> None:
    an, binh = invoice(school), invoice(school, "Trần Văn Bình")
    pay(an, 300_000, "2026-10-05T08:00")
    pay(an, 200_001, "2026-11-30T23:59", Method.MOBILE_MONEY)
    pay(binh, 100_000, "2026-12-31T23:59", Method.CASH)
    pay(binh, 50_000, "2027-01-01T00:00")
    report = cashless_figures(school.pk, Q4)
    assert table(school, Q4) == {
        "qr_transfer": (1, 300_000), "mobile_money": (1, 200_001), "cash": (1, 100_000),
    }  # fmt: skip
    assert report.all == Figures(3, Dong(600_001))
    assert report.cashless == Figures(2, Dong(500_001))
    assert report.count_share == Fraction(2, 3)
    assert report.value_share == Fraction(500_001, 600_001)
    assert money.broken_invariants() == []


def test_an_empty_period_has_no_shares(school: School) -> None:
    report = cashless_figures(school.pk, Q4)
    assert report.all == Figures(0, Dong(0))
    assert (report.count_share, report.value_share) == (None, None)
    assert [m.method for m in report.by_method] == [*(m for m in Method if m is not Method.CASH), Method.CASH]
    assert nature_figures(school.pk, Q4) == []


def test_only_the_school_itself_counts(school: School, other_school: School) -> None:
    pay(money.invoice(other_school), 100_000, "2026-10-05T08:00")
    assert cashless_figures(school.pk, Q4).all == Figures()


def test_undone_within_the_period_counts_nothing(school: School) -> None:
    first = pay(invoice(school), 300_000, "2026-10-05T08:00")
    pay(invoice(school, "Trần Văn Bình"), 100_000, "2026-10-06T08:00", Method.CASH)
    take_back(first, "2026-12-31T23:59")
    assert table(school, Q4) == {"cash": (1, 100_000)}
    assert table(school, month(2026, 10)) == {"qr_transfer": (1, 300_000), "cash": (1, 100_000)}
    assert table(school, month(2026, 12)) == {"qr_transfer": (-1, -300_000)}
    behind = payments_behind(school.pk, Q4)
    assert [p.method for p in behind.payments] == ["cash"]
    assert behind.undone == {}
    assert money.broken_invariants() == []


def test_undone_later_lowers_the_later_period_and_leaves_the_earlier_one(school: School) -> None:
    wrong = pay(invoice(school), 300_000, "2026-09-28T08:00")
    pay(invoice(school, "Trần Văn Bình"), 500_000, "2026-10-06T08:00")
    handed_in = cashless_figures(school.pk, Q3)
    take_back(wrong, "2026-10-02T09:00")
    assert cashless_figures(school.pk, Q3) == handed_in
    report = cashless_figures(school.pk, Q4)
    assert report.all == Figures(0, Dong(200_000))
    assert report.count_share is None
    assert report.value_share == Fraction(1)
    behind = payments_behind(school.pk, Q4)
    assert {p.pk: int(p.amount) for p in behind.payments if p.pk in behind.undone} == {wrong.pk: 300_000}
    assert money.broken_invariants() == []


def test_more_undone_than_received_gives_no_share(school: School) -> None:
    wrong = pay(invoice(school), 300_000, "2026-09-28T08:00")
    pay(invoice(school, "Trần Văn Bình"), 500_000, "2026-10-06T08:00", Method.CASH)
    take_back(wrong, "2026-10-02T09:00")
    report = cashless_figures(school.pk, Q4)
    assert report.cashless == Figures(-1, Dong(-300_000))
    assert (report.count_share, report.value_share) == (None, None)


def test_a_transfer_given_to_another_pupil_later_counts_once(school: School) -> None:
    """The bank line of September was matched wrongly, put right in October: September 1, October −1 + 1."""
    an, binh = invoice(school), invoice(school, "Trần Văn Bình")
    wrong = pay(an, 300_000, "2026-09-28T08:00", reference="FT1")
    take_back(wrong, "2026-10-02T09:00")
    with clock.frozen(at("2026-10-02T09:05")), savepoint():
        again = money.booking((binh, 300_000), reference="FT1", received_at=at("2026-09-28T08:00"))
        right = book(school.pk, booking=again, actor=SYSTEM)
    assert right.received_on == dt.date(2026, 9, 28)
    assert table(school, Q3) == {"qr_transfer": (1, 300_000)}
    assert cashless_figures(school.pk, Q4).all == Figures()
    assert table(school, parse("2026")) == {"qr_transfer": (1, 300_000)}
    behind = payments_behind(school.pk, Q4)
    assert sorted(p.pk for p in behind.payments) == [wrong.pk, right.pk]
    assert set(behind.undone) == {wrong.pk}
    assert [p.pk for p in payments_behind(school.pk, Q3).payments] == [wrong.pk]
    assert [p.pk for p in payments_behind(school.pk, parse("2026")).payments] == [right.pk]
    assert money.broken_invariants() == []


def test_undo_in_the_night_counts_on_the_school_day(school: School) -> None:
    """23:30 on 30/9 in UTC is 1/10 at school."""
    wrong = pay(invoice(school), 300_000, "2026-09-28T08:00")
    with clock.frozen(dt.datetime(2026, 9, 30, 23, 30, tzinfo=dt.UTC)), savepoint():
        undo(school.pk, payment_id=wrong.pk, reason="Ghi nhầm", actor=SYSTEM)
    assert table(school, Q3) == {"qr_transfer": (1, 300_000)}
    assert table(school, one_day(dt.date(2026, 10, 1))) == {"qr_transfer": (-1, -300_000)}


def test_natures_show_money_collected_on_behalf_apart(school: School) -> None:
    insurance = factories.fee_item(school, "BHYT", "Bảo hiểm y tế", nature=FeeNature.ON_BEHALF)
    an = invoice(school, amount=200_000)
    binh = factories.invoice(
        factories.student(school, "Trần Văn Bình", school_class=an.school_class),
        [factories.Charge(insurance, 100_000)],
    )
    pay(an, 250_000, "2026-10-05T08:00")  # 50.000 đ above what is owed
    pay(binh, 60_000, "2026-10-06T08:00", Method.CASH)
    natures = nature_figures(school.pk, Q4)
    assert [(n.nature, int(n.value), int(n.cashless_value)) for n in natures] == [
        (FeeNature.SERVICE, 200_000, 200_000),
        (FeeNature.ON_BEHALF, 60_000, 0),
    ]
    credit = credit_figures(cashless_figures(school.pk, Q4), natures)
    assert credit is not None
    assert (int(credit.value), int(credit.cashless_value)) == (50_000, 50_000)


def test_queries_do_not_grow_with_the_payments(school: School) -> None:
    one = invoice(school)
    wrong = pay(one, 10_000, "2026-10-05T08:00")
    take_back(wrong, "2026-10-06T08:00")
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            cashless_figures(school.pk, Q4)
        counts.append(len(queries))
        for n in range(12):
            payment = pay(one, 10_000, f"2026-10-{10 + n}T08:00")
            if n % 3 == 0:
                take_back(payment, f"2026-11-{10 + n}T08:00")
    assert counts == [3, 3]


def test_the_sums_run_along_the_index_of_days(school: School) -> None:
    with CaptureQueriesContext(connection) as queries:
        day_figures(school.pk, Q4.first, Q4.last)
    summing = next(q["sql"] for q in queries if "SUM(" in q["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {summing}")
            plan = " ".join(str(row[3]) for row in cursor.fetchall())
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {summing}")
            plan = " ".join(str(row[0]) for row in cursor.fetchall())
    assert "payments_payment_day" in plan


def test_words_search_pupils_and_codes_without_accents(school: School) -> None:
    an, binh = invoice(school), invoice(school, "Trần Văn Bình")
    first = pay(an, 10_000, "2026-10-05T08:00")
    second = pay(binh, 10_000, "2026-10-05T09:00", Method.CASH)

    def found(words: str, **wanted: object) -> list[int]:
        return [p.pk for p in payments_behind(school.pk, Q4, words=words, **wanted).payments]  # type: ignore[arg-type]

    assert found("binh tran") == [second.pk]
    assert found("bảo an") == [first.pk]
    assert found(an.code.lower()) == [first.pk]
    assert found("khong co") == []
    assert found("", methods=[Method.CASH]) == [second.pk]


def test_the_check_sees_a_figure_that_is_not_its_evidence(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    pay(invoice(school), 300_000, "2026-10-05T08:00")
    assert selfcheck.differences() == []
    monkeypatch.setattr(selfcheck, "day_figures", lambda *_: [])
    assert selfcheck.differences() == [f"{school.pk} 2026-10 qr_transfer: None ≠ [1, 300000]"]


DAYS = st.dates(dt.date(2026, 8, 1), dt.date(2027, 1, 31))
PLAN = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(list(Method)),
        st.integers(1, 900),
        DAYS,
        st.none() | st.integers(0, 90),
    ),
    max_size=12,
)


@given(plan=PLAN)
@settings(max_examples=200, deadline=None)
def test_figures_are_additive_and_closed_periods_do_not_change(
    plan: list[tuple[int, Method, int, dt.date, int | None]],
) -> None:
    """Pure: months add up to the year; what happens after a month's end does not change the month."""
    rows: list[BookedPayment] = []
    free_from: dict[int, dt.datetime] = {}
    for number, (evidence, method, value, day, undone) in enumerate(plan):
        received = day
        booked = dt.datetime.combine(day, dt.time(12), tzinfo=clock.SCHOOL_TIME)
        if evidence in free_from:
            received = next(r.received_on for r in rows if r.evidence_id == evidence)
            booked = max(booked, free_from[evidence])
            method = next(r.method for r in rows if r.evidence_id == evidence)  # noqa: PLW2901
        elif any(r.evidence_id == evidence for r in rows):
            continue  # spent: nothing more can rest on it
        gone = None if undone is None else booked + dt.timedelta(days=undone)
        if gone is not None:
            free_from[evidence] = gone
        else:
            free_from.pop(evidence, None)
        rows.append(BookedPayment(number, evidence, method, Dong(value), received, booked, gone))
    moves = movements(rows)
    whole = parse("2026-08-01..2028-12-31")
    months = [add_up(by_day(moves), m) for m in months_of(whole)]
    year = add_up(by_day(moves), whole)
    for method in Method:
        assert sum(m.of(method).count for m in months) == year.of(method).count
        assert sum(int(m.of(method).value) for m in months) == int(year.of(method).value)
    standing = [r for r in rows if r.undone_at is None]
    assert year.all == Figures(len(standing), Dong(sum(int(r.value) for r in standing)))
    for one in months_of(whole):
        shown = standing_out(moves, one)
        assert add_up(by_day(shown), one) == add_up(by_day(moves), one)
        end = dt.datetime.combine(one.last + dt.timedelta(days=1), dt.time(), tzinfo=clock.SCHOOL_TIME)
        then = [
            BookedPayment(
                r.id, r.evidence_id, r.method, r.value, r.received_on, r.booked_at,
                r.undone_at if r.undone_at is not None and r.undone_at < end else None,
            )
            for r in rows
            if r.booked_at < end
        ]  # fmt: skip
        late = [r for r in rows if r.booked_at >= end and r.received_on <= one.last and not _again(r, rows)]
        assert late == []
        assert add_up(by_day(movements(then)), one) == add_up(by_day(moves), one)


def _again(row: BookedPayment, rows: list[BookedPayment]) -> bool:
    return any(r.evidence_id == row.evidence_id and r.id < row.id for r in rows)


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_recount_from_evidence_is_the_report(school: School, data: st.DataObject) -> None:
    """Any sequence of payments and undos of two pupils: the walk over the evidence finds the same figures."""
    with savepoint():
        one = money.invoice(school, (10_000_000,))
        standing: list[Payment] = []
        for day in range(data.draw(st.integers(1, 8))):
            when = f"2026-{9 + day // 3:02}-{1 + 9 * (day % 3):02}T10:00"
            if standing and data.draw(st.sampled_from(["undo", "pay"])) == "undo":
                take_back(standing.pop(data.draw(st.integers(0, len(standing) - 1))), when)
            else:
                method = data.draw(st.sampled_from(list(Method)))
                standing.append(pay(one, data.draw(st.integers(1, 100_000)), when, method))
        assert selfcheck.differences() == []
        report = cashless_figures(school.pk, parse("2026"))
        left = Payment.objects.for_school(school).filter(reversed_at__isnull=True)
        assert report.all == Figures(left.count(), Dong(sum(int(p.amount) for p in left)))
        cash = [int(p.amount) for p in left if p.method == "cash"]
        assert report.cash == Figures(len(cash), Dong(sum(cash)))
