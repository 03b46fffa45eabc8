"""A school ready to charge: books, account, two classes with pupils, items; and a round of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from tests import factories

from truongso.fees.models import (
    CollectionRound,
    Exemption,
    FeeItem,
    Invoice,
    InvoiceLine,
    OptIn,
    PlannedLine,
    RoundClass,
    RoundItem,
)
from truongso.fees.public import install_reduction_rules, plan_round, plan_totals, start_issue
from truongso.fees.types import FeeNature
from truongso.kernel import clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry, Job, OutboxEvent
from truongso.ledger.models import Entry, Posting
from truongso.ledger.public import open_books
from truongso.organizations.models import School
from truongso.people.models import SchoolClass, Student

ACTOR = Actor.system("test", "cli")


@dataclass
class Setting:
    """What a test charges with: class 3A2 holds An, Bình and Chi, class 4A1 holds Dung."""

    school: School
    class_3a2: SchoolClass
    class_4a1: SchoolClass
    students: dict[str, Student]
    care: FeeItem  # 150.000 đ, service
    water: FeeItem  # 12.000 đ, agreed
    english: FeeItem  # 200.000 đ, voluntary
    round: CollectionRound


def setting(school: School, **changes: Any) -> Setting:
    """The usual setting, with a draft round of care and water for both classes."""
    with transaction.atomic():
        open_books(school.pk)
        install_reduction_rules()
    factories.bank_account(school)
    class_3a2 = factories.school_class(school, "3A2", grade="3")
    class_4a1 = factories.school_class(school, "4A1", grade="4")
    students = {
        "An": factories.student(school, "Nguyễn Bảo An", school_class=class_3a2, payer="Nguyễn Văn Hùng"),
        "Bình": factories.student(school, "Trần Thị Bình", school_class=class_3a2, payer="Trần Văn Tú"),
        "Chi": factories.student(school, "Vàng Thị Chi", school_class=class_3a2, payer=None),
        "Dung": factories.student(school, "Lê Hoàng Dung", school_class=class_4a1, payer="Lê Minh"),
    }
    care = factories.fee_item(school, "CS_BT", "Chăm sóc bán trú", amount=150_000)
    water = factories.fee_item(school, "NUOC", "Nước uống", nature=FeeNature.AGREED, amount=12_000)
    english = factories.fee_item(school, "TA", "Tiếng Anh", amount=200_000, is_voluntary=True)
    made = factories.collection_round(
        school, items=[care, water], classes=[class_3a2, class_4a1], due_on=dt.date(2099, 1, 1), **changes
    )
    return Setting(school, class_3a2, class_4a1, students, care, water, english, made)


def exempt(student: Student, rule_code: str, **changes: Any) -> Exemption:
    return factories.exemption(student, rule_code, **{"document": "QĐ 12", **changes})


def chooses(student: Student, item: FeeItem, **changes: Any) -> OptIn:
    values: dict[str, Any] = {"valid_from": factories.YEAR_START, "created_at": clock.now()}
    made: OptIn = OptIn.objects.create(
        school_id=student.school_id, student=student, fee_item=item, **{**values, **changes}
    )
    return made


def plan(s: Setting) -> CollectionRound:
    """Compute the plan and return the fresh round."""
    with transaction.atomic():
        plan_round(s.school.pk, round_id=s.round.pk)
    s.round.refresh_from_db()
    return s.round


def start(s: Setting) -> Job:
    """Freeze the round with what the plan says."""
    totals = plan_totals(plan(s))
    with transaction.atomic():
        return start_issue(
            s.school.pk,
            round_id=s.round.pk,
            seen_invoices=totals.invoices,
            seen_amount=totals.amount,
            actor=ACTOR,
        )


def issue(s: Setting) -> dict[str, Invoice]:
    """Issue the round; invoices by the pupil's given name."""
    job = jobs.run(start(s).pk)
    assert (job.state, job.error) == ("done", "")
    found = Invoice.objects.for_school(s.school).filter(round=s.round)
    return {i.student_name.split()[-1]: i for i in found}


def everything(school: School) -> dict[str, list[dict[str, Any]]]:
    """All rows a refused request could have touched, to show that it touched none."""
    owned = [
        CollectionRound,
        RoundItem,
        RoundClass,
        PlannedLine,
        Exemption,
        OptIn,
        FeeItem,
        Invoice,
        InvoiceLine,
    ]
    rows = {m.__name__: list(m.objects.for_school(school).order_by("pk").values()) for m in [*owned, Entry, Posting]}
    shared: list[Any] = [AuditEntry, OutboxEvent, Job]
    for model in shared:
        rows[model.__name__] = list(model._default_manager.filter(school_id=school.pk).order_by("pk").values())
    return rows
