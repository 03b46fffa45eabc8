"""What lies behind the last demo school: a second account with a closed month, files of every kind, and
the patterns that deserve a word. Everything happens on its own day, by the services people use."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from truongso.accounts.types import Role
from truongso.banking.public import (
    BankLine,
    apply_statement,
    book_state,
    closing_figures,
    closing_seen,
    confirm_days,
    confirm_month,
    deposits_for_line,
    keep_unknown_statement,
    link_deposit,
    month_figures,
    preview_statement,
    save_layout,
    sign_days,
    sign_month,
)
from truongso.banking.statements import Direction, StatementLine
from truongso.banking.statements.custom import CustomLayout, header_labels
from truongso.banking.statements.writers import FileFormat, StatementOut, write_statement
from truongso.fees.public import (
    Invoice,
    InvoiceFilter,
    create_round,
    invoices,
    plan_round,
    plan_totals,
    set_classes,
    set_items,
    start_issue,
)
from truongso.kernel import clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong, total
from truongso.kernel.names import fold
from truongso.kernel.sheet_writer import write_csv
from truongso.organizations.public import BankAccount, SchoolYear, add_bank_account, school_years
from truongso.payments.public import (
    APPROVALS,
    ChangeKind,
    CountedCash,
    DepositRequest,
    PosTerminal,
    RuleKind,
    SetupChange,
    SlipData,
    book_many,
    confirm_cash_count,
    propose_number_rule,
    record_deposit,
    record_pos_slip,
    sign_cash_count,
    take_change_into_effect,
)
from truongso.payments.types import Booking, EvidenceKind, Method, Share
from truongso.people.public import classes_of_year, import_roster
from truongso.reporting.public import check_school
from truongso.sandbox.demo.bank_files import Told, camt053, mt940
from truongso.sandbox.demo.partners import person
from truongso.sandbox.demo.setup import ACTOR, DemoSchool, Say
from truongso.sandbox.province.rosters import roster_xlsx
from truongso.sandbox.province.specs import PupilSpec

BIDV = "970418"
SPRING, AUTUMN = dt.date(2026, 5, 4), dt.date(2026, 9, 7)  # when the two rounds were issued
MAY_ENDS, LEFT = dt.date(2026, 5, 31), dt.date(2026, 9, 30)
NIGHT = dt.datetime(2026, 10, 14, 2, tzinfo=clock.SCHOOL_TIME)  # when payments of the third quarter were looked at
OPENING = Dong(5_000_000)
LOST = Dong(150_000)  # a movement that the file of 22 to 25 September leaves out
ELSEWHERE = Dong(200_000)  # moved on the days that no file covers
PART = Dong(50_000)
TEACHER = ("19880000777", "VU THI HANH")
BY_TEACHER, IN_PARTS, BY_SLIP = 8, 3, 3  # families in autumn
_CASH_OF = 2  # every second family of spring pays at the counter
_COLUMNS = ("Ngày", "Số bút toán", "Tiền vào", "Còn lại", "Nội dung", "Tên người gửi", "Tài khoản người gửi")
_ROLES = ("date", "reference", "credit", "balance", "memo", "counter_name", "counter_account")


@dataclass(slots=True)
class Past:
    """The account of services, and what stood on it at the end of the last day told of."""

    place: DemoSchool
    account: BankAccount
    accountant: Actor
    principal: Actor
    cashier: Actor
    class_names: tuple[str, str]  # in spring, in autumn
    years: tuple[SchoolYear, SchoolYear]
    standing: Dong = OPENING
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(260_000_001))


def is_over() -> bool:
    """Whether all of it lies in the past; the years of the province are fixed."""
    return clock.now() > NIGHT


def last_year(pupils: Sequence[PupilSpec]) -> list[PupilSpec]:
    """One class of today as it sat a school year ago, a grade lower."""
    name = _class_name(pupils)
    grade = str(int(next(p.grade for p in pupils if p.class_name == name)) - 1)
    return [replace(p, class_name=_lower(name), grade=grade) for p in pupils if p.class_name == name]


def enrol(place: DemoSchool) -> None:
    """That class by its own roster, before this year's is imported."""
    before, _now = _years()
    content = roster_xlsx(place.spec, last_year(place.pupils), year=before.code)
    name = f"danh-sach-hoc-sinh-{before.code}.xlsx"
    with _on(before.starts_on), transaction():
        import_roster(actor=ACTOR, school=place.school, year=before, file_name=name, content=content)


def play(place: DemoSchool, say: Say) -> Past:
    """May 2026 whole, with its closing, and September but for the slips of the card terminal."""
    accountant, principal = person(place.school, Role.ACCOUNTANT), person(place.school, Role.PRINCIPAL)
    cashier, name = person(place.school, Role.CASHIER), _class_name(place.pupils)
    with _on(dt.date(2026, 4, 20)), transaction():
        account = add_bank_account(
            actor=ACTOR, school=place.school, bank_bin=BIDV, number=f"{place.spec.account.number[:-1]}9",
            holder_name=place.spec.account.holder_name, label="Thu dịch vụ",
        )  # fmt: skip
    past = Past(place, account, accountant, principal, cashier, (_lower(name), name), _years())
    _may(past)
    _september(past)
    say(f"{place.spec.short_name}: tài khoản thứ hai, tháng 5 đã khóa sổ, tháng 9 còn sao kê phải xem lại")
    return past


def look_back(past: Past, terminal: PosTerminal) -> None:
    """Slips of September that nobody has settled; then the night looks at the quarter's payments."""
    for number, invoice in enumerate(_open(past)[:BY_SLIP], start=1):
        at = dt.datetime(2026, 9, 16, 10, number, tzinfo=clock.SCHOOL_TIME)
        slip = SlipData(
            approval_code=f"0916{number:02}", rrn=f"62591600000{number}", trace=f"{number:06}", batch_no="000001",
            card_tail=f"880{number}", card_brand="napas", amount=invoice.total - invoice.paid, paid_at=at,
        )  # fmt: skip
        with clock.frozen(at), transaction():
            shares = [Share(invoice.pk, invoice.total - invoice.paid)]
            record_pos_slip(terminal, slip, shares=shares, payer_name=invoice.payer_name, actor=past.cashier)
    with clock.frozen(NIGHT), transaction():
        check_school(past.place.school)


def _may(past: Past) -> None:
    """Half by transfer, half in cash; the cash is handed in; every day and the month are signed by two."""
    made = _issue(past, SPRING, past.class_names[0], past.years[0], months=5)
    cash, sent = made[::_CASH_OF], [i for n, i in enumerate(made) if n % _CASH_OF]
    _take_cash(past, cash, dt.date(2026, 5, 6))
    taken, handed_in = total(i.total for i in cash), dt.date(2026, 5, 28)
    with _on(handed_in), transaction():
        request = DepositRequest(past.account.pk, taken, handed_in, "NT-0528", "demo-nop-quy-thang-5")
        record_deposit(past.place.school.pk, request=request, actor=past.cashier)
    first, rest = sent[: len(sent) // 2], sent[len(sent) // 2 :]
    lines = [_credit(past, i, dt.date(2026, 5, 8)) for i in first]
    _bring(past, mt940(_told(past, dt.date(2026, 5, 1), dt.date(2026, 5, 15), lines)), "sao-ke-ky-1.sta", MAY_ENDS)
    lines = [_credit(past, i, dt.date(2026, 5, 20)) for i in rest]
    lines.append(_line(past, dt.date(2026, 5, 29), taken, "NOP TIEN MAT NT-0528"))
    last = dt.date(2026, 6, 1)
    _bring(past, camt053(_told(past, dt.date(2026, 5, 16), MAY_ENDS, lines)), "sao-ke-ky-2.xml", last)
    with _on(last):
        _link_deposit(past)
        _close_may(past)


def _close_may(past: Past) -> None:
    school = past.place.school
    with transaction():
        counted = sign_cash_count(school.pk, day=MAY_ENDS, cash=CountedCash({}), reason="", actor=past.cashier)
        confirm_cash_count(school.pk, count_id=counted.pk, actor=past.accountant)
    for account in (past.account, None):
        state = book_state(school, account)
        first = state.first or MAY_ENDS
        figures = closing_figures(school.pk, account, first, MAY_ENDS)
        with transaction():
            row = sign_days(
                school, account, first=first, last=MAY_ENDS, note="Hết tháng 5", seen=closing_seen(figures),
                actor=past.accountant,
            )  # fmt: skip
            confirm_days(school, close_id=row.pk, seen=row.digest, actor=past.principal)
    with transaction():
        seen = month_figures(school, 2026, 5).seen
        month = sign_month(school, year=2026, month=5, note="", seen=seen, actor=past.accountant)
        confirm_month(school, close_id=month.pk, seen=month.digest, actor=past.principal)


def _september(past: Past) -> None:
    """Fewer pay, nobody in cash: a teacher for most of the class, some in round parts; one credit is taken back."""
    change = _ask_for_numbers(past)
    made = _issue(past, AUTUMN, past.class_names[1], past.years[1], months=5)
    with _on(AUTUMN), transaction():  # the delay of a change of account is over: every invoice has a number at the bank
        take_change_into_effect(past.place.school, change.pk)
    by_teacher, others = made[:BY_TEACHER], made[BY_TEACHER:]
    in_parts = [i for i in others if i.total > PART * 2][:IN_PARTS]
    wrong = next(i for i in reversed(others) if i not in in_parts)
    carried = [_by_teacher(past, i, dt.date(2026, 9, 8 + n // 2)) for n, i in enumerate(by_teacher)]
    with _on(dt.date(2026, 9, 14)), transaction():
        header = header_labels(_COLUMNS)
        columns = {role: place for place, role in enumerate(_ROLES)}
        layout = CustomLayout(name="BIDV, tệp rút gọn", header=header, columns=columns, bank=BIDV, dates="dmy")
        save_layout(past.account, layout, actor=past.accountant)
    opening = past.standing
    _bring(past, _short_file(past, carried), "giao-dich-tuan-1.csv", dt.date(2026, 9, 14))
    parts = [line for n, i in enumerate(in_parts) for line in _parts(past, i, dt.date(2026, 9, 15 + n))]
    late = [line for line in carried if line.booked_on >= dt.date(2026, 9, 10)]
    before = opening + total(line.amount for line in carried) - total(line.amount for line in late)
    statement = StatementOut(past.account.number, past.account.holder_name, before, [*late, *parts])
    past.standing = statement.closing
    content = write_statement("bidv_detail", statement, FileFormat.XLSX)
    _bring(past, content, "sao-ke-10-den-17-9.xlsx", dt.date(2026, 9, 18))
    past.standing += ELSEWHERE
    lines = [_line(past, dt.date(2026, 9, 23), Dong(1_240), "TRA LAI TIEN GUI")]
    told = replace(_told(past, dt.date(2026, 9, 21), dt.date(2026, 9, 25), lines), lost=LOST)
    past.standing += LOST
    _bring(past, mt940(told), "sao-ke-tuan-4.sta", dt.date(2026, 9, 28))
    credit = _credit(past, wrong, dt.date(2026, 9, 28))
    back = _line(past, LEFT, credit.amount, f"HUY GIAO DICH {credit.reference}", undoes=True)
    told = _told(past, dt.date(2026, 9, 26), LEFT, [credit, back])
    _bring(past, mt940(told), "sao-ke-cuoi-thang-9.sta", dt.date(2026, 10, 1))
    with _on(dt.date(2026, 10, 2)), transaction():  # no statement: nothing of it is recorded until somebody shows how
        content = write_csv([["Bảng chấm công tháng 9"], ["Họ tên", "Số ngày"], ["Vũ Thị Hạnh", "22"]])
        keep_unknown_statement(past.account, content=content, file_name="cham-cong.csv", actor=past.accountant)
    _take_cash(past, _open(past)[BY_SLIP:], dt.date(2026, 10, 5))


def _ask_for_numbers(past: Past) -> SetupChange:
    """A number at the bank for each invoice of the account, by its code: asked for and approved."""
    school = past.place.school
    with _on(AUTUMN - dt.timedelta(days=7)), transaction():
        change = propose_number_rule(
            past.account, kind=RuleKind.INVOICE_CODE, prefix=f"963{past.place.spec.invoice_prefix}", digits=9,
            on_notices=False, reason="Hợp đồng mỗi phiếu một số tài khoản", actor=past.accountant,
        )  # fmt: skip
        APPROVALS[ChangeKind.NUMBER_RULE](school, change_id=change.pk, actor=past.principal)
    return change


def _issue(past: Past, day: dt.date, class_name: str, year: SchoolYear, *, months: int) -> list[Invoice]:
    """Services of some months for the class, on its own day; the invoices that ask for money."""
    school_id, codes = past.place.school.pk, ("NUOC", "VS", "GUI_XE", "KNS")
    quantities = {past.place.items[c]: months for c in codes if c in past.place.items}
    with _on(day):
        with transaction():
            made = create_round(
                school_id, name=f"Thu dịch vụ {day:%m/%Y}", school_year_id=year.pk, priced_on=day,
                due_on=day + dt.timedelta(days=20), bank_account_id=past.account.pk, actor=ACTOR,
            )  # fmt: skip
            set_items(school_id, round_id=made.pk, quantities=quantities, actor=ACTOR)
            taught = next(c for c in classes_of_year(past.place.school, year) if c.name == class_name)
            set_classes(school_id, round_id=made.pk, class_ids=[taught.id], actor=ACTOR)
            plan_round(school_id, round_id=made.pk)
            totals = plan_totals(made)
            job = start_issue(
                school_id, round_id=made.pk, seen_invoices=totals.invoices, seen_amount=totals.amount, actor=ACTOR
            )
        jobs.run(job.pk)
    return [i for i in invoices(school_id, InvoiceFilter(round_id=made.pk)) if i.total > Dong(0)]


def _take_cash(past: Past, paid: Sequence[Invoice], day: dt.date) -> None:
    """Families pay at the counter, each with a receipt of its own."""
    with _on(day), transaction():
        bookings = [
            Booking(
                kind=EvidenceKind.CASH_RECEIPT, source="counter", reference=f"demo-{day:%m}-{number}",
                evidence_amount=i.total, amount=i.total, method=Method.CASH, received_at=clock.now(),
                payer_name=i.payer_name, payer_account="", shares=(Share(i.pk, i.total),), bank_account_id=None,
                in_suspense=False,
            )
            for number, i in enumerate(paid, start=1)
        ]  # fmt: skip
        book_many(past.place.school.pk, bookings=bookings, actor=past.cashier)


def _bring(past: Past, content: bytes, name: str, day: dt.date) -> None:
    """The accountant imports a file on `day`."""
    with _on(day):
        with transaction():
            statement = preview_statement(past.account, content=content, file_name=name, actor=past.accountant)
        apply_statement(statement, actor=past.accountant)


def _link_deposit(past: Past) -> None:
    waiting = BankLine.objects.for_school(past.place.school.pk).filter(direction="in", state="waiting")
    for line in waiting.select_related("bank_account"):
        fitting = deposits_for_line(line)
        if fitting:
            deposit_id = fitting[0].deposit.pk
            with transaction():
                link_deposit(past.place.school.pk, line_id=line.pk, deposit_id=deposit_id, actor=past.accountant)


def _told(past: Past, first: dt.date, last: dt.date, lines: Sequence[StatementLine]) -> Told:
    told = Told(past.account.number, first, last, past.standing, lines)
    past.standing = told.closing
    return told


def _short_file(past: Past, lines: Sequence[StatementLine]) -> bytes:
    """A table of the bank's website that no known layout fits."""
    rows = []
    for line in lines:
        past.standing += line.amount
        rows.append(
            [f"{line.booked_on:%d/%m/%Y}", line.reference, str(line.amount.value), str(past.standing.value), line.memo,
             line.counter_name, line.counter_account]
        )  # fmt: skip
    return write_csv([["Giao dịch trong tuần"], list(_COLUMNS), *rows])


def _credit(past: Past, invoice: Invoice, day: dt.date) -> StatementLine:
    """A transfer under the invoice's code from the payer's own account."""
    payer = (f"1970{invoice.pk:07}", fold(invoice.payer_name).upper())
    return _line(past, day, invoice.total, f"{invoice.code} nop tien", payer)


def _by_teacher(past: Past, invoice: Invoice, day: dt.date) -> StatementLine:
    return _line(past, day, invoice.total, f"{invoice.code} GVCN nop ho", TEACHER)


def _parts(past: Past, invoice: Invoice, day: dt.date) -> list[StatementLine]:
    """Two round parts and the rest, within a day."""
    amounts = [PART, PART, invoice.total - PART * 2]
    return [_line(past, day, amount, f"{invoice.code} nop lan {n}") for n, amount in enumerate(amounts, start=1)]


def _line(
    past: Past, day: dt.date, amount: Dong, memo: str, payer: tuple[str, str] = ("", ""), *, undoes: bool = False
) -> StatementLine:
    return StatementLine(
        booked_on=day, direction=Direction.OUT if undoes else Direction.IN, amount=amount, memo=memo,
        reference=f"FT{next(past.numbers)}", counter_account=payer[0], counter_name=payer[1], undoes=undoes,
    )  # fmt: skip


def _open(past: Past) -> list[Invoice]:
    """Invoices of autumn on which nothing has been paid."""
    made = invoices(past.place.school.pk, InvoiceFilter(class_name=past.class_names[1]))
    return [i for i in made if i.round.priced_on == AUTUMN and not i.paid and i.total > Dong(0)]


def _years() -> tuple[SchoolYear, SchoolYear]:
    now, before = school_years()[:2]
    return before, now


def _class_name(pupils: Sequence[PupilSpec]) -> str:
    """The first class that has a lower one."""
    lowest = min(int(p.grade) for p in pupils)
    return min(p.class_name for p in pupils if int(p.grade) > lowest)


def _lower(class_name: str) -> str:
    grade = "".join(itertools.takewhile(str.isdigit, class_name))
    return f"{int(grade) - 1}{class_name.removeprefix(grade)}"


@contextmanager
def _on(day: dt.date) -> Iterator[None]:
    """At nine in the morning of a day."""
    with clock.frozen(dt.datetime.combine(day, dt.time(9), tzinfo=clock.SCHOOL_TIME)):
        yield
