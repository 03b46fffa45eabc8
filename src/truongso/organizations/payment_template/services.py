"""Writing a draft and publishing it. Only the unit that publishes for its tree may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection
from django.db.models import Max

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy
from truongso.kernel.scope import of_unit
from truongso.organizations.models import OrgUnit
from truongso.organizations.payment_template.models import PaymentTemplate, PaymentTemplateField
from truongso.organizations.payment_template.queries import draft_of, publisher_of, version_on
from truongso.organizations.payment_template.texts import FIELD_NAMES
from truongso.organizations.payment_template.types import (
    LABEL_LENGTH,
    MANDATORY,
    MOST_EXTRA,
    NOTE_LENGTH,
    FieldSource,
    FieldSpec,
    TemplateRefusedError,
    TemplateState,
)

_BASIS_LENGTH = 200


@transaction_required
def save_draft(
    *, actor: Actor, unit: OrgUnit, fields: Sequence[tuple[str, str, str]], basis: str = ""
) -> PaymentTemplate:
    """Write the unit's draft anew: (source, label, note) in order. The label of a mandatory field is the letter's.

    Raises TemplateRefusedError `not_publisher`, `unknown_field`, `field_twice`, `mandatory_missing`, `label_missing`,
    `label_too_long`, `note_too_long`, `too_many`; the draft stays as it was.
    """
    _hold(unit)
    specs = checked(fields)
    draft = draft_of(unit) or PaymentTemplate(unit=unit, created_at=clock.now(), created_by=actor.user_id)
    draft.basis = tidy(basis)[:_BASIS_LENGTH]
    draft.save()
    draft.fields.all().delete()
    PaymentTemplateField.objects.bulk_create(
        PaymentTemplateField(
            template=draft, position=place, source=one.source.value, label=one.label, note=one.note
        )
        for place, one in enumerate(specs, start=1)
    )  # fmt: skip
    _record(actor, "draft", draft, {"fields": [one.source.value for one in specs], "basis": draft.basis})
    return PaymentTemplate.objects.prefetch_related("fields").get(pk=draft.pk)


@transaction_required
def publish(*, actor: Actor, unit: OrgUnit, valid_from: dt.date) -> PaymentTemplate:
    """Publish the draft for rounds issued from a day on, today at the earliest.

    Raises TemplateRefusedError `not_publisher`, `no_draft`, `date_passed`, `same_day`, `nothing_new`.
    """
    _hold(unit)
    draft = draft_of(unit)
    if draft is None:
        raise TemplateRefusedError("no_draft")
    today = clock.today()
    if valid_from < today:
        raise TemplateRefusedError("date_passed", first=f"{today:%d/%m/%Y}")
    if PaymentTemplate.objects.filter(unit=unit, valid_from=valid_from).exists():
        raise TemplateRefusedError("same_day", day=f"{valid_from:%d/%m/%Y}")
    before = version_on(unit, valid_from)
    if before is not None and before.specs == draft.specs:
        raise TemplateRefusedError("nothing_new")
    last = PaymentTemplate.objects.filter(unit=unit).aggregate(last=Max("number"))["last"] or 0
    draft.state, draft.number, draft.valid_from = TemplateState.PUBLISHED.value, last + 1, valid_from
    draft.published_at, draft.published_by = clock.now(), actor.user_id
    draft.save(update_fields=["state", "number", "valid_from", "published_at", "published_by"])
    _record(actor, "publish", draft, {"number": draft.number, "from": valid_from.isoformat()})
    return draft


@transaction_required
def discard_draft(*, actor: Actor, unit: OrgUnit) -> bool:
    """Throw the draft away; False when there was none."""
    _hold(unit)
    draft = draft_of(unit)
    if draft is None:
        return False
    _record(actor, "discard", draft, {"fields": [one.source.value for one in draft.specs]})
    draft.delete()
    return True


def checked(fields: Sequence[tuple[str, str, str]]) -> list[FieldSpec]:
    """The fields as they may be kept. Raises as `save_draft`."""
    specs: list[FieldSpec] = []
    for word, label, note in fields:
        if word not in {one.value for one in FieldSource}:
            raise TemplateRefusedError("unknown_field", source=word[:40])
        source = FieldSource(word)
        if source in {one.source for one in specs}:
            raise TemplateRefusedError("field_twice", source=source)
        specs.append(_spec(source, tidy(label), tidy(note)))
    present = {one.source for one in specs}
    if missing := [source for source in MANDATORY if source not in present]:
        raise TemplateRefusedError("mandatory_missing", fields=missing)
    if len(specs) - len(MANDATORY) > MOST_EXTRA:
        raise TemplateRefusedError("too_many", most=MOST_EXTRA)
    return specs


def _spec(source: FieldSource, label: str, note: str) -> FieldSpec:
    if source in MANDATORY:
        label = str(FIELD_NAMES[source])
    if not label:
        raise TemplateRefusedError("label_missing", source=source)
    if len(label) > LABEL_LENGTH:
        raise TemplateRefusedError("label_too_long", label=label[:LABEL_LENGTH], most=LABEL_LENGTH)
    if len(note) > NOTE_LENGTH:
        raise TemplateRefusedError("note_too_long", label=label, most=NOTE_LENGTH)
    return FieldSpec(source, label, note)


def _hold(unit: OrgUnit) -> None:
    """One writer of a unit's template at a time, and only where it publishes itself."""
    if connection.features.has_select_for_update:
        OrgUnit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    publisher = publisher_of(unit, clock.today())
    if publisher is None or publisher.pk != unit.pk:
        raise TemplateRefusedError("not_publisher", unit=unit.name)


def _record(actor: Actor, action: str, template: PaymentTemplate, params: dict[str, object]) -> None:
    audit.record(
        actor, f"organizations:payment_template:{action}", school_id=of_unit(template.unit_id),
        subject=("payment_template", template.public_id), params={"unit": template.unit.code, **params},
    )  # fmt: skip
