"""From plan to invoices: every pupil once, with the law on each line and the books in step."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from tests import factories

from truongso.fees import selfcheck, tasks
from truongso.fees.models import CollectionRound, Invoice, InvoiceLine, PlannedLine
from truongso.fees.pricing import price
from truongso.fees.public import (
    cancel_invoice,
    close_round,
    install_reduction_rules,
    open_invoices,
    plan_round,
    plan_totals,
    problems,
    resume_issue,
    start_issue,
)
from truongso.fees.queries.inputs import known_rules, rates_of
from truongso.fees.services import issue as issue_service
from truongso.fees.services.plan import renew_plan
from truongso.fees.tests.build import ACTOR, Setting, chooses, everything, exempt, issue, plan, setting, start
from truongso.fees.types import FeeNature, FeesRefusedError, FeeUnit, is_valid, new_code
from truongso.kernel import jobs
from truongso.kernel.models import AuditEntry, OutboxEvent
from truongso.kernel.money import ZERO, Dong
from truongso.ledger.models import Entry, Posting
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.people.models import Guardian, Guardianship

pytestmark = pytest.mark.django_db


@pytest.fixture
def s(school: School, school_day: dt.datetime) -> Setting:
    return setting(school)


def refused(s: Setting, **seen: Any) -> FeesRefusedError:
    with pytest.raises(FeesRefusedError) as caught, transaction.atomic():
        start_issue(
            s.school.pk, round_id=s.round.pk,
            **{"seen_invoices": 4, "seen_amount": Dong(648_000), "actor": ACTOR, **seen},
        )  # fmt: skip
    return caught.value


def test_the_plan_prices_every_pupil_for_every_item(s: Setting) -> None:
    exempted = factories.fee_item(s.school, "HP", "Học phí", nature=FeeNature.TUITION, amount=100_000)
    factories.fee_rate(exempted, 80_000, grade="4")
    s.round.items.create(school=s.school, round=s.round, fee_item=exempted)
    s.round.items.create(school=s.school, round=s.round, fee_item=s.english, quantity=2)
    chooses(s.students["An"], s.english)
    School.objects.filter(pk=s.school.pk).update(ownership="private")
    exempt(s.students["Bình"], "GIAM_50")
    exempt(s.students["Dung"], "GIAM_50")
    exempt(s.students["Dung"], "GIAM_70")
    exempt(s.students["Chi"], "MIEN_100", valid_to=s.round.priced_on - dt.timedelta(days=1))
    plan(s)
    rows = PlannedLine.objects.for_school(s.school).values_list(
        "student__full_name", "fee_item__code", "quantity", "gross", "reduction_percent", "amount"
    )
    shown = {(name.split()[-1], code): values for name, code, *values in rows}
    assert shown == {
        **{(n, "CS_BT"): [1, Dong(150_000), 0, Dong(150_000)] for n in ("An", "Bình", "Chi", "Dung")},
        **{(n, "NUOC"): [1, Dong(12_000), 0, Dong(12_000)] for n in ("An", "Bình", "Chi", "Dung")},
        ("An", "TA"): [2, Dong(400_000), 0, Dong(400_000)],
        ("An", "HP"): [1, Dong(100_000), 0, Dong(100_000)],
        ("Bình", "HP"): [1, Dong(100_000), 50, Dong(50_000)],
        ("Chi", "HP"): [1, Dong(100_000), 0, Dong(100_000)],
        ("Dung", "HP"): [1, Dong(80_000), 70, Dong(24_000)],
    }


def test_public_tuition_stands_on_the_line_with_the_law_that_waives_it(s: Setting) -> None:
    tuition = factories.fee_item(s.school, "HP", "Học phí", nature=FeeNature.TUITION, amount=100_000)
    s.round.items.create(school=s.school, round=s.round, fee_item=tuition)
    invoices = issue(s)
    line = InvoiceLine.objects.for_school(s.school).get(invoice=invoices["An"], fee_item=tuition)
    assert (line.gross, line.reduction_percent, line.amount) == (Dong(100_000), 100, ZERO)
    assert line.reduction_basis.endswith("(Nghị quyết 217/2025/QH15; Nghị định 238/2025/NĐ-CP)")
    assert invoices["An"].total == Dong(162_000)


def test_the_plan_agrees_with_pricing_pupil_by_pupil(s: Setting) -> None:
    School.objects.filter(pk=s.school.pk).update(ownership="private")
    s.school.refresh_from_db()
    tuition = factories.fee_item(s.school, "HP", "Học phí", nature=FeeNature.TUITION, amount=333_335)
    s.round.items.create(school=s.school, round=s.round, fee_item=tuition, quantity=3)
    codes = {"An": {"GIAM_50"}, "Bình": {"GIAM_50", "GIAM_70"}, "Chi": {"MIEN_100", "GIAM_70"}, "Dung": set()}
    for name, rules in codes.items():
        for code in rules:
            exempt(s.students[name], code)
    plan(s)
    for name, rules in codes.items():
        line = PlannedLine.objects.for_school(s.school).get(student=s.students[name], fee_item=tuition)
        expected = price(
            nature=FeeNature.TUITION, rates=rates_of(s.school.pk, tuition.pk), rules=known_rules(),
            ownership="private", grade="3", day=s.round.priced_on, quantity=3, categories=rules,
        )  # fmt: skip
        assert expected is not None
        assert (line.amount, line.reduction, line.reduction_basis) == (
            expected.amount, expected.reduction, expected.basis,
        )  # fmt: skip


def test_who_studies_in_a_class_on_the_day_is_charged(s: Setting) -> None:
    left, moved = s.students["An"], s.students["Bình"]
    left.status = "withdrawn"
    left.save(update_fields=["status"])
    moved.enrolments.update(valid_to=s.round.priced_on)
    factories.enrol(moved, s.class_4a1, s.round.priced_on)
    factories.student(s.school, "Mới Đến Sau", school_class=s.class_3a2, enrolled_from=dt.date(2026, 10, 2))
    plan(s)
    rows = PlannedLine.objects.for_school(s.school).filter(fee_item=s.care)
    assert set(rows.values_list("student__full_name", "school_class__name")) == {
        ("Trần Thị Bình", "4A1"), ("Vàng Thị Chi", "3A2"), ("Lê Hoàng Dung", "4A1"),
    }  # fmt: skip


def test_invoices_carry_the_four_mandatory_fields(s: Setting) -> None:
    invoices = issue(s)
    assert set(invoices) == {"An", "Bình", "Chi", "Dung"}
    an = invoices["An"]
    assert an.payer_name == "Nguyễn Văn Hùng"
    assert an.beneficiary_name == s.round.bank_account.holder_name
    assert an.reason == "Thu tháng 10/2026 – lớp 3A2"
    assert is_valid(an.code)
    assert an.code.startswith("TS")
    assert (an.total, an.paid, an.due_on) == (Dong(162_000), ZERO, dt.date(2099, 1, 1))
    assert an.search_fold == f"NGUYEN BAO AN NGUYEN VAN HUNG 3A2 {an.code}"
    assert invoices["Chi"].payer_name == "Phụ huynh em Vàng Thị Chi"
    assert len({i.code for i in invoices.values()}) == 4
    assert all("An" not in i.reason for i in invoices.values())


def test_the_payer_is_the_paying_guardian_else_any_of_the_child_else_of_the_family(s: Setting) -> None:
    an, binh, chi = s.students["An"], s.students["Bình"], s.students["Chi"]
    other = factories.guardian(an.family, "A Không Trả")
    Guardianship.objects.create(school=s.school, student=an, guardian=other, relationship="father")
    Guardianship.objects.for_school(s.school).filter(student=binh).update(is_payer=False)
    factories.guardian(chi.family, "Ông Đã Thôi")  # in the household, guardian of nobody any more
    factories.student(s.school, "Vàng Văn Dũng", family=chi.family, payer="Bà Ngoại")
    invoices = issue(s)
    assert [invoices[n].payer_name for n in ("An", "Bình", "Chi")] == [
        "Nguyễn Văn Hùng",
        "Trần Văn Tú",
        "Bà Ngoại",
    ]
    assert Guardian.objects.for_school(s.school).count() == 6


def test_lines_carry_nature_and_legal_basis_and_the_books_follow(s: Setting) -> None:
    invoices = issue(s)
    lines = InvoiceLine.objects.for_school(s.school).filter(invoice=invoices["An"]).order_by("pk")
    assert [(line.description, line.nature, line.amount, line.legal_basis) for line in lines] == [
        ("Chăm sóc bán trú", "service", Dong(150_000), "Nghị quyết 18/2025/NQ-HĐND; 18/2025/NQ-HĐND"),
        ("Nước uống", "agreed", Dong(12_000), "Nghị quyết 18/2025/NQ-HĐND; 18/2025/NQ-HĐND"),
    ]
    entry = Entry.objects.for_school(s.school).get(kind="invoice", source_id=invoices["An"].pk)
    assert entry.occurred_on == dt.date(2026, 10, 5)
    postings = Posting.objects.for_school(s.school).filter(entry=entry).values_list(
        "debit__role", "credit__role", "amount"
    )  # fmt: skip
    assert set(postings) == {
        (AccountRole.RECEIVABLE.value, AccountRole.REVENUE_SERVICE.value, Dong(150_000)),
        (AccountRole.RECEIVABLE.value, AccountRole.REVENUE_AGREED.value, Dong(12_000)),
    }
    assert Entry.objects.for_school(s.school).count() == 4
    broken_checks()


def broken_checks() -> None:
    from django.db import connection

    for check in selfcheck.CHECKS:
        with connection.cursor() as cursor:
            cursor.execute(check.sql)
            assert cursor.fetchall() == [], check.title


def test_pupils_with_nothing_to_pay_get_no_invoice(s: Setting) -> None:
    s.round.items.filter(fee_item=s.water).delete()
    School.objects.filter(pk=s.school.pk).update(ownership="private")
    s.care.nature = FeeNature.TUITION.value
    s.care.save(update_fields=["nature"])
    exempt(s.students["An"], "MIEN_100")
    totals = plan_totals(plan(s))
    assert (totals.invoices, totals.zero, totals.reduced_pupils) == (3, 1, 1)
    assert (totals.gross, totals.reduction, totals.amount) == (Dong(600_000), Dong(150_000), Dong(450_000))
    assert set(issue(s)) == {"Bình", "Chi", "Dung"}


def test_a_round_is_issued_once(s: Setting) -> None:
    issue(s)
    before = everything(s.school)
    error = refused(s)
    assert error.code == "already_issued"
    assert everything(s.school) == before


def test_what_was_seen_must_still_be_true(s: Setting) -> None:
    plan(s)
    before = everything(s.school)
    assert refused(s, seen_amount=Dong(648_001)).params == {"invoices": 4, "amount": Dong(648_000)}
    assert refused(s, seen_invoices=3).code == "plan_changed"
    assert everything(s.school) == before


def test_issuing_keeps_the_lines_that_were_seen(s: Setting) -> None:
    planned = set(PlannedLine.objects.for_school(s.school).filter(round=plan(s)).values_list("pk", flat=True))
    with transaction.atomic():
        start_issue(s.school.pk, round_id=s.round.pk, seen_invoices=4, seen_amount=Dong(648_000), actor=ACTOR)
    assert set(PlannedLine.objects.for_school(s.school).values_list("pk", flat=True)) == planned


@pytest.mark.parametrize(
    "change",
    [
        lambda s: factories.fee_rate(s.care, 151_000, grade="3"),
        lambda s: exempt(s.students["An"], "HP_HN"),
        lambda s: s.round.items.filter(fee_item=s.water).delete(),
        lambda s: s.round.items.filter(fee_item=s.water).update(quantity=2),
        lambda s: s.students["Dung"].enrolments.update(school_class=s.class_3a2),
        lambda s: factories.student(s.school, "Mai Văn Em", school_class=s.class_4a1),
    ],
)
def test_a_plan_behind_the_data_is_renewed_and_then_equals_a_fresh_one(s: Setting, change: Any) -> None:
    plan(s)
    change(s)
    with transaction.atomic():
        renew_plan(s.school.pk, round_id=s.round.pk)
    columns = ("student_id", "school_class_id", "fee_item_id", "quantity", "reduction", "reduction_basis", "amount")
    lines = PlannedLine.objects.for_school(s.school).order_by("student_id", "fee_item_id")
    renewed = list(lines.values_list(*columns))
    plan(s)
    assert renewed == list(lines.values_list(*columns))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda s: s.round.items.all().delete(), "no_items"),
        (lambda s: s.round.classes.all().delete(), "no_classes"),
        (lambda s: s.care.rates.all().delete(), "no_rate"),
        (lambda s: type(s.care).objects.for_school(s.school).update(legal_basis=""), "no_legal_basis"),
        (lambda s: type(s.care).objects.for_school(s.school).update(is_active=False), "item_inactive"),
        (lambda s: _update(s, due_on=dt.date(2026, 10, 4)), "due_past"),
        (
            lambda s: type(s.round.bank_account).objects.for_school(s.school).update(is_active=False),
            "account_inactive",
        ),
        (lambda s: s.students["Dung"].enrolments.all().delete(), "class_empty"),
    ],
)
def test_a_blocked_round_is_not_issued(s: Setting, spoil: Any, code: str) -> None:
    spoil(s)
    before = everything(s.school)
    error = refused(s)
    assert error.code == "blocked"
    assert code in {p.code for p in error.params["problems"]}  # type: ignore[attr-defined]
    assert everything(s.school) == before


def _update(s: Setting, **values: Any) -> None:
    CollectionRound.objects.for_school(s.school).filter(pk=s.round.pk).update(**values)


def test_a_missing_rate_names_item_and_grade(s: Setting) -> None:
    s.care.rates.update(grade="3")
    found = [p for p in problems(s.round) if p.blocking]
    assert [(p.code, p.params) for p in found] == [
        ("no_rate", {"item": "Chăm sóc bán trú", "grade": "4", "day": dt.date(2026, 10, 1)})
    ]


def test_what_is_worth_a_look_does_not_block(s: Setting) -> None:
    s.round.items.create(school=s.school, round=s.round, fee_item=s.english)
    exempt(s.students["An"], "GIAM_50", document="")
    exempt(s.students["Bình"], "GIAM_50", valid_to=dt.date(2026, 9, 30))
    assert [(p.code, p.blocking, p.params) for p in problems(s.round)] == [
        ("nobody_chose", False, {"item": "Tiếng Anh"}),
        ("exemption_unproved", False, {"count": 1}),
        ("exemption_lapsed", False, {"count": 1}),
    ]
    assert len(issue(s)) == 4


def test_a_yearly_item_charged_again_is_worth_a_look(s: Setting) -> None:
    type(s.care).objects.for_school(s.school).filter(pk=s.care.pk).update(unit=FeeUnit.YEAR.value)
    assert "charged_this_year" not in {p.code for p in problems(plan(s))}
    invoices = issue(s)
    with transaction.atomic():
        cancel_invoice(s.school.pk, invoice_id=invoices["An"].pk, reason="Thôi học", actor=ACTOR)
    s.round = factories.collection_round(
        s.school, items=[s.care, s.water], classes=[s.class_3a2], due_on=dt.date(2099, 2, 1)
    )
    found = [(p.blocking, p.params) for p in problems(plan(s)) if p.code == "charged_this_year"]
    assert found == [(False, {"item": "Chăm sóc bán trú", "count": 2})]  # Bình and Chi; An's is cancelled


def test_a_job_killed_in_the_middle_goes_on_where_it_stopped(s: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "CHUNK", 2)
    whole, calls = issue_service.issue_chunk, []

    def dies_in_the_second(*args: Any, **kwargs: Any) -> Any:
        calls.append(kwargs["student_ids"])
        done = whole(*args, **kwargs)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return done

    monkeypatch.setattr(tasks, "issue_chunk", dies_in_the_second)
    job = jobs.run(start(s).pk)
    assert (job.state, job.done, job.total) == ("failed", 2, 4)
    first = set(Invoice.objects.for_school(s.school).values_list("code", flat=True))
    assert len(first) == 2
    with pytest.raises(FeesRefusedError) as caught, transaction.atomic():
        close_round(s.school.pk, round_id=s.round.pk, actor=ACTOR)
    assert (caught.value.code, caught.value.params) == ("issue_unfinished", {"count": 2})

    with transaction.atomic():
        resume_issue(s.school.pk, round_id=s.round.pk, actor=ACTOR)
    job = jobs.run(job.pk)
    assert (job.state, job.result) == ("done", {"invoices": 4, "amount": 648_000})
    codes = set(Invoice.objects.for_school(s.school).values_list("code", flat=True))
    assert len(codes) == 4
    assert first < codes
    assert InvoiceLine.objects.for_school(s.school).count() == 8
    assert Entry.objects.for_school(s.school).count() == 4
    assert OutboxEvent.objects.filter(topic="fees.invoices_issued").count() == 2
    acts = AuditEntry.objects.filter(school_id=s.school.pk).values_list("action", flat=True)
    assert sorted(acts) == ["fees:invoices:issue", "fees:invoices:issue", "fees:round:issue"]
    broken_checks()


def test_a_finished_job_run_again_changes_nothing(s: Setting) -> None:
    issue(s)
    before = everything(s.school)
    students = issue_service.owing_students(s.school.pk, s.round.pk)
    with transaction.atomic():
        again = issue_service.issue_chunk(s.school.pk, round_id=s.round.pk, student_ids=students, actor=ACTOR)
    assert again.invoice_ids == []
    assert everything(s.school) == before


def test_codes_are_never_reused(s: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    other = factories.issued_invoice(s.school, full_name="Người Cũ")
    draws = iter([other.code, *[new_code("TS") for _ in range(20)]])
    monkeypatch.setattr(issue_service, "new_code", lambda _prefix, _draw: next(draws))
    s.round.classes.filter(school_class=s.class_3a2).delete()
    invoices = issue(s)
    assert other.code not in {i.code for i in invoices.values()}


def test_a_closed_round_takes_no_more_invoices(s: Setting) -> None:
    issue(s)
    with transaction.atomic():
        closed = close_round(s.school.pk, round_id=s.round.pk, actor=ACTOR)
    assert closed.state == "closed"
    before = everything(s.school)
    with pytest.raises(FeesRefusedError) as caught, transaction.atomic():
        close_round(s.school.pk, round_id=s.round.pk, actor=ACTOR)
    assert caught.value.code == "round_not_issued"
    assert everything(s.school) == before


def test_another_schools_round_is_not_found(s: Setting, other_school: School) -> None:
    with pytest.raises(FeesRefusedError, match="no_such_round"), transaction.atomic():
        plan_round(other_school.pk, round_id=s.round.pk)


def test_open_invoices_are_those_of_the_account(s: Setting, django_assert_num_queries: Any) -> None:
    invoices = issue(s)
    with django_assert_num_queries(1):
        found = open_invoices(s.school.pk, s.round.bank_account_id)
    assert {(o.code, o.outstanding, o.student_name) for o in found} == {
        (i.code, i.total, i.student_name) for i in invoices.values()
    }
    assert open_invoices(s.school.pk, s.round.bank_account_id + 1) == []


def test_the_law_is_laid_once(s: Setting) -> None:
    with transaction.atomic():
        assert install_reduction_rules() == 0
