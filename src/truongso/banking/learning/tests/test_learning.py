"""What payments teach about payers, what undoing and forgetting take back, and that it never books by itself."""

from __future__ import annotations

import pytest
from tests import factories, money

from truongso.banking import services
from truongso.banking.decide import decide_lines
from truongso.banking.learning.models import ForgottenPayer
from truongso.banking.learning.queries import forgotten, known_payers, learnt, search
from truongso.banking.learning.services import forget, remember
from truongso.banking.learning.types import LearningRefusedError
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.tests.helpers import arrive
from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def first(school: School, account: BankAccount) -> Invoice:
    """An invoice of 300.000 đ on which the family paid 250.000 đ by code."""
    invoice = money.invoice(school, [300_000], full_name="Phạm Bảo An")
    _come(account, f"{invoice.code} nop", 250_000, "R1")
    return invoice


def _come(account: BankAccount, memo: str, amount: int, reference: str) -> None:
    """A credit of the payer, decided about."""
    with transaction():
        row = arrive(account, memo, amount, reference, counter_account="0987654321", counter_name="PHAM VAN HUNG")
        decide_lines(account.school_id, [row], actor=Actor.system("test", "cli"))


def _decision(school: School, reference: str) -> MatchDecision:
    found: MatchDecision = MatchDecision.objects.for_school(school).filter(line__reference=reference).latest("pk")
    return found


def test_a_booked_line_teaches_account_and_name(school: School, first: Invoice) -> None:
    (entry,) = learnt(school.pk)
    assert entry.key == ("0987654321", "PHAM VAN HUNG", first.student_id)
    assert (entry.student_name, entry.class_name, entry.payments) == (first.student_name, first.class_name, 1)
    known = known_payers(school.pk)
    assert known.by_account == {"0987654321": [str(first.student_id)]}
    assert known.by_name == {"PHAM VAN HUNG": [str(first.student_id)]}


def test_it_proposes_and_never_books(school: School, account: BankAccount, first: Invoice) -> None:
    _come(account, "", 250_000, "R2")
    _come(account, "", 99_000, "R3")
    assert Payment.objects.for_school(school).count() == 1
    assert {_decision(school, r).decision for r in ("R2", "R3")} <= {"suggest", "none"}


def test_undoing_the_match_forgets(school: School, first: Invoice, actor: Actor) -> None:
    row = BankLine.objects.for_school(school).get()
    with transaction():
        services.undo_match(school.pk, line_id=row.pk, reason="Nhầm em", actor=actor)
    assert learnt(school.pk) == []
    assert known_payers(school.pk).by_account == {}


def test_an_entry_is_forgotten_until_a_new_payment_teaches_it(
    school: School, account: BankAccount, first: Invoice, actor: Actor
) -> None:
    account_number, name, student = learnt(school.pk)[0].key

    def do(reason: str = "Bác hộ nộp một lần", student_id: int = student) -> None:
        with transaction():
            forget(
                school.pk, payer_account=account_number, payer_name=name, student_id=student_id, reason=reason,
                actor=actor,
            )  # fmt: skip

    for refused, code in (({"reason": "  "}, "reason_missing"), ({"student_id": student + 999}, "unknown_entry")):
        with pytest.raises(LearningRefusedError, match=code):
            do(**refused)
    assert not ForgottenPayer.objects.for_school(school).exists()
    do()
    assert learnt(school.pk) == []
    assert Payment.objects.for_school(school).get().reversed_at is None
    with pytest.raises(LearningRefusedError, match="unknown_entry"):
        do()
    kept = ForgottenPayer.objects.for_school(school).get()
    assert (kept.payer_account, kept.reason) == ("0987654321", "Bác hộ nộp một lần")
    assert AuditEntry.objects.filter(action="banking:learning:forget", school_id=school.pk).count() == 1
    _come(account, f"{first.code} nop not", 50_000, "R9")
    (entry,) = learnt(school.pk)
    assert (entry.key, entry.payments) == ((account_number, name, student), 2)
    assert money.broken_invariants() == []


def test_forgetting_is_taken_back(school: School, first: Invoice, actor: Actor) -> None:
    account_number, name, student = learnt(school.pk)[0].key
    entry = {"payer_account": account_number, "payer_name": name, "student_id": student, "actor": actor}
    with pytest.raises(LearningRefusedError, match="unknown_entry"), transaction():
        remember(school.pk, reason="Có", **entry)  # type: ignore[arg-type]
    assert not ForgottenPayer.objects.for_school(school).exists()
    for _round in range(2):
        with transaction():
            forget(school.pk, reason="Nộp hộ", **entry)  # type: ignore[arg-type]
        (gone,) = forgotten(school.pk)
        assert (gone.entry.key, gone.reason, learnt(school.pk)) == ((account_number, name, student), "Nộp hộ", [])
        with pytest.raises(LearningRefusedError, match="reason_missing"), transaction():
            remember(school.pk, reason=" ", **entry)  # type: ignore[arg-type]
        with transaction():
            remember(school.pk, reason="Đúng là bố em", **entry)  # type: ignore[arg-type]
        assert [x.key for x in learnt(school.pk)] == [(account_number, name, student)]
        assert forgotten(school.pk) == []
    assert ForgottenPayer.objects.for_school(school).count() == 4


def test_search_without_accents(school: School, first: Invoice) -> None:
    entries = learnt(school.pk)
    for words in ("bao an", "Phạm", "0987 hung", "HÙNG bảo"):
        assert search(entries, words) == entries
    assert search(entries, "binh") == []
    assert search(entries, "") == entries
