"""A review of accounts, a leaked list and rules that somebody read."""

from __future__ import annotations

from tests import factories
from truongso.accounts.hygiene.models import LeakReport, LeakRow, MailRulesRead, Review, ReviewItem
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.organizations.models import School

TABLES = ("accounts_leakrow", "accounts_mailrulesread", "accounts_review", "accounts_reviewitem")


def fill_hygiene(school: School) -> None:
    """One row in every guarded table."""
    now, today = clock.now(), clock.today()
    person = factories.user(Role.IT_ADMIN, school=school)
    review = Review.objects.create(
        school=school, classes=["staff"], started_by=person, started_at=now, due_on=today
    )  # fmt: skip
    ReviewItem.objects.create(school=school, review=review, user=person, account_class="staff")
    report = LeakReport.objects.create(
        school=school, file_name="danh-sach.csv", uploaded_by=person, uploaded_at=now
    )  # fmt: skip
    LeakRow.objects.create(report=report, row=1, masked="q…@…", user=person)
    MailRulesRead.objects.create(user=person, version=1, read_at=now)
