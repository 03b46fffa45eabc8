"""Rows for tests: plain functions, one school-owned thing each, valid by default, overridable by keyword.

Everything is written as rows, below the services: a test of one room does not need the others' services.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from django.db import transaction
from django.test import Client

from truongso.accounts.factors.models import CodeSheet
from truongso.accounts.models import Membership, User
from truongso.accounts.types import Role
from truongso.fees.invoice_code import new_code
from truongso.fees.models import (
    CollectionRound,
    Exemption,
    FeeItem,
    FeeRate,
    Invoice,
    InvoiceLine,
    RoundClass,
    RoundItem,
)
from truongso.fees.services.choices import sealed_document
from truongso.fees.types import FeeNature, FeeUnit, RoundState
from truongso.kernel import clock, names
from truongso.kernel.money import Dong, total
from truongso.organizations.models import BankAccount, OrgUnit, School, SchoolYear
from truongso.organizations.public import PaymentTemplate, PaymentTemplateField, standard_template
from truongso.organizations.types import SchoolLevel, UnitKind
from truongso.payments.models import PartnerFile, VirtualAccountRule
from truongso.people.models import (
    Enrolment,
    Family,
    Guardian,
    Guardianship,
    SchoolClass,
    SchoolSubject,
    Student,
    TeachingAssignment,
)
from truongso.people.types import Relationship

YEAR_START = dt.date(2026, 9, 1)
YEAR_END = dt.date(2027, 8, 31)
VIETCOMBANK = "970436"
PASSWORD = "Tôi đi học 5 cây số mỗi ngày!"

_count = itertools.count(1)
_codes = random.Random(20261005)


def school(
    *,
    code: str = "79-THU",
    name: str = "Trường Tiểu học Lê Văn Tám",
    prefix: str = "TS",
    level: SchoolLevel = SchoolLevel.PRIMARY,
) -> School:
    """A school; `prefix` are the two letters of its invoice codes."""
    return School.objects.create(
        code=code,
        slug=code.lower(),
        name=name,
        short_name=name.removeprefix("Trường "),
        level=level.value,
        invoice_prefix=prefix,
        address="12 đường Hoa Sen, phường Tân Định, Thành phố Hồ Chí Minh",
    )


def school_year(code: str = "2026-2027") -> SchoolYear:
    """The school year, 1 September to 31 August; the same row when asked twice."""
    first = int(code[:4])
    year, _created = SchoolYear.objects.get_or_create(
        code=code,
        defaults={"starts_on": YEAR_START.replace(year=first), "ends_on": YEAR_END.replace(year=first + 1)},
    )
    return year


def bank_account(school: School, *, number: str = "0071000123456", bank_bin: str = VIETCOMBANK) -> BankAccount:
    """A receiving account in the school's name."""
    made: BankAccount = BankAccount.objects.create(
        school=school,
        bank_bin=bank_bin,
        number=number,
        holder_name=names.fold(school.name),
        label="Thu học phí",
        created_at=clock.now(),
    )
    return made


def school_class(school: School, name: str = "3A2", *, grade: str = "3", year: SchoolYear | None = None) -> SchoolClass:
    """A class of the school year."""
    made: SchoolClass = SchoolClass.objects.create(
        school=school, school_year=year or school_year(), name=name, name_fold=names.fold(name), grade=grade
    )
    return made


def teaching(
    teacher: User, school_class: SchoolClass, subject: str = "Toán"
) -> TeachingAssignment:  # fmt: skip
    """The teacher teaches the class the subject all the year."""
    school_id, year = school_class.school_id, school_class.school_year
    of_school, _created = SchoolSubject.objects.for_school(school_id).get_or_create(
        school_id=school_id, name_fold=names.fold(subject), defaults={"name": subject}
    )
    made: TeachingAssignment = TeachingAssignment.objects.create(
        school_id=school_id, school_class=school_class, subject=of_school, user=teacher,
        valid_from=year.starts_on, valid_to=year.ends_on, set_at=clock.now(),
    )  # fmt: skip
    return made


def family(school: School) -> Family:
    """A household without members."""
    made: Family = Family.objects.create(school=school, created_at=clock.now())
    return made


_new_family = family  # where a parameter of that name stands in front of the function


def guardian(
    family: Family, full_name: str = "Trần Thị Thu Hằng", *, phone: str = "0900000001", email: str = ""
) -> Guardian:
    """A parent or guardian of the household."""
    made: Guardian = Guardian.objects.create(
        school_id=family.school_id,
        family=family,
        full_name=full_name,
        name_fold=names.fold(full_name),
        phone=phone,
        email=email,
    )
    return made


def student(
    school: School,
    full_name: str = "Nguyễn Bảo An",
    *,
    school_class: SchoolClass | None = None,
    family: Family | None = None,
    payer: str | None = "Trần Thị Thu Hằng",
    sector_code: str = "",
    school_code: str = "",
    birth_date: dt.date | None = dt.date(2018, 3, 14),
    enrolled_from: dt.date = YEAR_START,
) -> Student:
    """A pupil with a household, a paying guardian (`payer`, None: none) and, given a class, an enrolment.

    The guardian of that name already in the household is taken; otherwise one is made.
    """
    household = family or _new_family(school)
    pupil: Student = Student.objects.create(
        school=school,
        full_name=full_name,
        name_fold=names.fold(full_name),
        sort_key=names.sort_key(full_name),
        sector_code=sector_code,
        school_code=school_code,
        birth_date=birth_date,
        family=household,
        created_at=clock.now(),
    )
    if payer:
        known = Guardian.objects.for_school(school).filter(family=household, full_name=payer).first()
        Guardianship.objects.create(
            school=school,
            student=pupil,
            guardian=known or guardian(household, payer),
            relationship=Relationship.MOTHER.value,
            is_payer=True,
        )
    if school_class:
        enrol(pupil, school_class, enrolled_from)
    return pupil


def enrol(student: Student, school_class: SchoolClass, valid_from: dt.date = YEAR_START) -> Enrolment:
    """The pupil sits in the class from that day on."""
    made: Enrolment = Enrolment.objects.create(
        school_id=student.school_id, student=student, school_class=school_class, valid_from=valid_from
    )
    return made


def fee_item(
    school: School,
    code: str = "BAN_TRU",
    name: str = "Phục vụ bán trú",
    *,
    nature: FeeNature = FeeNature.SERVICE,
    unit: FeeUnit = FeeUnit.MONTH,
    amount: int | None = 250_000,
    is_voluntary: bool = False,
    grade: str = "",
    valid_from: dt.date = YEAR_START,
) -> FeeItem:
    """An item of the catalogue, with one rate of `amount` đồng (None: no rate)."""
    item: FeeItem = FeeItem.objects.create(
        school=school,
        code=code,
        name=name,
        nature=nature.value,
        unit=unit.value,
        is_voluntary=is_voluntary,
        legal_basis="Nghị quyết 18/2025/NQ-HĐND",
    )
    if amount is not None:
        fee_rate(item, amount, grade=grade, valid_from=valid_from)
    return item


def fee_rate(
    item: FeeItem,
    amount: int,
    *,
    grade: str = "",
    cap: int | None = None,
    valid_from: dt.date = YEAR_START,
    valid_to: dt.date | None = None,
) -> FeeRate:
    """What one unit of the item costs, in đồng."""
    made: FeeRate = FeeRate.objects.create(
        school_id=item.school_id,
        fee_item=item,
        grade=grade,
        amount=Dong(amount),
        cap=None if cap is None else Dong(cap),
        valid_from=valid_from,
        valid_to=valid_to,
        document_number="18/2025/NQ-HĐND",
        deciding_body="Hội đồng nhân dân Thành phố",
    )
    return made


def number_rule(
    account: BankAccount, prefix: str = "962", digits: int = 6, *, kind: str = "sequence", on_notices: bool = False
) -> VirtualAccountRule:
    """A bank's rule for pupils' own numbers on the account, as two people decided on it."""
    made: VirtualAccountRule = VirtualAccountRule.objects.create(
        school_id=account.school_id, bank_account=account, kind=kind, prefix=prefix, digits=digits,
        on_notices=on_notices, proposed_by=1, approved_by=2,
    )  # fmt: skip
    return made


def org_unit(name: str = "Sở Giáo dục và Đào tạo", *, kind: UnitKind = UnitKind.DEPARTMENT) -> OrgUnit:
    """A management unit."""
    return OrgUnit.objects.create(kind=kind.value, code=f"U{next(_count)}", name=name, valid_from=dt.date(2025, 7, 1))


EXTRA_FIELDS = (
    ("pupil_code", "Mã học sinh"), ("class", "Lớp"), ("school_year", "Năm học"), ("round", "Đợt thu"),
    ("support_phone", "Điện thoại hỗ trợ"),
)  # fmt: skip


def payment_template(
    *, unit: OrgUnit | None = None, extra: Sequence[tuple[str, str]] = EXTRA_FIELDS, valid_from: dt.date | None = None
) -> PaymentTemplate:
    """A published version of a department's payment-information template with these fields beside the four."""
    day = valid_from or clock.today()
    of_unit = unit or org_unit()
    made = PaymentTemplate.objects.create(unit=of_unit, created_at=clock.now())
    fields = [*((one.source.value, one.label) for one in standard_template()), *extra]
    PaymentTemplateField.objects.bulk_create(
        PaymentTemplateField(template=made, position=place, source=source, label=label)
        for place, (source, label) in enumerate(fields, start=1)
    )
    PaymentTemplate.objects.filter(pk=made.pk).update(
        state="published", number=of_unit.payment_templates.count(), valid_from=day, published_at=clock.now()
    )
    made.refresh_from_db()
    return made


def user(
    role: Role | None = Role.ACCOUNTANT,
    *,
    school: School | None = None,
    unit: OrgUnit | None = None,
    username: str = "",
    full_name: str = "Lê Thị Kế Toán",
    password: str = PASSWORD,
    second_factor: bool = True,
) -> User:
    """A person who can sign in with `password`, with one membership (role None: without any) and, as the rules for
    staff ask, a second factor: a sheet of codes nobody knows."""
    person = User.objects.create_user(username or f"nguoi.dung.{next(_count)}", full_name)
    person.set_password(password)
    person.password_changed_at = person.activated_at = clock.now()
    if second_factor:
        person.second_factor_since = clock.now()
        CodeSheet.objects.create(user=person, codes="", count=1, created_at=clock.now())
    person.save(update_fields=["password", "password_changed_at", "activated_at", "second_factor_since"])
    if role is not None:
        Membership.objects.create(
            user=person, role=role.value, school=school, unit=unit, valid_from=dt.date(2026, 1, 1)
        )
    return person


def login(client: Client, user: User, *, fresh: bool = True) -> Client:
    """Sign the client in as the user, without the sign-in page; `fresh`: with the second factor, just now."""
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return prove(client, user) if fresh else client


def prove(client: Client, user: User) -> Client:
    """The signed-in client has just confirmed with the second factor (step-up)."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "type": "sheet", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()
    return client


def collection_round(
    school: School,
    *,
    account: BankAccount | None = None,
    items: Sequence[FeeItem] = (),
    classes: Sequence[SchoolClass] = (),
    name: str = "Thu tháng 10/2026",
    state: RoundState = RoundState.DRAFT,
    priced_on: dt.date = dt.date(2026, 10, 1),
    due_on: dt.date = dt.date(2026, 10, 20),
) -> CollectionRound:
    """A collection round on the school's account (its first one unless given)."""
    receiving = account or BankAccount.objects.for_school(school).first() or bank_account(school)
    made: CollectionRound = CollectionRound.objects.create(
        school=school,
        name=name,
        school_year=school_year(),
        priced_on=priced_on,
        due_on=due_on,
        bank_account=receiving,
        state=state.value,
        issued_at=None if state is RoundState.DRAFT else clock.now(),
        created_at=clock.now(),
    )
    for item in items:
        RoundItem.objects.create(school=school, round=made, fee_item=item)
    for taught in classes:
        RoundClass.objects.create(school=school, round=made, school_class=taught)
    return made


@dataclass(frozen=True)
class Charge:
    """One line to be charged: an item, its price in đồng and how many units."""

    item: FeeItem
    unit_amount: int
    quantity: int = 1


def invoice(
    student: Student,
    charges: Sequence[Charge],
    *,
    of_round: CollectionRound | None = None,
    payer_name: str = "Trần Thị Thu Hằng",
    code: str = "",
    due_on: dt.date = dt.date(2026, 10, 20),
) -> Invoice:
    """An issued, unpaid invoice of an enrolled pupil, with one line for each charge (in an issued round)."""
    place: Enrolment = Enrolment.objects.for_school(student.school_id).get(student=student, valid_to=None)
    issued = of_round or collection_round(student.school, state=RoundState.ISSUED)
    taught = place.school_class
    number = code or new_code(student.school.invoice_prefix, _codes)
    with transaction.atomic():
        made: Invoice = Invoice.objects.create(
            school_id=student.school_id,
            code=number,
            round=issued,
            student=student,
            family_id=student.family_id,
            school_class=taught,
            bank_account=issued.bank_account,
            payer_name=payer_name,
            beneficiary_name=issued.bank_account.holder_name,
            reason=issued.name,
            student_name=student.full_name,
            class_name=taught.name,
            search_fold=f"{student.name_fold} {names.fold(payer_name)} {taught.name_fold} {number}",
            sort_key=student.sort_key,
            total=total(Dong(c.unit_amount) * c.quantity for c in charges),
            due_on=due_on,
            issued_at=clock.now(),
        )
        for charge in charges:
            gross = Dong(charge.unit_amount) * charge.quantity
            InvoiceLine.objects.create(
                school_id=student.school_id,
                invoice=made,
                fee_item=charge.item,
                description=charge.item.name,
                nature=charge.item.nature,
                quantity=charge.quantity,
                unit_amount=Dong(charge.unit_amount),
                gross=gross,
                amount=gross,
                created_at=clock.now(),
            )
    return made


def issued_invoice(school: School, amount: int = 250_000, *, full_name: str = "Nguyễn Bảo An") -> Invoice:
    """An unpaid invoice with all it needs: account, class 3A2, pupil, item, round, one line of `amount`."""
    existing = SchoolClass.objects.for_school(school).filter(name_fold="3A2").first()
    pupil = student(school, full_name, school_class=existing or school_class(school))
    item = FeeItem.objects.for_school(school).filter(code="BAN_TRU").first() or fee_item(school)
    return invoice(pupil, [Charge(item, amount)])


def in_operation(school: School, kind: str, *subjects: str) -> None:
    """Partners of the school that families are offered: `gateway` by the channel's public id, `acquirer` by name,
    `bill` by the bill partner's public id, `feed` by provider. In use from before there were lists."""
    for subject in subjects:
        PartnerFile.objects.create(
            school=school, kind=kind, subject=subject, name=subject, live_at=clock.now(), is_carried_over=True,
            updated_at=clock.now(),
        )  # fmt: skip


def exemption(student: Student, rule_code: str = "MIEN_100", document: str = "QĐ 12/2026", **given: Any) -> Exemption:
    """A policy category of a pupil, from the year's first day unless said otherwise; its proof is sealed."""
    values: dict[str, Any] = {"valid_from": YEAR_START, "created_at": clock.now(), **given}
    made = Exemption(school_id=student.school_id, student=student, rule_code=rule_code, **values)
    with transaction.atomic():
        made.document = sealed_document(made, document)
        made.save()
    return made
