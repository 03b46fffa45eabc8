"""Numbers of invoices: made by the bank's rule as soon as an invoice is issued, kept for it whatever becomes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db.models import F, Q, QuerySet

from truongso.fees.public import Invoice
from truongso.fees.types import LENGTH
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.organizations.public import BankAccount, lock_school
from truongso.payments.virtual_accounts import registry
from truongso.payments.virtual_accounts.models import InvoiceNumber, VirtualAccountRule
from truongso.payments.virtual_accounts.queries import rule_of
from truongso.payments.virtual_accounts.types import RuleKind, VirtualAccountRefusedError

Made = list[tuple[Invoice, str]]


def without_number(account: BankAccount) -> QuerySet[Invoice]:
    """Invoices that still wait for money on the account and have no number there."""
    rows = Invoice.objects.for_school(account.school_id).filter(cancelled_at__isnull=True, paid__lt=F("total"))
    given = InvoiceNumber.objects.for_school(account.school_id).filter(bank_account=account)
    ours = rows.filter(Q(bank_account=account) | Q(bank_account__replaced_by=account))
    return ours.exclude(pk__in=given.values("invoice_id"))


@transaction_required
def number_new_invoices(school_id: int, invoice_ids: Collection[int], *, actor: Actor) -> int:
    """Give invoices just issued their numbers where the rule of their account says so; how many got one.

    1 query where no account of the school has such a rule.
    """
    kinds = [kind.value for kind in RuleKind if kind.is_per_invoice]
    rules = VirtualAccountRule.objects.for_school(school_id).filter(kind__in=kinds, approved_by__isnull=False)
    given = 0
    for rule in rules.select_related("bank_account__school").order_by("pk"):
        if rule.bank_account.is_active:
            waiting = without_number(rule.bank_account).filter(among("pk", invoice_ids))
            given += _number(rule, waiting, actor)
    return given


@transaction_required
def number_invoices(account: BankAccount, *, actor: Actor) -> int:
    """Give every invoice of an account that waits for money its number; how many got one.

    Those the rule has no number left for stay without and are paid by their code. Raises VirtualAccountRefusedError
    `unknown_account`, `no_rule`, `rule_per_pupil`.
    """
    if not account.is_active:
        raise VirtualAccountRefusedError("unknown_account")
    rule = rule_of(account.school_id, account.pk)
    if rule is None:
        raise VirtualAccountRefusedError("no_rule")
    if not RuleKind(rule.kind).is_per_invoice:
        raise VirtualAccountRefusedError("rule_per_pupil")
    return _number(rule, without_number(account), actor)


def _number(rule: VirtualAccountRule, invoices: QuerySet[Invoice], actor: Actor) -> int:
    account = rule.bank_account
    lock_school(account.school)
    waiting = list(invoices.order_by("pk"))
    if not waiting:
        return 0
    made = _by_code(rule, waiting) if rule.kind == RuleKind.INVOICE_CODE.value else list(_counted(rule, waiting))
    registry.claim(account.bank_bin, {number: registry.invoice(one.pk) for one, number in made})
    now = clock.now()
    InvoiceNumber.objects.bulk_create(
        InvoiceNumber(
            school_id=account.school_id, bank_account=account, bank_bin=account.bank_bin, invoice=one, number=number,
            created_at=now, created_by=actor.user_id,
        )
        for one, number in made
    )  # fmt: skip
    if made:
        audit.record(
            actor, "payments:virtual_account:invoices", school_id=account.school_id,
            subject=("bank_account", account.public_id),
            params={"count": len(made), "first": made[0][1], "last": made[-1][1]},
        )  # fmt: skip
    return len(made)


def _by_code(rule: VirtualAccountRule, invoices: Sequence[Invoice]) -> Made:
    """Prefix and the invoice's own code. One that is somebody else's already is left out: the code in the memo says
    it all the same."""
    account = rule.bank_account
    made = [(one, f"{rule.prefix}{one.code}") for one in invoices if len(one.code) == LENGTH]
    known = registry.holders(account.bank_bin, [number for _one, number in made])
    main = BankAccount.objects.across_schools("a number belongs to one account of a bank, whoever's it is")
    taken = set(
        main.filter(among("number", [n for _one, n in made]), bank_bin=account.bank_bin).values_list(
            "number", flat=True
        )
    )
    return [(one, n) for one, n in made if known.get(n, registry.invoice(one.pk)) == registry.invoice(one.pk)
            and n not in taken]  # fmt: skip


def _counted(rule: VirtualAccountRule, invoices: Sequence[Invoice]) -> Iterator[tuple[Invoice, str]]:
    """Prefix and the next numbers in order, after every number of this prefix ever given at the bank."""
    account = rule.bank_account
    at = registry.last_counted(account.bank_bin, rule.prefix, rule.digits)
    main = BankAccount.objects.across_schools("a number belongs to one account of a bank, whoever's it is")
    taken = set(main.filter(bank_bin=account.bank_bin).values_list("number", flat=True))
    for one in invoices:
        at += 1
        while f"{rule.prefix}{at:0{rule.digits}}" in taken:
            at += 1
        if len(str(at)) > rule.digits:
            return
        yield one, f"{rule.prefix}{at:0{rule.digits}}"
