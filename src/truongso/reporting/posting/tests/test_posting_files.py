"""Files of vouchers: balanced, each entry once, a file the same forever, late entries in the next."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
from collections.abc import Callable, Iterator

import openpyxl
import pytest
from django.db import IntegrityError, connection
from tests import factories, money

from truongso.banking.tests.helpers import arrive
from truongso.kernel import clock, triggers
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.ledger.models import Account, Entry
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.services import book, undo
from truongso.reporting.posting.models import PostedEntry, PostingAccount, PostingFile
from truongso.reporting.posting.queries import mapped_accounts, unposted
from truongso.reporting.posting.services import make_file, save_accounts
from truongso.reporting.posting.types import Grouping, PostingRefusedError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after")]
ACTOR = Actor(user_id=1, label="user 1", channel="web")


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with clock.frozen(dt.datetime(2026, 10, 5, 9, tzinfo=clock.SCHOOL_TIME)):
        yield


def export(school: School, month: int = 10) -> PostingFile:
    with savepoint():
        return make_file(school, year=2026, month=month, actor=ACTOR)


def rows(file: PostingFile) -> list[list[str]]:
    return list(csv.reader(io.StringIO(bytes(file.csv).decode("utf-8-sig"))))


def by_entry(school: School) -> None:
    with savepoint():
        save_accounts(school, chosen={}, grouping=Grouping.ENTRY, actor=ACTOR)


def refused(code: str, act: Callable[[], object]) -> PostingRefusedError:
    def counts() -> tuple[object, ...]:
        return (
            PostingFile.objects.across_schools("test").count(), PostedEntry.objects.across_schools("test").count(),
            list(PostingAccount.objects.across_schools("test").values_list("account_id", "code")),
            AuditEntry.objects.count(),
        )  # fmt: skip

    before = counts()
    with pytest.raises(PostingRefusedError) as caught, savepoint():
        act()
    assert (caught.value.code, counts()) == (code, before)
    return caught.value


def test_a_month_by_day_and_kind(school: School) -> None:
    one = money.invoice(school, [250_000])
    two = money.invoice(school, [100_000], full_name="Lê Minh Châu")
    with savepoint():
        book(school.pk, booking=money.booking((one, 250_000), **money.in_cash()), actor=ACTOR)
        book(school.pk, booking=money.booking((two, 100_000), **money.in_cash()), actor=ACTOR)
    file = export(school)
    assert rows(file) == [
        ["Số chứng từ", "Ngày chứng từ", "Ngày hạch toán", "Diễn giải", "TK Nợ", "TK Có", "Số tiền", "Đối tượng",
         "Mã hóa đơn"],
        ["TS000001", "05/10/2026", "05/10/2026", "Phải thu theo phiếu báo thu", "131", "531", "350000", "", ""],
        ["TS000002", "05/10/2026", "05/10/2026", "Thu của người học, biên lai", "1111", "131", "350000", "", ""],
    ]  # fmt: skip
    assert (file.number, file.entries, file.vouchers, file.amount) == (1, 4, 2, Dong(700_000))
    sheet = openpyxl.load_workbook(io.BytesIO(bytes(file.xlsx))).active
    assert sheet is not None
    assert [c.value for c in sheet[4]][:8] == [
        "TS000001", dt.datetime(2026, 10, 5), dt.datetime(2026, 10, 5), "Phải thu theo phiếu báo thu", "131", "531",
        350_000, None,
    ]  # fmt: skip


def test_one_voucher_for_each_event_with_its_paper(school: School) -> None:
    by_entry(school)
    invoice = money.invoice(school, [250_000])
    with savepoint():
        payment = book(
            school.pk, booking=money.booking((invoice, 300_000), amount=300_000, **money.in_cash()), actor=ACTOR
        )
        undo(school.pk, payment_id=payment.pk, reason="Nhầm em", actor=ACTOR)
    found = rows(export(school))[1:]
    number = found[1][3].rpartition(" ")[2]
    assert [(r[0], r[3], r[4], r[5], r[6], r[8]) for r in found] == [
        ("TS000001", f"Phải thu theo phiếu báo thu {invoice.code}", "131", "531", "250000", invoice.code),
        ("TS000002", f"Thu của người học, biên lai {number}", "1111", "131", "300000", invoice.code),
        ("TS000003", f"Đảo: Thu của người học, biên lai {number}", "131", "1111", "300000", invoice.code),
    ]
    assert found[1][7] == "Trần Thị Thu Hằng"


def test_what_stays_on_one_account_of_the_package_makes_no_voucher(school: School) -> None:
    """Money of unknown purpose found to be a family's credit: 3388 to 131; credit to receivable: 131 to 131."""
    account = factories.bank_account(school)
    arrive(account, "khong ro", 90_000, "FT1", booked_on=clock.today())
    with savepoint():
        suspense = Account.objects.for_school(school).get(role=AccountRole.SUSPENSE.value)
        save_accounts(school, chosen={suspense.pk: "1121"}, grouping=Grouping.DAY, actor=ACTOR)
    file = export(school)
    assert (file.entries, file.vouchers, rows(file)[1:]) == (1, 0, [])


def test_the_same_period_again_is_the_same_file_and_late_entries_go_to_the_next(school: School) -> None:
    money.invoice(school, [250_000])
    first = export(school)
    kept = bytes(first.csv), bytes(first.xlsx)
    assert refused("nothing_new", lambda: export(school)).params == {"number": 1}
    money.invoice(school, [70_000], full_name="Lê Minh Châu")
    with clock.frozen(dt.datetime(2026, 11, 2, 9, tzinfo=clock.SCHOOL_TIME)):
        money.invoice(school, [30_000], full_name="Trần Văn Bình")
    late, november = export(school), export(school, 11)
    assert [(r[0], r[1], r[6]) for r in rows(late)[1:]] == [("TS000002", "05/10/2026", "70000")]
    assert [(r[0], r[1], r[6]) for r in rows(november)[1:]] == [("TS000003", "02/11/2026", "30000")]
    assert (late.number, november.number) == (2, 3)
    account = Account.objects.for_school(school).get(role=AccountRole.RECEIVABLE.value)
    with savepoint():
        save_accounts(school, chosen={account.pk: "1311"}, grouping=Grouping.ENTRY, actor=ACTOR)
    first.refresh_from_db()
    assert (bytes(first.csv), bytes(first.xlsx)) == kept
    assert PostedEntry.objects.for_school(school).count() == Entry.objects.for_school(school).count() == 3


def test_a_late_entry_waits_for_the_next_months_file(school: School) -> None:
    money.invoice(school, [250_000])
    export(school)
    money.invoice(school, [70_000], full_name="Lê Minh Châu")
    with clock.frozen(dt.datetime(2026, 11, 2, 9, tzinfo=clock.SCHOOL_TIME)):
        money.invoice(school, [30_000], full_name="Trần Văn Bình")
        assert [(r[1], r[6]) for r in rows(export(school, 11))[1:]] == [
            ("05/10/2026", "70000"), ("02/11/2026", "30000"),
        ]  # fmt: skip


def test_before_the_first_file_nothing_is_asked_for(school: School) -> None:
    with clock.frozen(dt.datetime(2026, 9, 2, 9, tzinfo=clock.SCHOOL_TIME)):
        money.invoice(school, [99_000], full_name="Trần Văn Bình")
    money.invoice(school, [250_000])
    assert [r[6] for r in rows(export(school))[1:]] == ["250000"]
    assert [int(r.amount) for r in unposted(school.pk, 2026, 9)] == [99_000]


def test_accounts_are_the_schools_own(school: School) -> None:
    money.invoice(school, [250_000])
    chart = {a.role: a for a in mapped_accounts(school.pk)}
    assert (chart[AccountRole.CASH].code, chart[AccountRole.SUSPENSE].code) == ("1111", "3388")
    cash = chart[AccountRole.CASH].account_id
    for bad in ("=1+1", "11 1", "1" * 21, "-5"):
        typed = {cash: bad}
        refused("bad_code", functools.partial(
            save_accounts, school, chosen=typed, grouping=Grouping.DAY, actor=ACTOR
        ))  # fmt: skip
    refused("unknown_account", lambda: save_accounts(school, chosen={0: "111"}, grouping=Grouping.DAY, actor=ACTOR))
    with savepoint():
        save_accounts(school, chosen={cash: "111.1"}, grouping=Grouping.ENTRY, actor=ACTOR)
    entry = AuditEntry.objects.get(action="reporting:posting:accounts")
    assert entry.params == {"1111": "111.1", "grouping": "entry"}
    with savepoint():
        save_accounts(school, chosen={cash: ""}, grouping=Grouping.ENTRY, actor=ACTOR)
    assert {a.role: a.code for a in mapped_accounts(school.pk)}[AccountRole.CASH] == "1111"
    with savepoint():
        save_accounts(school, chosen={cash: ""}, grouping=Grouping.ENTRY, actor=ACTOR)
    assert AuditEntry.objects.filter(action="reporting:posting:accounts").count() == 2


def test_a_file_cannot_be_written_over_and_a_changed_one_is_found(school: School) -> None:
    money.invoice(school, [250_000])
    file = export(school)
    for change in ({"csv": b"x"}, {"sha256": "0" * 64}, {"entries": 5}):
        with pytest.raises(IntegrityError), savepoint():
            PostingFile.objects.for_school(school).update(**change)
    with pytest.raises(IntegrityError), savepoint():
        PostedEntry.objects.for_school(school).delete()
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reporting_postingfile SET sha256 = 'x'")
        assert any("tệp hạch toán lưu lại đúng là tệp đã xuất" in text for text in money.broken_invariants())
        cursor.execute("UPDATE reporting_postingfile SET sha256 = %s", [file.sha256])
    triggers.install()


def test_another_schools_entries_stay_there(school: School, other_school: School) -> None:
    money.invoice(school, [250_000])
    money.invoice(other_school, [70_000])
    assert [r[6] for r in rows(export(school))[1:]] == ["250000"]
    assert [r[6] for r in rows(export(other_school))[1:]] == ["70000"]
