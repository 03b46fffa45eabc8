"""Which number stands for whom, now and then."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Q, QuerySet

from truongso.fees.public import Invoice
from truongso.kernel.among import among
from truongso.kernel.names import fold
from truongso.payments.virtual_accounts.models import InvoiceNumber, VirtualAccount, VirtualAccountRule
from truongso.payments.virtual_accounts.types import HeldNumber, InvoiceHeld, OwnNumber, RuleKind, plain


def numbers(school_id: int, *, words: str = "", account_id: int | None = None) -> QuerySet[VirtualAccount]:
    """Numbers in use with pupil and account, in roll order; `words` are searched in pupil, codes and number."""
    rows = VirtualAccount.objects.for_school(school_id).filter(released_on__isnull=True)
    if account_id is not None:
        rows = rows.filter(bank_account_id=account_id)
    for word in fold(words).split():
        rows = rows.filter(Q(student__name_fold__contains=word) | Q(number__contains=plain(word)))
    return rows.select_related("student", "bank_account").order_by("student__sort_key", "pk")


def number_of(school_id: int, public_id: str) -> VirtualAccount | None:
    """One number, in use or not, with pupil and account."""
    rows = VirtualAccount.objects.for_school(school_id).select_related("student", "bank_account")
    return rows.filter(public_id=public_id).first()


def numbers_of_student(school_id: int, student_id: int) -> list[VirtualAccount]:
    """Every number a pupil ever had, those in use first, then the latest; 1 query."""
    rows = VirtualAccount.objects.for_school(school_id).filter(student_id=student_id).select_related("bank_account")
    return sorted(rows.order_by("-pk"), key=lambda row: row.released_on is not None)


def numbers_for(school_id: int, invoices: Sequence[Invoice]) -> dict[int, OwnNumber]:
    """The number each invoice, or its pupil, has on the account that takes its money today, by invoice id.

    The invoices come with their account. Only numbers of a rule that two people decided on are shown to families;
    its present kind says which. 1 query without rules, otherwise 2 or 3.
    """
    rules = VirtualAccountRule.objects.for_school(school_id).filter(approved_by__isnull=False)
    kinds = {account_id: RuleKind(kind) for account_id, kind in rules.values_list("bank_account_id", "kind")}
    ruled = [i for i in invoices if i.receiving_account.pk in kinds]
    billed = [i for i in ruled if kinds[i.receiving_account.pk].is_per_invoice]
    others = [i for i in ruled if not kinds[i.receiving_account.pk].is_per_invoice]
    return {
        **(_of_invoices(school_id, billed) if billed else {}), **(_of_pupils(school_id, others) if others else {}),
    }  # fmt: skip


def _of_invoices(school_id: int, invoices: Sequence[Invoice]) -> dict[int, OwnNumber]:
    rows = InvoiceNumber.objects.for_school(school_id).filter(among("invoice_id", [i.pk for i in invoices]))
    given = {(pk, account): n for pk, account, n in rows.values_list("invoice_id", "bank_account_id", "number")}
    found = {i.pk: (given.get((i.pk, i.receiving_account.pk)), i.receiving_account.pk) for i in invoices}
    return {pk: OwnNumber(n, account, is_of_invoice=True) for pk, (n, account) in found.items() if n is not None}


def _of_pupils(school_id: int, invoices: Sequence[Invoice]) -> dict[int, OwnNumber]:
    rows = VirtualAccount.objects.for_school(school_id).filter(
        among("student_id", {i.student_id for i in invoices}), released_on__isnull=True, is_of_rule=True
    )
    held = {(pupil, account): n for pupil, account, n in rows.values_list("student_id", "bank_account_id", "number")}
    found = {i.pk: (held.get((i.student_id, i.receiving_account.pk)), i.receiving_account.pk) for i in invoices}
    return {pk: OwnNumber(n, account, is_of_invoice=False) for pk, (n, account) in found.items() if n is not None}


def number_for(invoice: Invoice) -> OwnNumber | None:
    """The number of one invoice, or of its pupil; 1 query without rules, otherwise 2."""
    return numbers_for(invoice.school_id, [invoice]).get(invoice.pk)


def accounts_with_notices(school_id: int) -> set[int]:
    """Accounts whose printed notices carry the own number of pupil or invoice in their code; 1 query."""
    rows = VirtualAccountRule.objects.for_school(school_id).filter(approved_by__isnull=False)
    found = rows.values_list("bank_account_id", "kind", "on_notices")
    return {account for account, kind, on_notices in found if on_notices or RuleKind(kind).is_per_invoice}


def held_numbers(school_id: int) -> list[HeldNumber]:
    """Who held which number from when to when, for the matcher; 1 query."""
    rows = VirtualAccount.objects.for_school(school_id).order_by("pk")
    columns = ("bank_account_id", "number", "student_id", "assigned_on", "released_on")
    return [HeldNumber(*row) for row in rows.values_list(*columns)]


def invoices_held(school_id: int) -> list[InvoiceHeld]:
    """Which number stands for which invoice, cancelled ones too, for the matcher; 1 query."""
    rows = InvoiceNumber.objects.for_school(school_id).order_by("pk")
    return [InvoiceHeld(*row) for row in rows.values_list("bank_account_id", "number", "invoice__code")]


def invoice_numbers(school_id: int, *, words: str = "") -> QuerySet[InvoiceNumber]:
    """Numbers of invoices with invoice and account, the latest first; `words` are searched as in lists of invoices,
    and in the number."""
    rows = InvoiceNumber.objects.for_school(school_id)
    for word in fold(words).split():
        rows = rows.filter(Q(invoice__search_fold__contains=word) | Q(number__contains=plain(word)))
    return rows.select_related("invoice__round", "bank_account").order_by("-pk")


def invoice_at_bank(bank_bin: str, number: str) -> InvoiceNumber | None:
    """The invoice a number of a bank stands for, of whatever school, with account and school; 1 query."""
    rows = InvoiceNumber.objects.across_schools("a scanned code names the number, not the school")
    found = rows.filter(number=number, bank_bin=bank_bin).select_related(
        "invoice", "bank_account__school", "bank_account__replaced_by"
    )
    return found.order_by("pk").first()


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
