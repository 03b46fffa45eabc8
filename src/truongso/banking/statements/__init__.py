"""Bank statements: read in the layouts of the banks, written back for the sandbox bank. Pure, no Django."""

from truongso.banking.statements.keys import LineKey, line_keys
from truongso.banking.statements.parse import parse_statement
from truongso.banking.statements.read import read_statement
from truongso.banking.statements.types import (
    ParsedStatement,
    PrintedFigures,
    Refusal,
    RowKind,
    StatementError,
    StatementLine,
    StatementProblem,
    StatementRow,
)
from truongso.banking.types import Direction

__all__ = [
    "Direction",
    "LineKey",
    "ParsedStatement",
    "PrintedFigures",
    "Refusal",
    "RowKind",
    "StatementError",
    "StatementLine",
    "StatementProblem",
    "StatementRow",
    "line_keys",
    "parse_statement",
    "read_statement",
]
