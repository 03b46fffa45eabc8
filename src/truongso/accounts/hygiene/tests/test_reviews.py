"""Review campaigns: who may, what follows, the end of the term, the signature, the department's roll-up."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests import factories

from truongso.accounts.hygiene import reviews, tasks
from truongso.accounts.hygiene.models import Review, ReviewItem, SharedAccount
from truongso.accounts.hygiene.review_queries import tally_of
from truongso.accounts.hygiene.tests.people import Staff, staff_of
from truongso.accounts.hygiene.types import AccountClass
from truongso.accounts.models import User
from truongso.accounts.staffing import services
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.types import AccountRefusedError, Role
from truongso.kernel import clock
from truongso.kernel.models import AuditEntry
from truongso.messaging.models import Delivery
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
STAFF = [AccountClass.STAFF, AccountClass.SHARED]
START = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture
def staff(school: School) -> Staff:
    return staff_of(school)


def opened(staff: Staff) -> Review:
    by = staff.by(staff.it)
    with transaction.atomic():
        return reviews.open_review(by=by.user, actor=by.actor, school=staff.school, classes=STAFF)


def item(review: Review, user: User) -> ReviewItem:
    found: ReviewItem = ReviewItem.objects.for_school(review.school_id).get(review=review, user=user)
    return found


def state(review: Review) -> tuple[object, ...]:
    items = ReviewItem.objects.for_school(review.school_id).filter(review=review).order_by("pk")
    return (
        list(items.values_list("user_id", "decision", "decided_by", "reason")),
        list(User.objects.order_by("pk").values_list("pk", "is_active", "password")),
        AccountRequest.objects.count(), AuditEntry.objects.count(), Review.objects.for_school(review.school_id).count(),
    )  # fmt: skip


def refused(code: str, review: Review, act: Callable[[], object]) -> None:
    before = state(review)
    with pytest.raises(AccountRefusedError) as refusal, transaction.atomic():
        act()
    assert (refusal.value.code, state(review)) == (code, before)


def test_a_campaign_lists_the_classes_chosen_and_tells_the_reviewers(staff: Staff, school: School) -> None:
    factories.user(Role.PARENT, school=school)
    factories.user(Role.CASHIER, school=school, username="bikhoa")
    User.objects.filter(username="bikhoa").update(is_active=False)
    review = opened(staff)
    items = ReviewItem.objects.for_school(school).filter(review=review)
    assert sorted(items.values_list("user__username", "roles", "account_class")) == [
        ("day", "subject_teacher", "staff"), ("hoapt", "accountant", "staff"), ("quan", "it_admin", "staff"),
        ("truong", "principal", "staff"),
    ]  # fmt: skip
    assert review.due_on == dt.date(2026, 10, 19)
    told = Delivery.objects.for_school(school).filter(template="account_review").order_by("address")
    assert [one.address for one in told] == ["quan@truong.example", "truong@truong.example"]
    assert "Số tài khoản chưa rà soát: 4. Hạn: 19/10/2026." in told[0].body
    refused("review_open", review, lambda: opened(staff))
    by = staff.by(staff.it)
    refused(
        "review_classes", review,
        lambda: reviews.open_review(by=by.user, actor=by.actor, school=school, classes=[]),
    )  # fmt: skip


def test_confirming_suspending_and_ones_own(staff: Staff) -> None:
    review = opened(staff)
    it, principal = staff.by(staff.it), staff.by(staff.principal)
    ids = [item(review, one).pk for one in (staff.it, staff.teacher, staff.accountant)]
    with transaction.atomic():
        assert reviews.confirm(by=it, review=review, item_ids=ids) == 2
    assert (item(review, staff.it).decision, item(review, staff.teacher).decision) == ("", "confirmed")

    def disable(user: User, reason: str = "Nghỉ việc") -> bool:
        with transaction.atomic():
            return reviews.disable(by=it, review=review, item=item(review, user), reason=reason)

    refused("reason_missing", review, lambda: disable(staff.teacher, " "))
    refused("last_keeper", review, lambda: disable(staff.principal))
    assert disable(staff.teacher) is False
    assert not User.objects.get(pk=staff.teacher.pk).is_active
    refused("already_reviewed", review, lambda: disable(staff.teacher))
    # A sensitive account takes two: the decision stands, the suspension waits.
    assert disable(staff.accountant) is True
    assert User.objects.get(pk=staff.accountant.pk).is_active
    assert AccountRequest.objects.get().kind == "suspend"
    refused("review_waits", review, lambda: reviews.sign(by=staff.principal, actor=principal.actor, review=review))
    with transaction.atomic():
        assert reviews.confirm(by=principal, review=review, item_ids=[item(review, staff.it).pk]) == 1
        assert reviews.confirm(by=principal, review=review, item_ids=[item(review, staff.principal).pk]) == 0
        assert reviews.confirm(by=it, review=review, item_ids=[item(review, staff.principal).pk]) == 1
    # All are reviewed, and one still waits for the second person: nothing to sign, and the clock decides in the end.
    refused("review_waits", review, lambda: reviews.sign(by=staff.principal, actor=principal.actor, review=review))
    with clock.frozen(START + dt.timedelta(days=15)):
        tasks.run_reviews()
    assert not User.objects.get(pk=staff.accountant.pk).is_active
    assert item(review, staff.accountant).decision == "disabled"


def test_a_suspension_the_second_person_refused_is_no_suspension_in_the_result(staff: Staff) -> None:
    review = opened(staff)
    it, principal = staff.by(staff.it), staff.by(staff.principal)
    with transaction.atomic():
        reviews.disable(by=it, review=review, item=item(review, staff.accountant), reason="Lâu không thấy")
        services.decide(by=principal, request=AccountRequest.objects.get(), approve=False, reason="Đang nghỉ thai sản")
        reviews.confirm(by=it, review=review, item_ids=[item(review, x).pk for x in (staff.teacher, staff.principal)])
        reviews.confirm(by=principal, review=review, item_ids=[item(review, staff.it).pk])
        reviews.sign(by=staff.principal, actor=principal.actor, review=review)
    row = item(review, staff.accountant)
    assert (row.decision, row.decided_by, row.user.is_active) == ("confirmed", staff.principal, True)
    signed = Review.objects.for_school(review.school_id).get(pk=review.pk)
    assert signed.digest == reviews.digest_of(signed)


def test_a_shared_account_is_handed_over_and_opens_nothing_until_then(staff: Staff, school: School) -> None:
    office = User.objects.create_user("vanthu", "Văn thư của trường")
    office.memberships.create(role="subject_teacher", school=school, valid_from=dt.date(2026, 9, 1))
    it = factories.login(Client(), staff.it)
    address, form = f"/nguoi-dung/{office.public_id}", {"owner": staff.teacher.public_id, "reason": "Hộp thư chung"}
    it.post(f"{address}/nguoi-giu", {**form, "reason": " "})
    it.post(f"{address}/nguoi-giu", {**form, "owner": staff.office.public_id})
    assert SharedAccount.objects.count() == 0
    it.post(f"{address}/nguoi-giu", form)
    assert "Giàng A Dạy giữ từ 05/10/2026" in it.get(address).content.decode()
    office.set_password(factories.PASSWORD)
    office.activated_at = office.password_changed_at = clock.now()
    office.save()
    review = opened(staff)
    row = item(review, office)
    assert row.account_class == "shared"

    def hand(to: User, of: ReviewItem = row) -> None:
        with transaction.atomic():
            reviews.change_owner(by=staff.by(staff.it), review=review, item=of, owner=to, reason="Chuyển công tác")

    refused("no_change", review, lambda: hand(staff.teacher))
    refused("owner_unknown", review, lambda: hand(staff.office))
    refused("owner_personal", review, lambda: hand(staff.accountant, item(review, staff.teacher)))
    client = Client()
    client.post("/dang-nhap", {"login": "vanthu", "password": factories.PASSWORD})
    assert client.get("/tai-khoan").status_code == 200
    hand(staff.accountant)
    assert SharedAccount.objects.get().owner == staff.accountant
    assert item(review, office).decision == "owner_changed"
    assert client.get("/tai-khoan").status_code == 302
    again = Client()
    again.post("/dang-nhap", {"login": "vanthu", "password": factories.PASSWORD})
    assert "_auth_user_id" not in again.session


def test_what_nobody_reviewed_is_suspended_but_not_the_last_to_open_doors(
    staff: Staff, school: School, other_school: School
) -> None:
    second = factories.user(Role.IT_ADMIN, school=school, username="quan2")
    both = factories.user(Role.CASHIER, school=school, username="haitruong")
    both.memberships.create(role="cashier", school=other_school, valid_from=dt.date(2026, 1, 1))
    User.objects.filter(pk=second.pk).update(last_login=START)
    review = opened(staff)
    with transaction.atomic():
        reviews.confirm(by=staff.by(staff.principal), review=review, item_ids=[item(review, staff.accountant).pk])
    with clock.frozen(START + dt.timedelta(days=14, hours=14)):  # 19/10, the last day, late
        assert tasks.run_reviews() == 1  # the two reminders that were due went out as one
    assert Review.objects.for_school(school).get().closed_at is None
    with clock.frozen(START + dt.timedelta(days=15)):
        assert tasks.run_reviews() == 1
        assert tasks.run_reviews() == 0
    items = ReviewItem.objects.for_school(school).filter(review=review)
    assert dict(items.values_list("user__username", "decision")) == {
        "day": "expired", "hoapt": "confirmed", "quan": "expired", "quan2": "spared", "truong": "spared",
        "haitruong": "elsewhere",
    }  # fmt: skip
    active = User.objects.filter(memberships__school=school, is_active=True)
    assert sorted(active.values_list("username", flat=True)) == ["haitruong", "hoapt", "quan2", "truong"]
    told = Delivery.objects.for_school(school).filter(template="account_state")
    assert sorted(told.values_list("address", flat=True)) == ["day@truong.example", "quan@truong.example"]
    # A person lets it in again, with a reason.
    with clock.frozen(START + dt.timedelta(days=15)):
        client = factories.login(Client(), staff.principal)
        address = f"/nguoi-dung/{staff.teacher.public_id}/trang-thai"
        client.post(address, {"state": "open", "reason": ""})
        assert not User.objects.get(pk=staff.teacher.pk).is_active
        client.post(address, {"state": "open", "reason": "Đi công tác, còn dạy"})
        assert User.objects.get(pk=staff.teacher.pk).is_active


@pytest.mark.usefixtures("verify_after")
def test_the_principal_signs_and_nothing_of_it_changes_any_more(staff: Staff) -> None:
    review = opened(staff)
    page = f"/an-toan-tai-khoan/ra-soat/{review.public_id}"
    it, principal = factories.login(Client(), staff.it), factories.login(Client(), staff.principal)
    chosen = [item(review, one).pk for one in (staff.principal, staff.teacher, staff.accountant)]
    assert it.post(f"{page}/xac-nhan", {"tk": [*chosen, "x", "9" * 30]}).status_code == 302
    assert principal.post(f"{page}/{item(review, staff.it).pk}/quyet-dinh", {"viec": "giu"}).status_code == 302
    assert it.post(f"{page}/ky").status_code == 403
    office = factories.login(Client(), staff.office)
    office.post(f"/phong/truong/{staff.school.code}{page}/ky")
    assert Review.objects.for_school(staff.school).get().signed_at is None
    assert "Ký kết quả" in principal.get(page).content.decode()
    principal.post(f"{page}/ky", {"note": "Đủ"})
    signed = Review.objects.for_school(staff.school).get()
    assert (signed.signed_by, signed.note, signed.digest) == (staff.principal, "Đủ", reviews.digest_of(signed))
    refused(
        "review_signed", signed,
        lambda: reviews.sign(by=staff.principal, actor=staff.by(staff.principal).actor, review=signed),
    )  # fmt: skip
    rows = ReviewItem.objects.for_school(staff.school)
    for act in (lambda: rows.update(reason="x"), lambda: Review.objects.for_school(staff.school).update(note="x"),
                lambda: rows.all().delete()):  # fmt: skip
        # Its trigger says no; to the product's own role the right itself is missing.
        with pytest.raises(DatabaseError, match=r"stays as it|never deleted|permission denied"), transaction.atomic():
            act()
    paper = it.get(f"{page}/ban-in").content.decode()
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in paper
    assert signed.digest in paper
    assert "4 tài khoản: xác nhận 4, tạm khóa 0, đổi người giữ 0, giữ lại khi quá hạn 0, chưa rà soát 0." in paper
    sheet = openpyxl.load_workbook(io.BytesIO(it.get(f"{page}/tai-ve").content)).worksheets[0]
    assert [row[5].value for row in sheet.iter_rows()].count("Xác nhận") == 4


def test_a_department_opens_it_at_its_schools_and_reads_the_counts(staff: Staff, other_school: School) -> None:
    client = factories.login(Client(), staff.office)
    assert client.post("/an-toan-tai-khoan/ra-soat/mo", {"classes": ["staff"]}).status_code == 302
    assert Review.objects.for_school(staff.school).count() == 0
    assert (tasks.run_reviews(), tasks.run_reviews()) == (1, 0)
    review = Review.objects.for_school(staff.school).get()
    assert (review.round.unit, Review.objects.for_school(other_school).count()) == (staff.unit, 0)
    with transaction.atomic():
        reviews.confirm(by=staff.by(staff.it), review=review, item_ids=[item(review, staff.teacher).pk])
    assert (tally_of(review).total, tally_of(review).waiting) == (4, 3)
    page = f"/an-toan-tai-khoan/dot/{review.round.public_id}"
    context = client.get(page).context
    assert (context["sum"].total, context["sum"].confirmed, context["signed"], context["opened"]) == (4, 1, 0, 1)
    assert "TỔNG HỢP RÀ SOÁT TÀI KHOẢN CÁC TRƯỜNG" in client.get(f"{page}/ban-in").content.decode()
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{page}/tai-ve").content)).worksheets[0]
    assert [cell.value for cell in list(sheet.iter_rows())[-1]][:7] == ["Cộng", 4, 3, 1, 0, 0, 0]
    client.post("/an-toan-tai-khoan/ra-soat/mo", {"classes": ["staff"]})
    assert Review.objects.for_school(staff.school).count() == 1
    assert client.get("/an-toan-tai-khoan").status_code == 200
    # Another unit sees nothing of it.
    stranger = factories.user(Role.OFFICE, unit=factories.org_unit("Sở khác"))
    assert factories.login(Client(), stranger).get(page).status_code == 404


def test_a_stranger_meets_no_campaign(staff: Staff, other_school: School) -> None:
    review = opened(staff)
    page = f"/an-toan-tai-khoan/ra-soat/{review.public_id}"
    stranger = factories.login(Client(), factories.user(Role.IT_ADMIN, school=other_school))
    number = item(review, staff.teacher).pk
    before = state(review)
    assert [stranger.get(page).status_code, stranger.get(f"{page}/{number}").status_code] == [404, 404]
    assert stranger.post(f"{page}/{number}/quyet-dinh", {"viec": "khoa", "reason": "x"}).status_code == 404
    assert stranger.post(f"{page}/xac-nhan", {"tk": [number]}).status_code == 404
    assert factories.login(Client(), staff.teacher).get(page).status_code == 403
    assert state(review) == before
    # Whoever may sees the page of one account; numbers of nobody are not found.
    own = factories.login(Client(), staff.it)
    assert own.get(f"{page}/{number}").status_code == 200
    assert own.get(f"{page}/{'9' * 25}").status_code == 404


def test_reminders_and_the_cycle_of_the_policy(staff: Staff, school: School) -> None:
    opened(staff)
    for day, number in ((1, 0), (7, 1), (8, 0), (12, 1), (13, 0)):
        with clock.frozen(START + dt.timedelta(days=day)):
            assert (day, tasks.run_reviews()) == (day, number)
    assert Delivery.objects.for_school(school).filter(template="account_review").count() == 6
    with clock.frozen(START + dt.timedelta(days=15)):
        tasks.run_reviews()
    with clock.frozen(START + dt.timedelta(days=91)), transaction.atomic():
        assert reviews.remind_of_cycle(school) is True
    with clock.frozen(START + dt.timedelta(days=89)), transaction.atomic():
        assert reviews.remind_of_cycle(school) is False
    due = Delivery.objects.for_school(school).filter(dedupe_key__startswith="review-due").first()
    assert due is not None
    assert "Đến kỳ rà soát tài khoản" in due.body
    assert "03/01/2027" in due.body
