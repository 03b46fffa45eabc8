"""Guards that look new rows up one by one do so by the index, however long the tables have grown."""

from __future__ import annotations

import pytest
from django.db import connection

from truongso.kernel.triggers import all_triggers, differences

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
BY_INDEX = ["enable_hashjoin=off", "enable_mergejoin=off", "enable_seqscan=off"]


def test_their_functions_take_no_other_way() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, proconfig FROM pg_proc WHERE proname LIKE 'ts\\_%%' AND proconfig IS NOT NULL")
        kept = {name: sorted(settings) for name, settings in cursor.fetchall() if sorted(settings) == BY_INDEX}
    wanted = {trigger.name for trigger in all_triggers() if trigger.row_by_row}
    assert set(kept) == wanted
    assert wanted >= {
        "ts_payments_allocation_then_apply",
        "ts_payments_creditentry_then_apply",
        "ts_payments_payment_use",
        "ts_payments_payment_kept_keys",
    }


@pytest.mark.parametrize(
    ("function", "change"),
    [
        ("ts_payments_allocation_then_apply", "RESET ALL"),
        ("ts_payments_payment_kept_keys", "SET search_path = pg_temp, public"),
        ("ts_kernel_auditentry_no_update", "SET row_security = off"),
    ],
)
def test_a_setting_that_is_not_ours_is_found(function: str, change: str) -> None:
    """A guard that looks for its tables elsewhere guards nothing, though its text is as it was."""
    assert differences() == []
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER FUNCTION {function}() {change}")
    assert differences() == [f"bị sửa: {function}"]
