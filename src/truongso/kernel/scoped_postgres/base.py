"""The connection keeps the server's setting `ts.schools` at the scope of the work in hand.

Outside a transaction the setting is made for the session, so that a page costs one more statement at most: the first
one after another scope. Inside a transaction it is made for that transaction alone, and a rollback cannot bring an
older one back. A pooler that hands a session to several clients between transactions (pgbouncer in transaction mode)
must not stand between: `docs/huong-dan/cai-dat.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper

from truongso.kernel import scope

_UNKNOWN = "?"  # equals no setting
_ROLLBACK_TO = "ROLLBACK TO"
# Part of the transaction's frame: they touch no row, and must pass where nothing else does.
_FRAME = ("SAVEPOINT", "RELEASE", _ROLLBACK_TO)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that follows the scope. `told` counts the settings sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.told = 0
        self._of_session = ""
        self._of_transaction: str | None = None
        self.execute_wrappers.append(self._within_scope)

    def tell_scope(self, wanted: str | None = None) -> None:
        """Bring the server's setting to the present scope, or to the one given."""
        told = scope.setting() if wanted is None else wanted
        if told == (self._of_session if self._of_transaction is None else self._of_transaction):
            return
        self.ensure_connection()
        is_local = not self.autocommit
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('ts.schools', %s, %s)", [told, is_local])
        self.told += 1
        if is_local:
            self._of_transaction = told
        else:
            self._of_session = told

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._of_session, self._of_transaction = "", None
        return super().get_new_connection(conn_params)

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return _ScopedCursor(cursor, self)

    def _within_scope(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        text = sql if isinstance(sql, str) else ""
        if not text.startswith(_FRAME):
            self.tell_scope(scope.EVERY if scope.MARK in text else None)
        elif text.startswith(_ROLLBACK_TO) and self._of_transaction is not None:
            self._of_transaction = _UNKNOWN  # the server is back at what it was when the savepoint was made
        return execute(sql, params, many, context)

    def _commit(self) -> Any:
        self._of_transaction = None
        return super()._commit()  # type: ignore[misc]  # the stubs know no private methods

    def _rollback(self) -> Any:
        self._of_transaction = None
        return super()._rollback()  # type: ignore[misc]


class _ScopedCursor(CursorWrapper):
    """COPY passes the execute wrappers by."""

    db: DatabaseWrapper

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        self.db.tell_scope()
        return self.cursor.copy(*args, **kwargs)
