"""A review of accounts, a leaked list, rules that somebody read, a sign-in, and a grant of support."""

from __future__ import annotations

from tests import factories
from truongso.accounts.hygiene.models import (
    LeakReport,
    LeakRow,
    MailRulesRead,
    Review,
    ReviewItem,
    ReviewRound,
    UnitReviewItem,
)
from truongso.accounts.signin.events import note
from truongso.accounts.signin.types import EventKind
from truongso.accounts.support.models import SupportGrant
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.organizations.models import School

TABLES = (
    "accounts_leakrow", "accounts_mailrulesread", "accounts_review", "accounts_reviewitem", "accounts_reviewround",
    "accounts_securityevent", "accounts_supportgrant", "accounts_unitreviewitem",
)  # fmt: skip


def fill_hygiene(school: School) -> None:
    """One row in every guarded table."""
    now, today = clock.now(), clock.today()
    person = factories.user(Role.IT_ADMIN, school=school)
    review = Review.objects.create(
        school=school, classes=["staff"], started_by=person, started_at=now, due_on=today
    )  # fmt: skip
    ReviewItem.objects.create(school=school, review=review, user=person, account_class="staff")
    unit = factories.org_unit()
    of_round = ReviewRound.objects.create(unit=unit, classes=["staff"], started_by=person, started_at=now, due_on=today)
    UnitReviewItem.objects.create(round=of_round, unit=unit, user=person, account_class="staff")
    report = LeakReport.objects.create(
        school=school, file_name="danh-sach.csv", uploaded_by=person, uploaded_at=now
    )  # fmt: skip
    LeakRow.objects.create(report=report, row=1, masked="q…@…", user=person)
    note(EventKind.SIGNED_IN, user=person)
    MailRulesRead.objects.create(user=person, version=1, read_at=now)
    SupportGrant.objects.create(
        school=school, user=person, areas=["audit"], hours=1, reason="Xem giúp", asked_at=now
    )  # fmt: skip
