"""Two schools that hold one of everything an address can name, and a person of every role at each of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tests import factories, money
from tests.invariants.conftest import make_world
from truongso.accounts.hygiene.models import ReviewRound
from truongso.accounts.models import User
from truongso.accounts.services import new_activation
from truongso.accounts.staffing.models import AccountRequest, StaffList
from truongso.accounts.support.models import SupportGrant
from truongso.accounts.types import UNIT_ROLES, Role
from truongso.banking.mapping.models import StatementLayout
from truongso.banking.models import FeedConnection
from truongso.banking.statement_import import preview
from truongso.banking.statements.custom import CustomLayout
from truongso.banking.tests.helpers import file, line
from truongso.fees.models import Invoice
from truongso.fees.public import install_reduction_rules
from truongso.fees.types import RoundState
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import OrgUnit, School, Supervision
from truongso.organizations.public import PaymentTemplate
from truongso.organizations.types import SupervisionFunction
from truongso.payments.bills.models import BillPartner, BillReconciliation
from truongso.payments.gateways.credentials import sealed
from truongso.payments.gateways.models import Channel
from truongso.payments.models import SettlementFile
from truongso.payments.printing.models import PrintPart, PrintRun
from truongso.payments.virtual_accounts.models import VirtualAccountList
from truongso.people.family_accounts.services import print_offer
from truongso.people.models import Enrolment, FamilyAccount, Guardianship, Homeroom, Student
from truongso.people.privacy.consents import agree
from truongso.people.privacy.purposes import PUPIL_ACCOUNT
from truongso.people.public import store_roster

NOW = dt.datetime(2026, 10, 5, 14, 0, tzinfo=clock.SCHOOL_TIME)
TODAY = NOW.date()
LAYOUT = CustomLayout("Mẫu riêng", ("NGAY", "SO TIEN"), {"date": 0, "credit": 1})


@dataclass(frozen=True)
class Place:
    """A school, the unit above it, and who works where."""

    school: School
    unit: OrgUnit
    people: dict[Role, User]
    activation: str
    offer: str


def place(code: str, name: str, prefix: str) -> Place:
    """A school with its books full, under a unit of its own."""
    school = factories.school(code=code, name=name, prefix=prefix)
    unit = factories.org_unit(f"Đơn vị của {code}")
    for function in SupervisionFunction:
        Supervision.objects.create(school=school, unit=unit, function=function.value, valid_from=dt.date(2025, 7, 1))
    install_reduction_rules()
    world = make_world(school, money.ACTOR)
    people = {role: _person(role, school, unit) for role in Role}
    _fill_accounts(school, unit, people)
    _fill_files(school, world.invoice)
    _fill_choices(school, world.invoice)
    _give_keys(school)
    PaymentTemplate.objects.create(unit=unit, created_at=NOW)
    _give_class(school, people, world.invoice)
    with savepoint():
        token = new_activation(actor=money.ACTOR, user=factories.user(Role.SUPPORT, school=school))
        offer = _give_accounts(school, people, world.invoice)
    return Place(school, unit, people, token, offer)


def _person(role: Role, school: School, unit: OrgUnit) -> User:
    at = {} if role is Role.OPERATOR else {"unit": unit} if role in UNIT_ROLES else {"school": school}
    return factories.user(role, full_name=f"Người {role.value}", **at)


def _fill_accounts(school: School, unit: OrgUnit, people: dict[Role, User]) -> None:
    principal, cashier = people[Role.PRINCIPAL], people[Role.CASHIER]
    ReviewRound.objects.create(
        unit=unit, classes=["staff"], started_by=people[Role.OFFICE], started_at=NOW, due_on=TODAY
    )
    AccountRequest.objects.create(
        kind="suspend", user=cashier, school=school, reason="Nghỉ dài", proposed_by=people[Role.IT_ADMIN],
        proposed_at=NOW, proposer_approves=False,
    )  # fmt: skip
    SupportGrant.objects.create(
        school=school,
        user=people[Role.SUPPORT],
        areas=["money"],
        hours=1,
        reason="Sao kê không nhập được",
        asked_at=NOW,
    )
    StaffList.objects.create(school=school, file_name="can-bo.xlsx", rows=[], uploaded_by=principal.pk, uploaded_at=NOW)


def _fill_files(school: School, invoice: Invoice) -> None:
    account, year = invoice.bank_account, factories.school_year()
    with savepoint():
        content = "Họ và tên,Lớp\nNguyễn Bảo An,3A2\n".encode()
        store_roster(actor=money.ACTOR, school=school, year=year, file_name="hoc-sinh.csv", content=content)
    with savepoint():
        content = file(account, line("FT1", 90_000, "NGUYEN BAO AN 3A2"))
        preview(account, content=content, file_name="sao-ke.xlsx", actor=money.ACTOR)
    StatementLayout.objects.create(
        school=school,
        bank_account=account,
        name="Mẫu riêng",
        definition=LAYOUT.as_json(),
        created_at=NOW,
        changed_at=NOW,
    )
    FeedConnection.objects.create(school=school, provider="sepay", bank_account=account, created_at=NOW)
    SettlementFile.objects.create(
        school=school, kind="pos", source="Vietcombank", file_name="pos.csv", sha256="0" * 64, cells=[],
        settled_on=TODAY, uploaded_at=NOW,
    )  # fmt: skip
    VirtualAccountList.objects.create(
        school=school, bank_account=account, file_name="so.csv", sha256="0" * 64, uploaded_at=NOW
    )
    run = PrintRun.objects.create(
        school=school, kind="fee_notices", title="Phiếu báo", papers=1, created_at=NOW,
        kept_until=NOW + dt.timedelta(days=7),
    )  # fmt: skip
    PrintPart.objects.create(school=school, run=run, number=1, label="3A2", papers=1, content=b"%PDF-1.7")
    BillReconciliation.objects.create(
        school=school, partner=BillPartner.objects.get(owner=school), day=TODAY, parts=1, listed_total=Dong(0),
        updated_at=NOW,
    )  # fmt: skip


def _give_class(school: School, people: dict[Role, User], invoice: Invoice) -> None:
    """The invoice's pupil sits in the class of both teachers."""
    seat = Enrolment.objects.for_school(school).get(student_id=invoice.student_id, valid_to=None)
    Homeroom.objects.create(
        school=school, school_class_id=seat.school_class_id, user=people[Role.HOMEROOM_TEACHER],
        valid_from=dt.date(2026, 9, 1), set_at=NOW,
    )  # fmt: skip
    factories.teaching(people[Role.SUBJECT_TEACHER], seat.school_class)


def _give_accounts(school: School, people: dict[Role, User], invoice: Invoice) -> str:
    """The parent is guardian of the invoice's pupil, who has an account too; one more guardian has an
    open offer. Returns its token."""
    pupil = Student.objects.for_school(school).get(pk=invoice.student_id)
    payer = pupil.guardianships.for_school(school).order_by("pk")[0].guardian
    FamilyAccount.objects.create(school=school, user=people[Role.PARENT], guardian=payer, since=NOW)
    FamilyAccount.objects.create(school=school, user=people[Role.PUPIL], student=pupil, since=NOW)
    agree(actor=money.ACTOR, student=pupil, purpose=PUPIL_ACCOUNT, guardian=payer, child_agrees=True)
    other = factories.guardian(pupil.family, "Người giám hộ thứ hai", phone="")
    Guardianship.objects.create(school=school, student=pupil, guardian=other, relationship="guardian")
    return print_offer(actor=money.ACTOR, student=pupil, guardian=other).rsplit("/", 1)[1]


def _give_keys(school: School) -> None:
    for channel in Channel.objects.for_school(school):
        channel.sealed_credentials = [sealed(channel, {"tmn_code": "TRUONG01", "hash_secret": "x" * 32})]
        channel.save(update_fields=["sealed_credentials"])


def _fill_choices(school: School, invoice: Invoice) -> None:
    factories.collection_round(school, name="Đợt nháp", state=RoundState.DRAFT)
    item = factories.fee_item(school, f"RIENG_{school.invoice_prefix}", "Khoản của riêng trường")
    factories.fee_rate(item, 90_000, grade="1")
    pupil = Student.objects.for_school(school).get(pk=invoice.student_id)
    factories.exemption(pupil, valid_from=dt.date(2026, 9, 1), created_at=NOW)
