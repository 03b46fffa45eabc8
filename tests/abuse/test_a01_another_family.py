"""A01: an id in an address is no permission. Another family's or another school's papers are not found, not refused.

`tests/tenancy` walks every address of the product as every role; here the family's link and a member of staff try the
objects that hurt most by hand.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories, money
from truongso.accounts.models import Membership
from truongso.accounts.public import hold_family_role
from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.organizations.models import School
from truongso.payments.models import Payment, Receipt
from truongso.payments.public import book
from truongso.people.models import FamilyAccount, Guardian

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def paid(school: School, name: str, actor: Actor) -> tuple[Invoice, Receipt]:
    invoice = money.invoice(school, (120_000,), full_name=name)
    with savepoint():
        payment = book(school.pk, booking=money.booking((invoice, 120_000)), actor=actor)
    return invoice, Receipt.objects.for_school(school).get(payment=payment)


def family_addresses(invoice: Invoice, receipt: Receipt) -> list[str]:
    places = {"public_id": invoice.public_id, "receipt_id": receipt.public_id}
    return [reverse(f"workspaces:pay_{name}", kwargs=places) for name in ("receipt", "receipt_file", "receipt_signed")]


def test_a_familys_link_opens_its_own_papers_alone(school: School, other_school: School, actor: Actor) -> None:
    own, own_receipt = paid(school, "Nguyễn Bảo An", actor)
    strangers = [paid(school, "Lê Minh Châu", actor), paid(other_school, "Phạm Gia Hân", actor)]
    visitor = Client()
    assert [visitor.get(one).status_code for one in family_addresses(own, own_receipt)] == [200, 200, 200]
    for invoice, receipt in strangers:
        answers = [visitor.get(one) for one in family_addresses(own, receipt)]
        assert [one.status_code for one in answers] == [404, 404, 404]
        assert not any(invoice.student.full_name in one.content.decode() for one in answers)
    guesses = [str(own.pk), str(own.pk + 1), own.code, "0" * 26]
    page = reverse("workspaces:pay", kwargs={"public_id": own.public_id})
    assert [visitor.get(page.replace(own.public_id, one)).status_code for one in guesses] == [404] * 4


@pytest.mark.parametrize("role", [Role.PRINCIPAL, Role.CASHIER])
def test_staff_find_nothing_of_another_school(school: School, other_school: School, actor: Actor, role: Role) -> None:
    own, own_receipt = paid(school, "Nguyễn Bảo An", actor)
    theirs, their_receipt = paid(other_school, "Phạm Gia Hân", actor)
    client = factories.login(Client(), factories.user(role, school=school))

    def addresses(invoice: Invoice, receipt: Receipt) -> list[str]:
        payment = Payment.objects.across_schools("test").get(pk=receipt.payment_id)
        return [
            reverse("workspaces:invoice", kwargs={"code": invoice.code}),
            reverse("people:pupil", kwargs={"public_id": invoice.student.public_id}),
            reverse("payments:receipt", kwargs={"public_id": receipt.public_id}),
            reverse("workspaces:payment", kwargs={"public_id": payment.public_id}),
        ]

    assert [client.get(one).status_code for one in addresses(own, own_receipt)] == [200] * 4
    assert [client.get(one).status_code for one in addresses(theirs, their_receipt)] == [404] * 4


def test_a_parents_account_opens_its_own_children_alone(school: School, other_school: School, actor: Actor) -> None:
    """Not the neighbour's child, not the own child's brother of another mother, not a child of another school, and of
    the own child only while the school says so."""
    own = money.invoice(school, (120_000,))
    strangers = [
        money.invoice(school, (90_000,), full_name="Lê Minh Châu"),
        money.invoice(other_school, (70_000,), full_name="Phạm Gia Hân"),
    ]
    brother = factories.student(school, "Nguyễn Bảo Bình", family=own.family, payer="Lý Thị Khác")
    guardian = Guardian.objects.for_school(school).get(guardianships__student=own.student)
    user = factories.user(Role.PARENT, school=school)
    account = FamilyAccount.objects.create(school=school, user=user, guardian=guardian, since=clock.now())
    client = factories.login(Client(), user)

    def seen(public_id: str) -> list[int]:
        names = ("my_accesses", "my_data", "my_consents")
        return [client.get(reverse(f"workspaces:{one}", kwargs={"public_id": public_id})).status_code for one in names]

    assert seen(own.student.public_id) == [200] * 3
    others = [brother, *(one.student for one in strangers)]
    assert [seen(one.public_id) for one in others] == [[404] * 3] * 3
    page = client.get("/gia-dinh").content.decode()
    assert [one.full_name in page for one in (own.student, *others)] == [True, False, False, False]
    work = ["/hoc-sinh", f"/hoc-sinh/{own.student.public_id}", "/thu", "/nguoi-dung"]
    assert [client.get(one).status_code for one in work] == [403] * 4
    FamilyAccount.objects.for_school(school).filter(pk=account.pk).update(ended_at=clock.now())
    assert seen(own.student.public_id) == [404] * 3


def test_a_teachers_own_children_do_not_open_the_school_and_the_school_not_them(
    school: School, other_school: School, actor: Actor
) -> None:
    """Roles at two schools stay apart: work at one, a child at the other, whichever is chosen at the moment."""
    child = money.invoice(other_school, (70_000,), full_name="Phạm Gia Hân")
    user = factories.user(Role.CASHIER, school=school)
    guardian = Guardian.objects.for_school(other_school).get(guardianships__student=child.student)
    with savepoint():
        hold_family_role(actor=actor, user=user, role=Role.PARENT, school=other_school)
    FamilyAccount.objects.create(school=other_school, user=user, guardian=guardian, since=clock.now())
    client = factories.login(Client(), user)
    for role in (Role.CASHIER, Role.PARENT):
        chosen = Membership.objects.get(user=user, role=role.value)
        client.post("/doi-don-vi", {"membership": chosen.pk})
        assert "Phạm Gia Hân" in client.get("/gia-dinh").content.decode()
        found = client.get(reverse("people:pupil", kwargs={"public_id": child.student.public_id})).status_code
        assert found == (404 if role is Role.CASHIER else 403)
