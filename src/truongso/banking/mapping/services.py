"""Layouts that people show: kept, used again, shared; and the files that wait for one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db.models import QuerySet

from truongso.banking.mapping.models import StatementLayout
from truongso.banking.models import StatementImport, StatementRow
from truongso.banking.parsed import read_kept
from truongso.banking.statement_import import StatementRefusedError, note_use, read_facts
from truongso.banking.statements.custom import CustomLayout, CustomLayoutError
from truongso.banking.types import APPLY_JOB, ImportState
from truongso.kernel import audit, clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.models import Job
from truongso.organizations.public import BankAccount

_NOTHING = {"new": 0, "known": 0, "refused": 0, "credits": 0, "credits_dong": 0, "outgoing": 0}


@transaction_required
def keep_unknown(account: BankAccount, *, content: bytes, file_name: str, actor: Actor) -> StatementImport:
    """Keep a file whose layout nobody knows until a person has shown its columns; nothing of it is recorded."""
    row: StatementImport = StatementImport.objects.create(
        school_id=account.school_id, bank_account=account, file_name=file_name[:200], content=content, layout="",
        sha256=hashlib.sha256(content).hexdigest(), state=ImportState.MAPPING.value, counts=dict(_NOTHING),
        uploaded_by=actor.user_id, uploaded_at=clock.now(),
    )  # fmt: skip
    return row


@transaction_required
def discard(statement: StatementImport, *, actor: Actor) -> bool:
    """Take back a file of which nothing has been recorded; its name and hash stay in the audit trail.

    False, with nothing changed, for a file that is applied or is just being applied.
    """
    own = StatementImport.objects.for_school(statement.school_id).filter(pk=statement.pk)
    state = own.select_for_update().values_list("state", flat=True).first()
    rows = StatementRow.objects.for_school(statement.school_id).filter(statement_id=statement.pk)
    if state is None or state == ImportState.APPLIED.value or rows.exists() or _is_under_way(statement):
        return False
    audit.record(
        actor, "banking:statement:discard", school_id=statement.school_id, subject=("statement", statement.pk),
        params={"file": statement.file_name, "sha256": statement.sha256},
    )  # fmt: skip
    own.delete()
    return True


def _is_under_way(statement: StatementImport) -> bool:
    wanted = Job.objects.filter(school_id=statement.school_id, kind=APPLY_JOB, key=statement.public_id)
    return wanted.filter(state__in=[jobs.WAITING, jobs.RUNNING]).exists()


@transaction_required
def save_layout(
    account: BankAccount, layout: CustomLayout, *, actor: Actor, replaces: StatementLayout | None = None
) -> StatementLayout:
    """Keep a layout for the account, or change the one it `replaces`. Raises CustomLayoutError `name_taken`."""
    named = layouts_of([account]).filter(name=layout.name)
    if (named.exclude(pk=replaces.pk) if replaces else named).exists():
        raise CustomLayoutError("name_taken", name=layout.name)
    row = replaces or StatementLayout(
        school_id=account.school_id, bank_account=account, created_by=actor.user_id, created_at=clock.now()
    )
    row.name, row.definition, row.changed_at = layout.name, layout.as_json(), clock.now()
    row.save()
    audit.record(
        actor, "banking:layout:save", school_id=account.school_id, subject=("statement_layout", row.pk),
        params={"name": row.name},
    )  # fmt: skip
    return row


@transaction_required
def read_again(statement: StatementImport) -> None:
    """Read a file that is not applied yet with what has been shown; it stands as a preview then.

    Raises SheetError or StatementError, StatementRefusedError; nothing changes then. A file that is applied, or is
    just being applied, stays as it is.
    """
    own = StatementImport.objects.for_school(statement.school_id).filter(pk=statement.pk)
    state = own.select_for_update(no_key=True).values_list("state", flat=True).get()
    rows = StatementRow.objects.for_school(statement.school_id).filter(statement_id=statement.pk)
    if state == ImportState.APPLIED.value or rows.exists():
        return
    parsed = read_kept(statement)
    refusing = [(p.code, p.params) for p in parsed.problems if p.refuses]
    if refusing:
        raise StatementRefusedError(refusing)
    facts = read_facts(statement.bank_account, parsed) | {"state": ImportState.PREVIEWED.value}
    own.update(**facts)
    statement.refresh_from_db(fields=list(facts))
    note_use(statement.bank_account, parsed)


@transaction_required
def delete_layout(row: StatementLayout, *, actor: Actor) -> None:
    """Forget a layout; what was imported with it stays."""
    audit.record(
        actor, "banking:layout:delete", school_id=row.school_id, subject=("statement_layout", row.pk),
        params={"name": row.name},
    )  # fmt: skip
    row.delete()


def layouts_of(accounts: Sequence[BankAccount]) -> QuerySet[StatementLayout]:
    """What has been shown for accounts of one school, by account and name."""
    school_id = accounts[0].school_id if accounts else 0
    rows = StatementLayout.objects.for_school(school_id).filter(bank_account_id__in=[a.pk for a in accounts])
    return rows.select_related("bank_account").order_by("bank_account_id", "name")
