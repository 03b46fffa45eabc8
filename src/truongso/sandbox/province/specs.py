"""What the demo province is made of, as plain values that a loader turns into records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from truongso.fees.types import FeeNature, FeeUnit
from truongso.kernel.money import Dong
from truongso.organizations.types import Area, Ownership, SchoolLevel, SupervisionFunction, UnitKind
from truongso.people.types import Gender


@dataclass(frozen=True, slots=True)
class OrgUnitSpec:
    """A management unit, from–to (both days included); `parent` is another unit's code."""

    kind: UnitKind
    code: str
    name: str
    parent: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class SchoolYearSpec:
    code: str
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True, slots=True)
class BankAccountSpec:
    """A receiving account; the number is invented and belongs to nobody."""

    bank_bin: str
    number: str
    holder_name: str
    label: str


@dataclass(frozen=True, slots=True)
class SchoolSpec:
    """A school of the demo.

    Names are of the kind schools carry; nothing here describes a real institution.
    """

    code: str
    slug: str
    name: str
    short_name: str
    level: SchoolLevel
    area: Area
    commune: str
    """Code of the commune or ward it lies in."""
    address: str
    phone: str
    email: str
    invoice_prefix: str
    account: BankAccountSpec
    support_contact: str
    support_phone: str
    support_hours: str
    ownership: Ownership = Ownership.PUBLIC


@dataclass(frozen=True, slots=True)
class SupervisionSpec:
    school: str
    unit: str
    function: SupervisionFunction
    valid_from: dt.date
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class FeeRateSpec:
    """What one unit costs, from–to; `cap` is the authority's ceiling; `grade` "" means every grade."""

    amount: Dong
    valid_from: dt.date
    valid_to: dt.date | None
    document_number: str
    deciding_body: str
    cap: Dong | None = None
    grade: str = ""


@dataclass(frozen=True, slots=True)
class FeeItemSpec:
    code: str
    name: str
    nature: FeeNature
    unit: FeeUnit
    is_voluntary: bool
    legal_basis: str
    rates: tuple[FeeRateSpec, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReductionRuleSpec:
    """Law as data, see the fee room's reduction rules: `everyone` needs no personal category."""

    code: str
    name: str
    nature: FeeNature
    percent: int
    everyone: bool
    ownership: str
    legal_basis: str
    valid_from: dt.date
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ClassSpec:
    school: str
    name: str
    grade: str
    size: int


@dataclass(frozen=True, slots=True)
class Parent:
    """An invented parent; the year of birth and the occupation stand only in the roster file."""

    full_name: str
    birth_year: int
    occupation: str


@dataclass(frozen=True, slots=True)
class FamilySpec:
    """A household: its children may go to different schools and share parents, phone and policy category.

    Phones count up from 0900 000 001: visibly made up, but no range is reserved for fiction in Việt Nam, so
    nothing may ever be sent to them.
    """

    number: int
    father: Parent | None
    mother: Parent | None
    phone: str
    ethnicity: str
    poor: bool
    near_poor: bool
    place: str

    @property
    def payer(self) -> Parent:
        """Whose name stands on the invoices: the mother, otherwise the father."""
        payer = self.mother or self.father
        if payer is None:
            raise ValueError(f"family {self.number} has no parent")
        return payer


@dataclass(frozen=True, slots=True)
class PupilSpec:
    """An invented pupil.

    `categories` are codes of reduction rules, `opted_in` codes of voluntary fee items.
    """

    school: str
    sector_code: str
    full_name: str
    birth_date: dt.date
    gender: Gender
    class_name: str
    grade: str
    family: FamilySpec
    categories: tuple[str, ...]
    opted_in: tuple[str, ...]
