"""Which version holds where and when."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from truongso.organizations.models import OrgUnit, School
from truongso.organizations.payment_template.models import PaymentTemplate
from truongso.organizations.payment_template.texts import FIELD_NAMES
from truongso.organizations.payment_template.types import MANDATORY, FieldSource, FieldSpec, TemplateState
from truongso.organizations.queries import supervising_unit, unit_path
from truongso.organizations.types import UnitKind


def standard_specs() -> tuple[FieldSpec, ...]:
    """The letter's four fields: what holds where no version was published."""
    return tuple(FieldSpec(source, str(FIELD_NAMES[source])) for source in MANDATORY)


def extra_sources() -> tuple[FieldSource, ...]:
    """The fixed catalogue of further fields."""
    return tuple(source for source in FieldSource if source not in MANDATORY)


def publisher_of(unit: OrgUnit, day: dt.date) -> OrgUnit | None:
    """Who publishes the template for a unit: the topmost one above it, the ministry left out; 1 query.

    One template for a whole province (LC-2.2): where a department stands above, communes only inherit.
    """
    return next((one for one in unit_path(unit, day) if one.kind != UnitKind.MINISTRY.value), None)


def publisher_of_school(school: School, day: dt.date) -> OrgUnit | None:
    """Whose template a school uses; 2 queries."""
    unit = supervising_unit(school, day)
    return publisher_of(unit, day) if unit is not None else None


def versions(unit: OrgUnit) -> list[PaymentTemplate]:
    """Published versions of a unit, the one that holds longest ahead first; 2 queries."""
    rows = _with_fields(unit).filter(state=TemplateState.PUBLISHED.value)
    return list(rows.order_by("-valid_from"))


def draft_of(unit: OrgUnit) -> PaymentTemplate | None:
    """The one draft, if any; 2 queries."""
    return _with_fields(unit).filter(state=TemplateState.DRAFT.value).first()


def version_on(unit: OrgUnit, day: dt.date) -> PaymentTemplate | None:
    """The version of a unit for rounds issued on the day; 2 queries."""
    rows = _with_fields(unit).filter(state=TemplateState.PUBLISHED.value, valid_from__lte=day)
    return rows.order_by("-valid_from").first()


def template_for(school: School, day: dt.date) -> PaymentTemplate | None:
    """The version that rounds of the school issued on the day carry; None: the letter's four fields alone."""
    unit = publisher_of_school(school, day)
    return version_on(unit, day) if unit is not None else None


def _with_fields(unit: OrgUnit) -> QuerySet[PaymentTemplate]:
    return PaymentTemplate.objects.filter(unit=unit).select_related("unit").prefetch_related("fields")
