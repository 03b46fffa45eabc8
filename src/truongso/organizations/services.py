"""Writes: units, schools, supervision, school years, bank accounts. Everything leaves an audit entry."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.text import slugify

from truongso.kernel import audit, banks, clock, scope
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.names import fold, tidy
from truongso.organizations.models import BankAccount, OrgUnit, School, SchoolYear, Supervision
from truongso.organizations.queries import in_force
from truongso.organizations.types import (
    Area,
    Module,
    OrganizationError,
    Ownership,
    SchoolLevel,
    SupervisionFunction,
    UnitKind,
)

_MOST_ANSWER_DAYS = 10
_ONE_DAY = dt.timedelta(days=1)
_YEAR_CODE = re.compile(r"(\d{4})-(\d{4})", re.ASCII)
# Field 38-01 of the VietQR payload holds at most 19 symbols (EMV, NAPAS specification).
_ACCOUNT_NUMBER = re.compile(r"[0-9A-Z]{4,19}", re.ASCII)


@transaction_required
def create_unit(
    *,
    actor: Actor,
    kind: UnitKind,
    code: str,
    name: str,
    valid_from: dt.date,
    parent: OrgUnit | None = None,
    document: str = "",
) -> OrgUnit:
    """A management unit from a day on. `document` is the decision that founds it.

    Raises OrganizationError `code_taken`, `parent_not_in_force`.
    """
    same = OrgUnit.objects.filter(code=code).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from))
    if same.exists():
        raise OrganizationError("code_taken", code=code)
    if parent is not None and not in_force(OrgUnit.objects.filter(pk=parent.pk), valid_from).exists():
        raise OrganizationError("parent_not_in_force", parent=parent.name)
    unit = OrgUnit.objects.create(
        kind=kind.value, code=code, name=tidy(name), parent=parent, valid_from=valid_from, document=document
    )
    _record(actor, "unit:create", unit, {"code": code, "name": unit.name, "from": valid_from.isoformat()})
    return unit


@transaction_required
def end_unit(*, actor: Actor, unit: OrgUnit, valid_to: dt.date, document: str = "") -> OrgUnit:
    """End a unit after its last day. Its row and past supervision stay, so old reports keep the old tree.

    Supervision that would run on ends the same day; what was to begin later is refused, as are units still
    below it. Raises OrganizationError `already_ended`, `ends_before_start`, `has_children`,
    `supervised_later`.
    """
    current = OrgUnit.objects.get(pk=unit.pk)
    if current.valid_to is not None:
        raise OrganizationError("already_ended", valid_to=current.valid_to)
    if valid_to < current.valid_from:
        raise OrganizationError("ends_before_start", valid_from=current.valid_from)
    runs_on = Q(valid_to__isnull=True) | Q(valid_to__gt=valid_to)
    if children := tuple(OrgUnit.objects.filter(runs_on, parent=current).values_list("name", flat=True)):
        raise OrganizationError("has_children", names=children)
    supervision = Supervision.objects.filter(unit=current).filter(runs_on)
    if later := supervision.filter(valid_from__gt=valid_to).order_by("valid_from").first():
        raise OrganizationError("supervised_later", valid_from=later.valid_from)
    ended = supervision.update(valid_to=valid_to)
    current.valid_to = valid_to
    current.save(update_fields=["valid_to"])
    params = {"to": valid_to.isoformat(), "document": document, "supervision_ended": ended}
    _record(actor, "unit:end", current, params)
    unit.valid_to = valid_to
    return current


@transaction_required
def create_school(
    *,
    actor: Actor,
    code: str,
    name: str,
    short_name: str,
    level: SchoolLevel,
    invoice_prefix: str,
    prefix_fault: Callable[[str], str | None],
    ownership: Ownership = Ownership.PUBLIC,
    area: Area = Area.URBAN,
    slug: str = "",
    **details: str,
) -> School:
    """A school. `prefix_fault` is the rule of invoice prefixes (it lives with the invoices, above this room).

    `details` are the other text fields of `School` (address, phone, support_contact, …). Without `slug` it is
    made from the short name. Raises OrganizationError `bad_prefix`, `code_taken`, `slug_taken`.
    """
    if fault := prefix_fault(invoice_prefix):
        raise OrganizationError("bad_prefix", prefix=invoice_prefix, fault=fault)
    slug = slug or slugify(fold(short_name).lower())
    if School.objects.filter(code=code).exists():
        raise OrganizationError("code_taken", code=code)
    if School.objects.filter(slug=slug).exists():
        raise OrganizationError("slug_taken", slug=slug)
    school = School.objects.create(
        code=code, slug=slug, name=tidy(name), short_name=tidy(short_name), level=level.value,
        ownership=ownership.value, area=area.value, invoice_prefix=invoice_prefix, **details,
    )  # fmt: skip
    params = {"code": code, "name": school.name, "invoice_prefix": invoice_prefix}
    scope.made(school.pk)
    _record(actor, "school:create", school, params, school)
    return school


@transaction_required
def supervise(
    *, actor: Actor, school: School, unit: OrgUnit, function: SupervisionFunction, valid_from: dt.date
) -> Supervision:
    """Put a school under a unit for one function from a day on; who held it until then ends the day before.

    Asking again for what holds already changes nothing. Raises OrganizationError `unit_not_in_force`, and
    `supervised_later` when supervision from that day or a later one is already recorded.
    """
    if not in_force(OrgUnit.objects.filter(pk=unit.pk), valid_from).exists():
        raise OrganizationError("unit_not_in_force", unit=unit.name)
    held = Supervision.objects.filter(school=school, function=function.value)
    present = in_force(held, valid_from).order_by("-valid_from").first()
    if present is not None and present.unit_id == unit.pk:
        return present
    if later := held.filter(valid_from__gte=valid_from).order_by("valid_from").first():
        raise OrganizationError("supervised_later", valid_from=later.valid_from)
    in_force(held, valid_from).update(valid_to=valid_from - _ONE_DAY)
    row = Supervision.objects.create(school=school, unit=unit, function=function.value, valid_from=valid_from)
    params = {"unit": unit.code, "function": function.value, "from": valid_from.isoformat()}
    _record(actor, "school:supervise", school, params, school)
    return row


@transaction_required
def ensure_school_year(
    *, actor: Actor, code: str, starts_on: dt.date | None = None, ends_on: dt.date | None = None
) -> SchoolYear:
    """The school year of a code such as 2026-2027, made when missing.

    Without dates it runs from 1 August to 31 July: our default, wide enough for the return to school in late
    August and for fees of the summer. Raises OrganizationError `bad_year`, and `year_differs` when the year
    is known with other dates than those given.
    """
    found = _YEAR_CODE.fullmatch(code)
    if found is None or int(found[2]) != int(found[1]) + 1:
        raise OrganizationError("bad_year", code=code)
    start = starts_on or dt.date(int(found[1]), 8, 1)
    end = ends_on or dt.date(int(found[2]), 7, 31)
    if start >= end:
        raise OrganizationError("bad_year", code=code)
    year, created = SchoolYear.objects.get_or_create(code=code, defaults={"starts_on": start, "ends_on": end})
    if created:
        params = {"from": start.isoformat(), "to": end.isoformat()}
        subject = ("school_year", code)
        audit.record(actor, "organizations:year:create", school_id=None, subject=subject, params=params)
    elif (starts_on and year.starts_on != starts_on) or (ends_on and year.ends_on != ends_on):
        raise OrganizationError("year_differs", code=code)
    return year


@transaction_required
def add_bank_account(
    *, actor: Actor, school: School, bank_bin: str, number: str, holder_name: str, label: str = ""
) -> BankAccount:
    """An account on which the school receives money. The same account is added once.

    This takes effect at once: for an installation being set up. What a school asks for goes through two people and a
    delay (A28), in payments. Raises OrganizationError as `checked_account`, and `account_known`.
    """
    data = checked_account(bank_bin=bank_bin, number=number, holder_name=holder_name)
    if BankAccount.objects.for_school(school).filter(bank_bin=data.bank_bin, number=data.number).exists():
        raise OrganizationError("account_known", number=data.number)
    return _new_account(actor, school, data, label)


@dataclass(frozen=True, slots=True)
class AccountData:
    """A bank account in its one form: BIN, number without spaces, the holder as the bank has it."""

    bank_bin: str
    number: str
    holder_name: str


def checked_account(*, bank_bin: str, number: str, holder_name: str) -> AccountData:
    """An account as typed, in its one form.

    Raises OrganizationError `unknown_bank` (one that receives no transfers), `bad_account_number`, `holder_missing`.
    """
    bank = banks.find(bank_bin)
    if bank is None or not bank.receives:
        raise OrganizationError("unknown_bank", bin=bank_bin)
    number = "".join(number.split()).upper()
    if not _ACCOUNT_NUMBER.fullmatch(number):
        raise OrganizationError("bad_account_number", number=number)
    holder_name = tidy(holder_name)
    if not holder_name:
        raise OrganizationError("holder_missing")
    return AccountData(bank_bin, number, holder_name)


@transaction_required
def take_account_into_use(
    *, actor: Actor, school: School, account: AccountData, label: str = "", replaces: BankAccount | None = None
) -> BankAccount:
    """Receive money on an account from now on: a new one, or one the school used before.

    With `replaces` new codes name it instead of that account and of all that account had replaced; their papers stay
    good. Raises OrganizationError `account_not_in_use` (number: what is to be replaced is not in use), `account_known`
    (nothing would change).
    """
    lock_school(school)
    own = BankAccount.objects.for_school(school)
    if replaces is not None and not own.filter(pk=replaces.pk, is_active=True).exists():
        raise OrganizationError("account_not_in_use", number=replaces.number)
    made = own.filter(bank_bin=account.bank_bin, number=account.number).first()
    if made is not None and made.is_active and (replaces is None or replaces.pk == made.pk):
        raise OrganizationError("account_known", number=account.number)
    if made is None:
        made = _new_account(actor, school, account, label)
    elif not made.is_active:
        own.filter(pk=made.pk).update(is_active=True, replaced_by=None, replaced_at=None)
        _record(actor, "bank_account:reactivate", made, {"number": made.number}, school)
    if replaces is not None:
        former = own.filter(Q(pk=replaces.pk) | Q(replaced_by=replaces)).exclude(pk=made.pk)
        former.update(is_active=False, replaced_by=made, replaced_at=clock.now())
        params = {"from": replaces.number, "to": made.number}
        _record(actor, "bank_account:replace", made, params, school)
    made.refresh_from_db()
    return made


def _new_account(actor: Actor, school: School, data: AccountData, label: str) -> BankAccount:
    account: BankAccount = BankAccount.objects.create(
        school=school, bank_bin=data.bank_bin, number=data.number, holder_name=data.holder_name, label=tidy(label),
        created_at=clock.now(),
    )  # fmt: skip
    params = {"bank": data.bank_bin, "number": data.number, "holder": data.holder_name}
    _record(actor, "bank_account:add", account, params, school)
    return account


@dataclass(frozen=True, slots=True)
class SchoolProfile:
    """How families reach a school, and what it shows in public."""

    support_contact: str
    support_phone: str
    support_hours: str
    answer_days: int
    website: str
    fanpage: str
    has_public_page: bool


@transaction_required
def save_profile(*, actor: Actor, school: School, profile: SchoolProfile) -> School:
    """Change contact, hours, links and the public page of a school.

    Raises OrganizationError `support_missing` (a public page needs somebody to turn to, letter LC-2.3),
    `bad_answer_days` (1 to 10 working days), `bad_link` (link: only http and https).
    """
    contact, phone = tidy(profile.support_contact), tidy(profile.support_phone)
    if profile.has_public_page and not (contact and phone):
        raise OrganizationError("support_missing")
    if not 1 <= profile.answer_days <= _MOST_ANSWER_DAYS:
        raise OrganizationError("bad_answer_days", most=_MOST_ANSWER_DAYS)
    for link in (profile.website, profile.fanpage):
        if link and not link.startswith(("https://", "http://")):
            raise OrganizationError("bad_link", link=link)
    changed = School.objects.get(pk=school.pk)
    changed.support_contact, changed.support_phone = contact, phone
    changed.support_hours, changed.answer_days = tidy(profile.support_hours), profile.answer_days
    changed.website, changed.fanpage = profile.website.strip(), profile.fanpage.strip()
    changed.has_public_page = profile.has_public_page
    changed.save(
        update_fields=[
            "support_contact", "support_phone", "support_hours", "answer_days", "website", "fanpage",
            "has_public_page",
        ]
    )  # fmt: skip
    params = {"contact": contact, "phone": phone, "public": profile.has_public_page}
    _record(actor, "school:profile", changed, params, changed)
    return changed


@transaction_required
def switch_modules(*, actor: Actor, school: School, off: Iterable[Module]) -> bool:
    """Which parts the school does without from now on; False when nothing changes. Nothing recorded is touched."""
    wanted = sorted({module.value for module in off})
    changed = School.objects.select_for_update().get(pk=school.pk)
    if changed.switched_off == wanted:
        return False
    before, changed.switched_off = changed.switched_off, wanted
    changed.save(update_fields=["switched_off"])
    school.switched_off = wanted
    _record(actor, "school:modules", changed, {"from": before, "to": wanted}, changed)
    return True


@transaction_required
def deactivate_bank_account(*, actor: Actor, account: BankAccount, reason: str) -> bool:
    """Stop offering an account for new collections; its invoices and statements stay.

    False when it was off already.
    """
    school = account.school
    rows = BankAccount.objects.for_school(school).filter(pk=account.pk, is_active=True)
    if not rows.update(is_active=False):
        return False
    account.is_active = False
    audit.record(
        actor, "organizations:bank_account:deactivate", school_id=school.pk,
        subject=("bank_account", account.public_id), params={"number": account.number}, reason=reason,
    )  # fmt: skip
    return True


@transaction_required
def lock_school(school: School) -> None:
    """Hold the school until the transaction ends: one bulk change of its people at a time.

    PostgreSQL takes a row lock that lets other rooms' rows refer to the school; SQLite has one writer anyway.
    """
    if connection.features.has_select_for_update:
        School.objects.select_for_update(no_key=True).get(pk=school.pk)


def _record(actor: Actor, action: str, row: Any, params: dict[str, Any], school: School | None = None) -> None:
    kind = action.split(":", maxsplit=1)[0]
    subject = (kind, getattr(row, "public_id", None) or row.code)
    school_id = school.pk if school else None
    audit.record(actor, f"organizations:{action}", school_id=school_id, subject=subject, params=params)
