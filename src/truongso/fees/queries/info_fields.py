"""What a paper of an invoice shows: the fields of the department's template in force when its round was issued."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from truongso.fees.models import Invoice
from truongso.kernel.among import among
from truongso.kernel.ui.formatting import ngay, sdt
from truongso.organizations.public import (
    MANDATORY,
    PERSONAL,
    FieldSource,
    FieldSpec,
    PaymentTemplate,
    School,
    school_years,
    schools_by_id,
    standard_template,
)
from truongso.people.public import Student


@dataclass(frozen=True, slots=True)
class InfoField:
    """A field with its value for one invoice. `note` is the department's word of explanation."""

    source: FieldSource
    label: str
    value: str
    note: str = ""

    @property
    def is_mandatory(self) -> bool:
        return self.source in MANDATORY

    @property
    def is_personal(self) -> bool:
        return self.source in PERSONAL


@dataclass(frozen=True, slots=True)
class _Known:
    """What values are read from beside the invoice itself."""

    schools: dict[int, School]
    pupil_codes: dict[int, str]
    years: dict[int, str]


def fields_of(invoice: Invoice) -> tuple[InfoField, ...]:
    """Fields of one invoice, which comes with its round; no query without a template, else 2 to 5."""
    return fields_of_all([invoice])[invoice.pk]


def fields_of_all(invoices: Sequence[Invoice]) -> dict[int, tuple[InfoField, ...]]:
    """Fields by invoice id, in the template's order; at most 5 queries. The invoices come with round and account.

    A field without a value for an invoice (a pupil without a code) is left out.
    """
    ids = {i.round.payment_template_id for i in invoices if i.round.payment_template_id is not None}
    specs = _specs(ids)
    known = _known(invoices, specs)
    standard = standard_template()
    return {i.pk: tuple(_filled(i, specs.get(i.round.payment_template_id or 0, standard), known)) for i in invoices}


def extra_fields_by_id(school_id: int, invoice_ids: Iterable[int]) -> dict[int, tuple[InfoField, ...]]:
    """What the template adds to the four mandatory fields, by invoice id; 1 query when no round carries a template."""
    rows = Invoice.objects.for_school(school_id).filter(
        among("pk", set(invoice_ids)), round__payment_template__isnull=False
    )
    found = list(rows.select_related("round", "bank_account__replaced_by"))
    return {
        pk: tuple(one for one in fields if not one.is_mandatory) for pk, fields in fields_of_all(found).items()
    } if found else {}  # fmt: skip


def _specs(template_ids: set[int]) -> dict[int, tuple[FieldSpec, ...]]:
    if not template_ids:
        return {}
    rows = PaymentTemplate.objects.filter(pk__in=template_ids).prefetch_related("fields")
    return {row.pk: row.specs for row in rows}


def _known(invoices: Sequence[Invoice], specs: dict[int, tuple[FieldSpec, ...]]) -> _Known:
    """Only what the templates at hand ask for."""
    asked = {spec.source for fields in specs.values() for spec in fields}
    of_school = asked & {FieldSource.SCHOOL, FieldSource.SUPPORT_PHONE, FieldSource.SUPPORT_HOURS}
    codes: dict[int, str] = {}
    if FieldSource.PUPIL_CODE in asked:
        for school_id in {i.school_id for i in invoices}:
            pupils = Student.objects.for_school(school_id).filter(
                among("pk", {i.student_id for i in invoices if i.school_id == school_id})
            )
            codes |= {pk: own or sector for pk, own, sector in pupils.values_list("pk", "school_code", "sector_code")}
    return _Known(
        schools=schools_by_id({i.school_id for i in invoices}) if of_school else {},
        pupil_codes=codes,
        years={one.pk: str(one) for one in school_years()} if FieldSource.SCHOOL_YEAR in asked else {},
    )


def _filled(invoice: Invoice, specs: Iterable[FieldSpec], known: _Known) -> Iterable[InfoField]:
    for spec in specs:
        value = _READ[spec.source](invoice, known)
        if value:
            yield InfoField(spec.source, spec.label, value, spec.note)


_READ: dict[FieldSource, Callable[[Invoice, _Known], str]] = {
    FieldSource.PAYER: lambda i, _k: i.payer_name,
    FieldSource.BENEFICIARY: lambda i, _k: i.receiver_name,
    FieldSource.REASON: lambda i, _k: i.reason,
    FieldSource.INVOICE_CODE: lambda i, _k: i.code,
    FieldSource.PUPIL: lambda i, _k: i.student_name,
    FieldSource.PUPIL_CODE: lambda i, k: k.pupil_codes.get(i.student_id, ""),
    FieldSource.CLASS: lambda i, _k: i.class_name,
    FieldSource.SCHOOL_YEAR: lambda i, k: k.years.get(i.round.school_year_id, ""),
    FieldSource.ROUND: lambda i, _k: i.round.name,
    FieldSource.DUE_DAY: lambda i, _k: ngay(i.due_on),
    FieldSource.SCHOOL: lambda i, k: k.schools[i.school_id].name,
    FieldSource.SUPPORT_PHONE: lambda i, k: sdt(k.schools[i.school_id].support_phone or k.schools[i.school_id].phone),
    FieldSource.SUPPORT_HOURS: lambda i, k: k.schools[i.school_id].support_hours,
}
