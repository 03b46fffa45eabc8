"""Making a file of vouchers, and the accounts it is written in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import total
from truongso.kernel.sheet_writer import write_csv, write_xlsx
from truongso.organizations.public import School, lock_school
from truongso.reporting.posting.details import details
from truongso.reporting.posting.models import PostedEntry, PostingAccount, PostingFile, PostingSetting
from truongso.reporting.posting.queries import codes, files, grouping_of, mapped_accounts, unposted
from truongso.reporting.posting.sheets import header, sheet, table, voucher_number, wording
from truongso.reporting.posting.types import Grouping, PostingRefusedError
from truongso.reporting.posting.vouchers import vouchers

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{0,19}")


@transaction_required
def make_file(school: School, *, year: int, month: int, actor: Actor) -> PostingFile:
    """Write every entry up to the end of the month that no file holds yet; entries booked later go to the next file.

    Raises PostingRefusedError `nothing_new` (number: of the latest file, 0 without one).
    """
    lock_school(school)
    rows = unposted(school.pk, year, month)
    latest = files(school.pk).first()
    if not rows:
        raise PostingRefusedError("nothing_new", number=latest.number if latest else 0)
    grouping, began = grouping_of(school.pk), latest.last_voucher if latest else 0
    made = vouchers(
        rows, codes=codes(school.pk), grouping=grouping, first_number=began + 1,
        details=details(school.pk, rows) if grouping is Grouping.ENTRY else {}, wording=wording, number=voucher_number,
    )  # fmt: skip
    csv = write_csv([header(), *table(made)])
    file: PostingFile = PostingFile.objects.create(
        school_id=school.pk, number=latest.number + 1 if latest else 1, year=year, month=month,
        grouping=grouping.value, entries=len({r.entry_id for r in rows}), vouchers=len(made),
        last_voucher=began + len(made), amount=total(v.amount for v in made), sha256=hashlib.sha256(csv).hexdigest(),
        csv=csv, xlsx=write_xlsx([sheet(school, year, month, made)]), made_at=clock.now(), made_by=actor.user_id,
    )  # fmt: skip
    PostedEntry.objects.bulk_create(
        PostedEntry(school_id=school.pk, file=file, entry_id=pk) for pk in sorted({r.entry_id for r in rows})
    )
    audit.record(
        actor, "reporting:posting:export", school_id=school.pk, subject=("posting_file", file.public_id),
        params={"number": file.number, "month": f"{year}-{month:02}", "entries": file.entries, "sha256": file.sha256},
    )  # fmt: skip
    return file


@transaction_required
def save_accounts(school: School, *, chosen: Mapping[int, str], grouping: Grouping, actor: Actor) -> None:
    """Set the numbers that accounts have in the accounting package (account id → number; "" takes the default back).
    Files made before stay as they are.

    Raises PostingRefusedError `bad_code` (code), `unknown_account`.
    """
    lock_school(school)
    known = {a.account_id: a for a in mapped_accounts(school.pk)}
    for account_id, code in chosen.items():
        if account_id not in known:
            raise PostingRefusedError("unknown_account")
        if code and not _CODE.fullmatch(code):
            raise PostingRefusedError("bad_code", code=code)
    rows = PostingAccount.objects.for_school(school)
    changed = {}
    for account_id, code in chosen.items():
        before = "" if known[account_id].is_default else known[account_id].code
        if code == before:
            continue
        changed[known[account_id].own_code] = code
        rows.filter(account_id=account_id).delete()
        if code:
            PostingAccount.objects.create(school_id=school.pk, account_id=account_id, code=code)
    if grouping is not grouping_of(school.pk):
        changed["grouping"] = grouping.value
        PostingSetting.objects.for_school(school).delete()
        PostingSetting.objects.create(school_id=school.pk, grouping=grouping.value)
    if changed:
        audit.record(
            actor, "reporting:posting:accounts", school_id=school.pk, subject=("school", school.code), params=changed
        )
