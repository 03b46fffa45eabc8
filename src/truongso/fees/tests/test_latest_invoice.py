"""The latest invoice of a school, found among those of others by one row of an index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import money

from truongso.fees.public import latest_invoice
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


def test_the_latest_is_of_the_own_school_and_read_in_order_of_its_own_index(
    school: School, other_school: School
) -> None:
    assert latest_invoice(school.pk) == 0
    own = [money.invoice(school, [1_000]).pk, money.invoice(school, [2_000]).pk]
    other = money.invoice(other_school, [3_000]).pk
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert (latest_invoice(school.pk), latest_invoice(other_school.pk)) == (max(own), other)
    said = asked.captured_queries[0]["sql"]
    # With the school as a value the database may walk the ids of all schools.
    assert 'ORDER BY "fees_invoice"."school_id" DESC, 1 DESC LIMIT 1' in said
    assert '"school_id" =' not in said.replace('"school_id" = ANY', "")
