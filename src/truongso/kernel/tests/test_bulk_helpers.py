"""Helpers of bulk work: parts, one-parameter filters, the resting collector."""

from __future__ import annotations

import gc

import pytest
from tests import factories

from truongso.kernel.among import among
from truongso.kernel.collector import resting_collector
from truongso.kernel.db import FIRST_PART, MANY_ROWS, parts
from truongso.organizations.models import School
from truongso.people.models import Student


def test_few_rows_go_in_whole_parts() -> None:
    assert list(parts(0, 200)) == []
    assert list(parts(MANY_ROWS - 1, 200)) == [(0, 200), (200, 400), (400, 499)]


def test_of_many_rows_the_first_part_is_small() -> None:
    assert list(parts(MANY_ROWS, 200)) == [(0, FIRST_PART), (100, 300), (300, 500)]


def test_the_collector_rests_and_wakes() -> None:
    with resting_collector():
        assert not gc.isenabled()
        with resting_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_wakes_after_a_failure() -> None:
    with pytest.raises(ValueError, match="halt"), resting_collector():
        raise ValueError("halt")
    assert gc.isenabled()


@pytest.mark.django_db
def test_among_numbers_and_texts(school: School) -> None:
    first, second = (factories.student(school, name) for name in ("Nguyễn Bảo An", "Lò Thị Mây"))
    pupils = Student.objects.for_school(school)
    assert set(pupils.filter(among("pk", {first.pk, 10**15}))) == {first}
    assert set(pupils.filter(among("full_name", ["Lò Thị Mây", "' OR 1=1 --", 'a"b']))) == {second}
    assert set(pupils.filter(among("pk", []))) == set()
    assert pupils.exclude(among("pk", [first.pk])).get() == second


@pytest.mark.django_db
def test_among_takes_more_values_than_an_engine_has_placeholders(school: School) -> None:
    only = factories.student(school, "Nguyễn Bảo An")
    assert Student.objects.for_school(school).get(among("pk", range(300_000))) == only
