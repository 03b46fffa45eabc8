"""Staff lists from a table: columns found by their names, every row read or refused with reasons, then applied.

Nobody is created twice: a row whose name and role are at the school already changes nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from truongso.accounts.models import User
from truongso.accounts.services import new_activation
from truongso.accounts.staffing.models import StaffList
from truongso.accounts.staffing.queries import is_username_taken, people_of
from truongso.accounts.staffing.services import Done, Manager, PersonData, Span, add_person, give_role
from truongso.accounts.staffing.usernames import is_username, suggested
from truongso.accounts.types import SCHOOL_ROLES, AccountRefusedError, Role
from truongso.kernel import audit, clock
from truongso.kernel.db import transaction_required
from truongso.kernel.names import fold, tidy
from truongso.kernel.sheets import Cell, Limits, read_sheets
from truongso.organizations.public import School

MOST_ROWS = 500
LIMITS = Limits(max_bytes=2 * 1024 * 1024, max_rows=2_000, max_columns=60)
_HEADER_ROWS = 15
COLUMNS: dict[str, tuple[str, ...]] = {
    "full_name": ("HO VA TEN", "HO TEN", "TEN NHAN SU", "HO TEN NHAN VIEN", "HO TEN GIAO VIEN"),
    "role": ("VAI TRO", "CHUC VU", "CHUC DANH", "VI TRI", "NHIEM VU"),
    "username": ("TEN DANG NHAP", "TAI KHOAN"),
    "email": ("EMAIL", "THU DIEN TU"),
    "phone": ("DIEN THOAI", "SO DIEN THOAI", "SDT", "DI DONG"),
    "valid_from": ("TU NGAY", "NGAY BAT DAU", "NGAY VAO TRUONG"),
    "valid_to": ("DEN NGAY", "NGAY KET THUC"),
}
ROLE_WORDS: dict[Role, tuple[str, ...]] = {
    Role.PRINCIPAL: ("HIEU TRUONG", "PHO HIEU TRUONG", "HIEU PHO"),
    Role.ACCOUNTANT: ("KE TOAN",),
    Role.CASHIER: ("THU QUY",),
    Role.IT_ADMIN: ("QUAN TRI", "QUAN TRI CUA TRUONG", "QUAN TRI MANG", "CNTT", "CONG NGHE THONG TIN"),
    Role.HOMEROOM_TEACHER: ("GIAO VIEN CHU NHIEM", "GVCN", "CHU NHIEM"),
    Role.SUBJECT_TEACHER: ("GIAO VIEN", "GIAO VIEN BO MON", "GVBM", "GIAO VIEN DAY"),
    Role.SUPPORT: ("HO TRO KY THUAT", "HO TRO"),
}
_ROLE_OF = {word: role for role, words in ROLE_WORDS.items() for word in words}
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One line of the list as read; `row` is its number in the file, `faults` are codes with parameters."""

    row: int
    full_name: str
    role: str
    username: str
    email: str
    phone: str
    valid_from: str
    valid_to: str
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What applying a list would do now. `digest` names what was shown."""

    new: tuple[StaffRow, ...]
    known: tuple[StaffRow, ...]
    refused: tuple[StaffRow, ...]
    digest: str


@dataclass(slots=True)
class Applied:
    """What came of a list: people with a link to hand over, and how many roles wait for a second person."""

    links: list[tuple[User, str]] = field(default_factory=list)
    waiting: int = 0
    added: int = 0


def read_list(content: bytes, file_name: str) -> list[StaffRow]:
    """The rows of the first table that has a column of names and one of roles.

    Raises SheetError (not a table) and AccountRefusedError `list_no_header`, `list_empty`, `list_too_long` (most).
    """
    for sheet in read_sheets(content, file_name, limits=LIMITS):
        for number, cells in enumerate(sheet.rows[:_HEADER_ROWS]):
            if places := _header(cells):
                rows = _rows(sheet.rows[number + 1 :], places, number + 2)
                if not rows:
                    raise AccountRefusedError("list_empty")
                if len(rows) > MOST_ROWS:
                    raise AccountRefusedError("list_too_long", most=MOST_ROWS)
                return rows
    raise AccountRefusedError("list_no_header")


@transaction_required
def store_list(*, by: Manager, school: School, file_name: str, content: bytes) -> StaffList:
    """Keep a list that reads; nothing else changes. Raises as `read_list`."""
    rows = [_as_json(row) for row in read_list(content, file_name)]
    stored: StaffList = StaffList.objects.create(
        school=school, file_name=file_name[:200], rows=rows, uploaded_by=by.user.pk, uploaded_at=clock.now()
    )
    return stored


def preview(school: School, stored: StaffList) -> Preview:
    """Compare a kept list with the school as it is; nothing is written."""
    held = {
        (fold(person.user.full_name), membership.role) for person in people_of(school) for membership in person.present
    }
    new: list[StaffRow] = []
    known: list[StaffRow] = []
    refused: list[StaffRow] = []
    given: set[str] = set()
    for raw in stored.rows:
        row = _from_json(raw)
        if row.faults:
            refused.append(row)
        elif (fold(row.full_name), row.role) in held:
            known.append(row)
        elif row.username and (row.username in given or is_username_taken(row.username)):
            refused.append(_with(row, faults=(("username_taken", row.username),)))
        else:
            name = row.username or suggested(
                row.full_name, school.short_name, lambda n: n in given or is_username_taken(n)
            )
            given.add(name)
            new.append(_with(row, username=name))
            held.add((fold(row.full_name), row.role))
    text = json.dumps([_as_json(row) for row in new], ensure_ascii=False, sort_keys=True)
    return Preview(tuple(new), tuple(known), tuple(refused), hashlib.sha256(text.encode()).hexdigest())


@transaction_required
def apply_list(*, by: Manager, school: School, stored: StaffList, seen: str) -> Applied:
    """Create what the preview showed, all or nothing. Sensitive roles wait for a second person.

    Raises AccountRefusedError `list_applied` (at), `list_changed` (the school changed since the preview).
    """
    row = StaffList.objects.for_school(school).select_for_update().get(pk=stored.pk)
    if row.applied_at is not None:
        raise AccountRefusedError("list_applied", at=row.applied_at)
    found = preview(school, row)
    if found.digest != seen:
        raise AccountRefusedError("list_changed")
    applied = Applied()
    people: dict[str, User] = {}
    for one in found.new:
        user, done = _add(by, school, one, people)
        applied.added += 1
        applied.waiting += done.waits
        if done.token:
            applied.links = [link for link in applied.links if link[0].pk != user.pk]
            applied.links.append((user, done.token))
    row.applied_at = clock.now()
    row.save(update_fields=["applied_at"])
    audit.record(
        by.actor, "accounts:list:apply", school_id=school.pk, subject=("staff_list", row.public_id),
        params={"added": applied.added, "waiting": applied.waiting},
    )  # fmt: skip
    return applied


def _add(by: Manager, school: School, row: StaffRow, people: dict[str, User]) -> tuple[User, Done]:
    """A person's first row makes the account; a further row of the same person gives a further role."""
    span = Span(Role(row.role), dt.date.fromisoformat(row.valid_from), _day(row.valid_to))
    key = f"{fold(row.full_name)}\x1f{row.phone}\x1f{row.email}"
    if (row.phone or row.email) and key in people:
        user = people[key]
        done = give_role(by=by, place=school, user=user, span=span)
        token = "" if done.waits or user.was_begun else new_activation(actor=by.actor, user=user)
        return user, Done(done.request, token)
    user, done = add_person(
        by=by, place=school, data=PersonData(row.full_name, row.username, row.email, row.phone), span=span
    )
    people[key] = user
    return user, done


def _header(cells: Iterable[Cell]) -> dict[str, int]:
    names = [" ".join(re.sub(r"[^A-Z0-9 ]", " ", fold(str(cell or ""))).split()) for cell in cells]
    places = {
        column: next(at for at, name in enumerate(names) if name in words)
        for column, words in COLUMNS.items()
        if any(name in words for name in names)
    }
    return places if {"full_name", "role"} <= set(places) else {}


def _rows(lines: list[list[Cell]], places: dict[str, int], first: int) -> list[StaffRow]:
    found = []
    for number, cells in enumerate(lines, start=first):
        values = {column: cells[at] if at < len(cells) else None for column, at in places.items()}
        if any(value not in (None, "") for value in (values.get("full_name"), values.get("role"))):
            found.append(_row(number, values))
    return found


def _row(number: int, values: dict[str, Cell]) -> StaffRow:
    faults: list[tuple[str, str]] = []
    name = tidy(str(values.get("full_name") or ""))
    if len(name) < 2 or len(name) > 120 or not any(c.isalpha() for c in name):
        faults.append(("bad_name", name))
    written = " ".join(fold(str(values.get("role") or "")).split())
    role = _ROLE_OF.get(written)
    if role is None or role not in SCHOOL_ROLES:
        faults.append(("bad_role", str(values.get("role") or "")))
    username = str(values.get("username") or "").strip().lower()
    if username and not is_username(username):
        faults.append(("bad_username", username))
    email = str(values.get("email") or "").strip().lower()
    if email and ("@" not in email or " " in email or len(email) > 254):
        faults.append(("bad_email", email))
    start, end = _date_text(values.get("valid_from")), _date_text(values.get("valid_to"))
    for value, text in ((start, values.get("valid_from")), (end, values.get("valid_to"))):
        if value is None:
            faults.append(("bad_date", str(text)))
    begin = start or clock.today().isoformat()
    if end and end < begin:
        faults.append(("bad_dates", end))
    return StaffRow(
        number, name, role.value if role else "", username, email, _phone(values.get("phone")), begin, end or "",
        tuple(faults),
    )  # fmt: skip


def _date_text(value: Cell) -> str | None:
    """ISO date of a cell, "" when it is empty, None when it is no date."""
    if value in (None, ""):
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    found = _DATE.fullmatch(str(value).strip())
    try:
        return dt.date(int(found[3]), int(found[2]), int(found[1])).isoformat() if found else None
    except ValueError:
        return None


def _phone(value: Cell) -> str:
    digits = "".join(c for c in (f"{value:.0f}" if isinstance(value, float) else str(value or "")) if c.isdigit())
    return f"0{digits}"[:20] if len(digits) == 9 and not digits.startswith("0") else digits[:20]


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _as_json(row: StaffRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in StaffRow.__dataclass_fields__}


def _from_json(raw: dict[str, Any]) -> StaffRow:
    return StaffRow(**{**raw, "faults": tuple((code, text) for code, text in raw["faults"])})


def _with(row: StaffRow, **changes: Any) -> StaffRow:
    return StaffRow(**{**_as_json(row), **changes})
