"""Filters by many values, none included, on columns of both kinds."""

from __future__ import annotations

import pytest

from truongso.kernel.among import among
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


def test_values_of_both_kinds(school: School, other_school: School) -> None:
    assert list(School.objects.filter(among("code", [school.code, "khong-co"]))) == [school]
    assert list(School.objects.filter(among("id", [school.pk, 0]))) == [school]


@pytest.mark.usefixtures("school")
@pytest.mark.parametrize("column", ["code", "id"])
def test_no_values_find_nothing(column: str) -> None:
    assert list(School.objects.filter(among(column, []))) == []
    assert School.objects.filter(~among(column, [])).count() == 1
