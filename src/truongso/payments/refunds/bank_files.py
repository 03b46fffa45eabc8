"""Payment files for the bank: the layout is data, the file is numbered and kept as made, its refunds are locked."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from truongso.kernel import audit, banks, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import total
from truongso.kernel.names import fold, tidy
from truongso.kernel.sheet_writer import ExportCell, SheetOut, write_csv, write_xlsx
from truongso.organizations.public import BankAccount
from truongso.payments.refunds.models import RefundFile, RefundItem
from truongso.payments.refunds.numbers import next_number
from truongso.payments.refunds.types import CounterKind, ItemState, RefundRefusedError, RefundWay

_MEMO = 90  # what the narrowest bank keeps of a memo, with room for its own marks


@dataclass(frozen=True, slots=True)
class Layout:
    """How a bank wants the list: file format, sheet name, (title, value) of each column."""

    code: str
    name: str
    format: str
    sheet: str
    columns: tuple[tuple[str, str], ...]


@functools.cache
def layouts() -> dict[str, Layout]:
    """Every layout by its code."""
    text = resources.files("truongso.payments.refunds").joinpath("data/bank_files.json").read_text(encoding="utf-8")
    return {
        one["code"]: Layout(
            one["code"], one["name"], one["format"], one["sheet"],
            tuple((c["title"], c["value"]) for c in one["columns"]),
        )
        for one in json.loads(text)["layouts"]
    }  # fmt: skip


@transaction_required
def make_file(
    school_id: int, *, item_ids: Sequence[int], bank_account_id: int, layout_code: str, actor: Actor
) -> RefundFile:
    """Put refunds that are due into the next numbered file; from now on they wait for the bank.

    Raises RefundRefusedError `needs_person`, `nothing_chosen`, `unknown_layout`, `unknown_account`, `unknown_item`,
    `not_due` (state), `other_way`.
    """
    if actor.user_id is None:
        raise RefundRefusedError("needs_person")
    layout = layouts().get(layout_code)
    if layout is None:
        raise RefundRefusedError("unknown_layout")
    account = BankAccount.objects.for_school(school_id).filter(pk=bank_account_id, is_active=True).first()
    if account is None:
        raise RefundRefusedError("unknown_account")
    items = _held(school_id, item_ids)
    year, number = next_number(school_id, CounterKind.FILE)
    content = _content(layout, items)
    made: RefundFile = RefundFile.objects.create(
        school_id=school_id, year=year, number=number, bank_account=account, layout=layout.code,
        file_name=f"hoan-tien-{year}-{number:04}.{layout.format}", content=content,
        sha256=hashlib.sha256(content).hexdigest(), count=len(items), total=total(i.amount for i in items),
        created_at=clock.now(), created_by=actor.user_id,
    )  # fmt: skip
    RefundItem.objects.for_school(school_id).filter(pk__in=[i.pk for i in items]).update(
        state=ItemState.SENT.value, file=made
    )
    audit.record(
        actor, "payments:refund:file", school_id=school_id, subject=("refund_file", made.public_id),
        params={"name": made.file_name, "count": made.count, "total": int(made.total), "sha256": made.sha256},
    )  # fmt: skip
    return made


@transaction_required
def cancel_file(school_id: int, *, file_id: int, reason: str, actor: Actor) -> RefundFile:
    """A second person confirms that a file never went to the bank: its unpaid refunds are due again.

    Raises RefundRefusedError `needs_person`, `reason_missing`, `unknown_file`, `cancelled_before`, `own_file`,
    `file_paid` (a refund of it has left: the file did go to the bank).
    """
    reason = tidy(reason)[:300]
    if actor.user_id is None:
        raise RefundRefusedError("needs_person")
    if not reason:
        raise RefundRefusedError("reason_missing")
    rows = RefundFile.objects.for_school(school_id).filter(pk=file_id)
    made: RefundFile | None = rows.select_for_update().first()
    if made is None:
        raise RefundRefusedError("unknown_file")
    if made.cancelled_at is not None:
        raise RefundRefusedError("cancelled_before")
    if made.created_by == actor.user_id:
        raise RefundRefusedError("own_file")
    items = RefundItem.objects.for_school(school_id).filter(file=made)
    if items.filter(state=ItemState.PAID.value).exists():
        raise RefundRefusedError("file_paid")
    items.filter(state=ItemState.SENT.value).update(state=ItemState.DUE.value, file=None)
    made.cancelled_at, made.cancelled_by, made.cancel_reason = clock.now(), actor.user_id, reason
    made.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    audit.record(
        actor, "payments:refund:file_cancel", school_id=school_id, subject=("refund_file", made.public_id),
        reason=reason, params={"name": made.file_name},
    )  # fmt: skip
    return made


def memo_of(item: RefundItem) -> str:
    """What the transfer says: the code first, then whose refund it is, in letters every bank keeps."""
    words = re.sub(r"[^A-Z0-9 ]+", " ", fold(f"hoan tien {item.student_name} {item.class_name}").upper())
    return " ".join(f"{item.code} {words}".split())[:_MEMO]


def _held(school_id: int, item_ids: Sequence[int]) -> list[RefundItem]:
    wanted = sorted(set(item_ids))
    if not wanted:
        raise RefundRefusedError("nothing_chosen")
    rows = RefundItem.objects.for_school(school_id).filter(pk__in=wanted).order_by("pk")
    items = list(rows.select_for_update())
    if len(items) != len(wanted):
        raise RefundRefusedError("unknown_item")
    for item in items:
        if item.way != RefundWay.BANK.value:
            raise RefundRefusedError("other_way", way=item.way)
        if item.state != ItemState.DUE.value:
            raise RefundRefusedError("not_due", state=item.state)
    return items


def _content(layout: Layout, items: Sequence[RefundItem]) -> bytes:
    header = [title for title, _value in layout.columns]
    rows = [[_cell(value, item, n) for _title, value in layout.columns] for n, item in enumerate(items, start=1)]
    if layout.format == "csv":
        return write_csv([header, *rows])
    return write_xlsx([SheetOut(layout.sheet, header, rows)])


def _cell(value: str, item: RefundItem, row: int) -> ExportCell:
    bank = banks.find(item.bank_bin)
    cells: dict[str, ExportCell] = {
        "row": row, "number": item.account_number, "holder": item.account_name, "bin": item.bank_bin,
        "bank": bank.short_name if bank else "", "amount": item.amount, "memo": memo_of(item),
    }  # fmt: skip
    return cells[value]
