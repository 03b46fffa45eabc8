"""Which number stands for whom, now and then."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from truongso.fees.public import Invoice
from truongso.kernel.among import among
from truongso.kernel.names import fold
from truongso.payments.virtual_accounts.models import VirtualAccount, VirtualAccountRule
from truongso.payments.virtual_accounts.types import HeldNumber, plain


def numbers(school_id: int, *, words: str = "", account_id: int | None = None) -> QuerySet[VirtualAccount]:
    """Numbers in use with pupil and account, in roll order; `words` are searched in pupil, codes and number."""
    rows = VirtualAccount.objects.for_school(school_id).filter(released_on__isnull=True)
    if account_id is not None:
        rows = rows.filter(bank_account_id=account_id)
    for word in fold(words).split():
        rows = rows.filter(student__name_fold__contains=word) | rows.filter(number__contains=plain(word))
    return rows.select_related("student", "bank_account").order_by("student__sort_key", "pk")


def number_of(school_id: int, public_id: str) -> VirtualAccount | None:
    """One number, in use or not, with pupil and account."""
    rows = VirtualAccount.objects.for_school(school_id).select_related("student", "bank_account")
    return rows.filter(public_id=public_id).first()


def numbers_of_student(school_id: int, student_id: int) -> list[VirtualAccount]:
    """Every number a pupil ever had, those in use first, then the latest; 1 query."""
    rows = VirtualAccount.objects.for_school(school_id).filter(student_id=student_id).select_related("bank_account")
    return sorted(rows.order_by("-pk"), key=lambda row: row.released_on is not None)


def numbers_for(school_id: int, invoices: Sequence[Invoice]) -> dict[int, VirtualAccount]:
    """The number each invoice's pupil has on the account that takes its money today, by invoice id; 1 query.

    The invoices come with their account. Only numbers of a rule that two people decided on are shown to families.
    """
    held = {
        (row.student_id, row.bank_account_id): row
        for row in VirtualAccount.objects.for_school(school_id).filter(
            among("student_id", {i.student_id for i in invoices}), released_on__isnull=True, is_of_rule=True
        )
    }
    found = {i.pk: held.get((i.student_id, i.receiving_account.pk)) for i in invoices}
    return {pk: row for pk, row in found.items() if row is not None}


def number_for(invoice: Invoice) -> VirtualAccount | None:
    """The number of one invoice's pupil; 1 query."""
    return numbers_for(invoice.school_id, [invoice]).get(invoice.pk)


def accounts_with_notices(school_id: int) -> set[int]:
    """Accounts whose printed notices carry the pupil's own number in their code; 1 query."""
    rows = VirtualAccountRule.objects.for_school(school_id).filter(on_notices=True, approved_by__isnull=False)
    return set(rows.values_list("bank_account_id", flat=True))


def held_numbers(school_id: int) -> list[HeldNumber]:
    """Who held which number from when to when, for the matcher; 1 query."""
    rows = VirtualAccount.objects.for_school(school_id).order_by("pk")
    columns = ("bank_account_id", "number", "student_id", "assigned_on", "released_on")
    return [HeldNumber(*row) for row in rows.values_list(*columns)]


def number_at_bank(bank_bin: str, number: str) -> VirtualAccount | None:
    """A number in use at a bank, of whatever school, that families are shown; with account and school; 1 query."""
    rows = VirtualAccount.objects.across_schools("a scanned code names the number, not the school")
    found = rows.filter(number=number, bank_bin=bank_bin, released_on__isnull=True, is_of_rule=True)
    return found.select_related("bank_account__school", "bank_account__replaced_by").order_by("pk").first()


def rule_of(school_id: int, account_id: int) -> VirtualAccountRule | None:
    """How the bank of an account makes numbers, once two people decided on it."""
    rows = VirtualAccountRule.objects.for_school(school_id).filter(approved_by__isnull=False)
    return rows.filter(bank_account_id=account_id).first()


def students_with(school_id: int, account_id: int) -> Collection[int]:
    """Pupils who have a number on the account; 1 query."""
    rows = VirtualAccount.objects.for_school(school_id).filter(bank_account_id=account_id, released_on__isnull=True)
    return set(rows.values_list("student_id", flat=True))
