"""Statements read once: looking, applying and the pages after it share one reading of the same bytes."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from truongso.banking.mapping.models import StatementLayout
from truongso.banking.models import StatementImport
from truongso.banking.statements.custom import CustomLayoutError, from_json
from truongso.banking.statements.layouts import Layout
from truongso.banking.statements.read import read_statement
from truongso.banking.statements.types import ParsedStatement
from truongso.organizations.public import BankAccount

_MOST_ROWS = 150_000  # some 250 MB; one long file, or the files of a busy morning
_MOST_FILES = 8

_Key = tuple[str, str, tuple[str, ...]]
_kept: OrderedDict[_Key, ParsedStatement] = OrderedDict()
_lock = Lock()


def saved_layouts(account: BankAccount) -> list[Layout]:
    """The layouts that people have shown for an account, the latest first; one query. Damaged ones are left out."""
    rows = StatementLayout.objects.for_school(account.school_id).filter(bank_account_id=account.pk)
    found = []
    for row in rows.order_by("-changed_at", "-pk"):
        try:
            found.append(from_json(row.definition).layout(row.public_id))
        except CustomLayoutError:
            continue
    return found


def read_kept(statement: StatementImport) -> ParsedStatement:
    """The file of an import, read at most once while it stays among the last ones."""
    account = statement.bank_account
    saved = saved_layouts(account)
    key = _key(account, statement.sha256, saved)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    return _read(key, account, bytes(statement.content), statement.file_name, saved)


def read_new(account: BankAccount, content: bytes, file_name: str, sha256: str) -> ParsedStatement:
    """An uploaded file, kept for what comes next. Raises SheetError, StatementError."""
    saved = saved_layouts(account)
    return _read(_key(account, sha256, saved), account, content, file_name, saved)


def _key(account: BankAccount, sha256: str, saved: list[Layout]) -> _Key:
    """Bytes, the account asked for, and everything that decides how they are read."""
    return sha256, account.number, tuple(repr(layout) for layout in saved)


def _read(key: _Key, account: BankAccount, content: bytes, file_name: str, saved: list[Layout]) -> ParsedStatement:
    parsed = read_statement(content, file_name, expected_account=account.number, saved=saved)
    with _lock:
        _kept[key] = parsed
        _kept.move_to_end(key)
        while len(_kept) > 1 and (len(_kept) > _MOST_FILES or sum(len(p.rows) for p in _kept.values()) > _MOST_ROWS):
            _kept.popitem(last=False)
    return parsed
