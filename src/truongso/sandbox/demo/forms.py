"""The department's payment-information template, and pupils' own numbers at one school's bank."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.organizations.public import OrgUnit, publish_template, save_template_draft, standard_template
from truongso.payments.public import (
    APPROVALS,
    ChangeKind,
    RuleKind,
    assign_numbers_by_rule,
    numbers_for,
    propose_number_rule,
    take_change_into_effect,
)
from truongso.people.public import PupilFilter, pupils
from truongso.sandbox.bank_client import SandboxBank, transfer_request
from truongso.sandbox.demo.partners import person
from truongso.sandbox.demo.setup import ACTOR, DemoSchool
from truongso.sandbox.demo.transfers import Plan, customer

EXTRA = (
    ("class", "Lớp", ""),
    ("school_year", "Năm học", ""),
    ("support_phone", "Điện thoại hỗ trợ", "Gọi khi thông tin trên phiếu không đúng"),
)
BASIS = "Công văn mẫu về thống nhất thông tin thanh toán (dữ liệu thử)"
WITH_NUMBERS = "sepay"  # the feed whose school gives its pupils numbers of their own
PAID_TO_NUMBERS = 3


def publish(department: OrgUnit, day: dt.date) -> None:
    """One version for the whole province, before the first round of the month is issued."""
    with clock.frozen(dt.datetime.combine(day, dt.time(7), tzinfo=clock.SCHOOL_TIME)), transaction():
        fields = [(spec.source.value, spec.label, spec.note) for spec in standard_template()]
        save_template_draft(actor=ACTOR, unit=department, fields=[*fields, *EXTRA], basis=BASIS)
        publish_template(actor=ACTOR, unit=department, valid_from=day)


def own_numbers(bank: SandboxBank, place: DemoSchool, plan: Plan, since: dt.date) -> None:
    """Every pupil gets a number; some families pay to it without any memo and are recognised all the same."""
    if place.feed != WITH_NUMBERS:
        return
    asking, deciding = person(place.school, Role.ACCOUNTANT), person(place.school, Role.PRINCIPAL)
    morning = dt.datetime.combine(since, dt.time(9), tzinfo=clock.SCHOOL_TIME)
    with clock.frozen(morning), transaction():
        change = propose_number_rule(
            place.account, kind=RuleKind.SEQUENCE, prefix="962VT", digits=6, on_notices=False,
            reason="Hợp đồng tài khoản định danh", actor=asking,
        )  # fmt: skip
        APPROVALS[ChangeKind.NUMBER_RULE](place.school, change_id=change.pk, actor=deciding)
    with clock.frozen(morning + dt.timedelta(hours=settings.ACCOUNT_DELAY_HOURS)), transaction():
        take_change_into_effect(place.school, change.pk)
        assign_numbers_by_rule(place.account, students=list(pupils(place.school, PupilFilter())), actor=ACTOR)
    family_of = {p.full_name + p.class_name: p.family.number for p in place.pupils}
    paying = [plan.unpaid.pop() for _ in range(PAID_TO_NUMBERS)]
    for pk, held in numbers_for(place.school.pk, paying).items():
        invoice = next(one for one in paying if one.pk == pk)
        bank.add_virtual(place.account.number, held.number)
        evening = dt.datetime.combine(since + dt.timedelta(days=2), dt.time(19, 30), tzinfo=clock.SCHOOL_TIME)
        bank.pay_many(
            [
                transfer_request(
                    payer=customer(family_of[invoice.student_name + invoice.class_name]), account=held.number,
                    amount=invoice.total, memo="nop tien hoc cho con", at=evening,
                )
            ]
        )  # fmt: skip
