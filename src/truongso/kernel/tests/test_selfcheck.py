"""Invariants counted several at a time stay with their own names."""

from __future__ import annotations

import pytest
from django.test.utils import CaptureQueriesContext

from truongso.kernel import selfcheck
from truongso.kernel.selfcheck import Check

pytestmark = pytest.mark.django_db
ROWS = "SELECT n AS school_id, 'x' AS what FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) AS t"


def test_each_check_has_its_own_count_and_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = [Check("I99", f"{n:02}", f"{ROWS} WHERE n <= {n % 4}") for n in range(30)]
    checks.append(Check("I99", "05 by hand", function=lambda: [str(n) for n in range(7)]))
    monkeypatch.setattr(selfcheck, "_all", lambda: checks)
    results = {r.title: (r.broken, sorted(r.examples)) for r in selfcheck.run_all()}
    rows = ["1 x", "2 x", "3 x"]
    expected = {f"{n:02}": (n % 4, rows[: n % 4]) for n in range(30)}
    assert results == {**expected, "05 by hand": (7, ["0", "1", "2", "3", "4"])}


def test_whole_checks_are_a_few_questions(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: type[CaptureQueriesContext]
) -> None:
    monkeypatch.setattr(selfcheck, "_all", lambda: [Check("I99", str(n), f"{ROWS} WHERE n > 3") for n in range(25)])
    with django_assert_num_queries(3):  # type: ignore[arg-type]
        assert all(r.ok for r in selfcheck.run_all())
