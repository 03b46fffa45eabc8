"""Versions of the payment-information template: four fields always, published once, inherited by schools."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection
from tests import factories

from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction
from truongso.organizations.models import OrgUnit, School
from truongso.organizations.payment_template.models import PaymentTemplate, PaymentTemplateField
from truongso.organizations.payment_template.queries import (
    draft_of,
    publisher_of,
    standard_specs,
    template_for,
    version_on,
    versions,
)
from truongso.organizations.payment_template.services import discard_draft, publish, save_draft
from truongso.organizations.payment_template.texts import refusal_text
from truongso.organizations.payment_template.types import (
    Change,
    FieldSource,
    FieldSpec,
    TemplateRefusedError,
    compare,
)
from truongso.organizations.services import supervise
from truongso.organizations.types import SupervisionFunction, UnitKind

pytestmark = pytest.mark.django_db

FOUR = [("payer", "", ""), ("beneficiary", "", ""), ("reason", "", ""), ("invoice_code", "", "")]
CLASS, PHONE = ("class", "Lớp", ""), ("support_phone", "Hỏi", "Giờ hành chính")


@pytest.fixture
def today(school_day: dt.datetime) -> dt.date:
    return school_day.date()


@pytest.fixture
def department() -> OrgUnit:
    return factories.org_unit()


def write(actor: Actor, unit: OrgUnit, *extra: tuple[str, str, str], fields: Any = None) -> PaymentTemplate:
    with transaction():
        return save_draft(actor=actor, unit=unit, fields=[*(FOUR if fields is None else fields), *extra], basis="CV 1")


def issue(actor: Actor, unit: OrgUnit, day: dt.date) -> PaymentTemplate:
    with transaction():
        return publish(actor=actor, unit=unit, valid_from=day)


def test_a_draft_holds_the_four_fields_and_what_was_added(actor: Actor, department: OrgUnit, today: dt.date) -> None:
    draft = write(actor, department, CLASS, PHONE)
    assert draft.specs == (
        FieldSpec(FieldSource.PAYER, "Người nộp tiền"),
        FieldSpec(FieldSource.BENEFICIARY, "Người thụ hưởng"),
        FieldSpec(FieldSource.REASON, "Lý do"),
        FieldSpec(FieldSource.INVOICE_CODE, "Mã hóa đơn"),
        FieldSpec(FieldSource.CLASS, "Lớp"),
        FieldSpec(FieldSource.SUPPORT_PHONE, "Hỏi", "Giờ hành chính"),
    )
    assert version_on(department, today) is None
    again = write(actor, department, PHONE)
    assert (again.pk, len(again.specs)) == (draft.pk, 5)


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        (FOUR[:3], "mandatory_missing", "Bốn thông tin bắt buộc không bỏ được; đang thiếu: Mã hóa đơn. Giữ đủ"),
        ([], "mandatory_missing", "Người nộp tiền, Người thụ hưởng, Lý do, Mã hóa đơn"),
        ([*FOUR, ("salary", "Lương", "")], "unknown_field", "Danh mục không có thông tin “salary”"),
        ([*FOUR, CLASS, CLASS], "field_twice", "Thông tin “Lớp” được chọn hai lần"),
        ([*FOUR, ("class", "  ", "")], "label_missing", "Ghi tên hiển thị cho thông tin “Lớp”"),
        ([*FOUR, ("class", "L" * 25, "")], "label_too_long", "dài quá 24 ký tự"),
        ([*FOUR, ("class", "Lớp", "x" * 81)], "note_too_long", "dài quá 80 ký tự"),
        ([*FOUR, *[(s, s, "") for s in ("class", "pupil", "round", "school", "due_day", "school_year")]], "too_many",
         "Nhiều nhất 5 thông tin thêm"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_template_leaves_the_draft_alone(
    actor: Actor, department: OrgUnit, fields: Any, code: str, text: str
) -> None:
    before = write(actor, department, CLASS).specs
    with pytest.raises(TemplateRefusedError) as refused:
        write(actor, department, fields=fields)
    assert refused.value.code == code
    assert text in refusal_text(refused.value)
    draft = draft_of(department)
    assert draft is not None
    assert draft.specs == before


def test_a_later_version_holds_from_its_day_and_the_older_one_until_then(
    actor: Actor, department: OrgUnit, today: dt.date
) -> None:
    write(actor, department, CLASS)
    first = issue(actor, department, today)
    write(actor, department, PHONE)
    second = issue(actor, department, today + dt.timedelta(days=10))
    assert (first.number, second.number) == (1, 2)
    assert version_on(department, today - dt.timedelta(days=1)) is None
    assert version_on(department, today + dt.timedelta(days=9)) == first
    assert version_on(department, today + dt.timedelta(days=10)) == second
    assert versions(department) == [second, first]
    assert draft_of(department) is None


def test_two_versions_never_begin_on_one_day(actor: Actor, department: OrgUnit, today: dt.date) -> None:
    write(actor, department, CLASS)
    issue(actor, department, today)
    write(actor, department, PHONE)
    with pytest.raises(TemplateRefusedError) as refused:
        issue(actor, department, today)
    assert refusal_text(refused.value) == "Đã có một phiên bản áp dụng từ ngày 05/10/2026. Chọn ngày khác."
    assert len(versions(department)) == 1
    assert draft_of(department) is not None


def test_nothing_is_published_into_the_past_twice_or_without_a_draft(
    actor: Actor, department: OrgUnit, today: dt.date
) -> None:
    with pytest.raises(TemplateRefusedError, match="no_draft"):
        issue(actor, department, today)
    write(actor, department, CLASS)
    with pytest.raises(TemplateRefusedError, match="date_passed"):
        issue(actor, department, today - dt.timedelta(days=1))
    issue(actor, department, today)
    write(actor, department, CLASS)
    with pytest.raises(TemplateRefusedError, match="nothing_new"):
        issue(actor, department, today + dt.timedelta(days=1))
    assert len(versions(department)) == 1
    with transaction():
        assert discard_draft(actor=actor, unit=department) is True
        assert discard_draft(actor=actor, unit=department) is False


def test_only_the_top_unit_publishes_and_schools_below_inherit(
    actor: Actor, school: School, department: OrgUnit, today: dt.date
) -> None:
    commune = factories.org_unit("Ủy ban nhân dân phường", kind=UnitKind.COMMUNE)
    OrgUnit.objects.filter(pk=commune.pk).update(parent=department)
    commune.refresh_from_db()
    with pytest.raises(TemplateRefusedError) as refused:
        write(actor, commune, CLASS)
    assert refusal_text(refused.value).startswith("Mẫu do cấp quản lý cao nhất ban hành. Ủy ban nhân dân phường")
    assert draft_of(commune) is None
    assert publisher_of(commune, today) == department
    assert template_for(school, today) is None
    with transaction():
        supervise(actor=actor, school=school, unit=commune, function=SupervisionFunction.REPORTING, valid_from=today)
    write(actor, department, CLASS)
    published = issue(actor, department, today)
    assert template_for(school, today) == published
    assert [spec.label for spec in standard_specs()] == ["Người nộp tiền", "Người thụ hưởng", "Lý do", "Mã hóa đơn"]


def test_the_database_keeps_a_published_version_and_its_four_fields(
    actor: Actor, department: OrgUnit, today: dt.date
) -> None:
    draft = write(actor, department, CLASS)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM organizations_paymenttemplatefield WHERE template_id = %s AND source = 'reason'", [draft.pk]
        )
    with pytest.raises(DatabaseError, match="four mandatory fields"), transaction():
        publish(actor=actor, unit=department, valid_from=today)
    write(actor, department, CLASS)
    published = issue(actor, department, today)
    table, fields = "organizations_paymenttemplate", "organizations_paymenttemplatefield"
    for sql in (
        f"UPDATE {table} SET valid_from = '2020-01-01' WHERE id = %s",
        f"DELETE FROM {fields} WHERE template_id = %s AND source = 'payer'",
        f"UPDATE {fields} SET label = 'Khác' WHERE template_id = %s",
        f"INSERT INTO {fields} (template_id, position, source, label, note) VALUES (%s, 9, 'round', 'Đợt', '')",
        f"DELETE FROM {table} WHERE id = %s",
    ):
        with pytest.raises(DatabaseError, match="is fixed"), savepoint(), connection.cursor() as cursor:
            cursor.execute(sql, [published.pk])
    assert PaymentTemplateField.objects.filter(template=published).count() == 5
    assert PaymentTemplate.objects.get(pk=published.pk).valid_from == today


def test_what_changed_between_two_versions() -> None:
    def spec(source: FieldSource, label: str = "x", note: str = "") -> FieldSpec:
        return FieldSpec(source, label, note)

    old = [spec(FieldSource.PAYER), spec(FieldSource.CLASS), spec(FieldSource.ROUND), spec(FieldSource.PUPIL)]
    new = [
        spec(FieldSource.PAYER),
        spec(FieldSource.SCHOOL),
        spec(FieldSource.ROUND),
        spec(FieldSource.CLASS, note="!"),
    ]
    assert [(one.source, one.change) for one in compare(old, new)] == [
        (FieldSource.PAYER, Change.SAME), (FieldSource.SCHOOL, Change.ADDED), (FieldSource.ROUND, Change.MOVED),
        (FieldSource.CLASS, Change.REWORDED), (FieldSource.PUPIL, Change.REMOVED),
    ]  # fmt: skip
