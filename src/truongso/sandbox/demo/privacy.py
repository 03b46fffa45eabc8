"""Personal data at the first school, one of each: a request that waits and one that is done, a look at sensitive
facts with its reason, a yes and a yes taken back, an erasure that waits for its second person, a breach."""

from __future__ import annotations

import datetime as dt

from truongso.accounts.types import Role
from truongso.fees.public import Invoice, InvoiceFilter, invoices
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.data_classes import DataClass
from truongso.kernel.db import transaction
from truongso.people.public import (
    DataRequestChannel,
    DataRequestKind,
    Guardian,
    IncidentData,
    SeenKind,
    Student,
    agree_to_purpose,
    ask_about_data,
    finish_data_request,
    grant_data_request,
    guardians_of,
    leave_school,
    open_facts,
    propose_erasure,
    record_incident,
    take_consent_back,
)
from truongso.people.types import StudentStatus
from truongso.sandbox.demo.desk import FAMILY
from truongso.sandbox.demo.partners import person
from truongso.sandbox.demo.setup import ACTOR, DemoSchool, Say

_RECEIPT, _PHOTO = "receipt_notice", "public_photo"


def show(place: DemoSchool, invoice: Invoice, say: Say) -> None:
    """`invoice`: of the family whose page the visitor is given; its data page and list of looks are filled too."""
    student = invoice.student
    guardian = guardians_of(student)[0]
    principal, accountant = (person(place.school, role) for role in (Role.PRINCIPAL, Role.ACCOUNTANT))
    _requests(student, guardian, accountant, principal)
    with transaction():
        open_facts(
            actor=principal, role=Role.PRINCIPAL, student=student, seen=[SeenKind.ETHNICITY, SeenKind.GUARDIAN_PHONE],
            reason="Đối chiếu giấy khai sinh gia đình nộp",
        )  # fmt: skip
    _consents(student, guardian)
    _erasure(place, accountant)
    _breach(place, principal)
    say(f"{place.spec.short_name}: yêu cầu của gia đình, sự đồng ý, đề nghị xóa, sự cố dữ liệu mẫu")


def _requests(student: Student, guardian: Guardian, accountant: Actor, principal: Actor) -> None:
    """A correction asked for at the school and made; a copy asked for on the family's page, not answered yet."""
    with transaction():
        corrected = ask_about_data(
            actor=accountant, student=student, kind=DataRequestKind.CORRECT, asked_by=guardian.full_name,
            detail="Tên đệm của con ghi thiếu dấu", guardian=guardian, channel=DataRequestChannel.SCHOOL,
        )  # fmt: skip
        grant_data_request(actor=principal, request=corrected, answer="Đã sửa theo giấy khai sinh.")
        finish_data_request(actor=principal, request=corrected)
        ask_about_data(
            actor=FAMILY, student=student, kind=DataRequestKind.VIEW, asked_by=guardian.full_name, guardian=guardian
        )


def _consents(student: Student, guardian: Guardian) -> None:
    with transaction():
        for purpose in (_RECEIPT, _PHOTO):
            agree_to_purpose(actor=FAMILY, student=student, purpose=purpose, guardian=guardian, child_agrees=True)
        take_consent_back(
            actor=FAMILY, student=student, purpose=_PHOTO, guardian=guardian, said_by=guardian.full_name
        )  # fmt: skip


def _erasure(place: DemoSchool, accountant: Actor) -> None:
    """A pupil who moved away owing nothing; the principal decides. Nothing where every family still owes."""
    paid = (i for i in invoices(place.school.pk, InvoiceFilter()) if i.total == i.paid)
    owing = {i.student_id for i in invoices(place.school.pk, InvoiceFilter()) if i.total != i.paid}
    gone = next((i.student for i in reversed(list(paid)) if i.student_id not in owing), None)
    if gone is None:
        return
    with transaction():
        leave_school(
            actor=ACTOR, student=gone, status=StudentStatus.TRANSFERRED, last_day=clock.today(),
            reason="Gia đình chuyển tỉnh",
        )  # fmt: skip
        propose_erasure(actor=accountant, student=gone, reason="Gia đình đã chuyển tỉnh, có đơn đề nghị xóa")


def _breach(place: DemoSchool, principal: Actor) -> None:
    found = clock.now() - dt.timedelta(hours=20)
    data = IncidentData(
        title="Gửi nhầm danh sách lớp vào nhóm phụ huynh lớp khác", found_at=found,
        happened_at=found - dt.timedelta(hours=2), classes=[DataClass.PERSONAL, DataClass.CONTACT], people=28,
        description="Tệp danh sách một lớp (họ tên, ngày sinh, số điện thoại gia đình) bị gửi vào nhóm của lớp khác.",
        measures="Đã thu hồi tin, nhắc các thành viên xóa tệp.",
    )  # fmt: skip
    with transaction():
        record_incident(actor=principal, school=place.school, data=data)
