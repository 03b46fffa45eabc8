"""What each column of the database holds, of whom, what for and how long: the register of processing as data.

Every room lists its tables in its `data_classes.py`; a column without a class fails the build. Export of one person's
data, erasure, retention and the check that nothing sensitive stands in the open are all built on this register.
Source of the words: Law 91/2025/QH15 on personal data (purpose, term and class of data are recorded for each kind of
processing), Decree 356/2025/NĐ-CP (sensitive data).
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from django.apps import apps
from django.db.models import AutoField, BigAutoField, Field, ForeignKey, Model


class DataClass(StrEnum):
    """What a column says about a person, from nothing to what nobody may read."""

    LINK = "link"
    """A key of this or another row. Says nothing by itself; what it leads to has a class of its own. Never listed:
    every primary and foreign key is one."""
    TECHNICAL = "technical"
    """State, times, counters, random identifiers, digests."""
    PUBLIC = "public"
    """What anybody may know: names of schools and units, laws, what the school publishes."""
    INTERNAL = "internal"
    """The organisation's own set-up and words; names no private person."""
    ACTOR = "actor"
    """Which user did it."""
    MONEY = "money"
    """Amounts, receiving accounts and codes of payments. With the link to its invoice it tells of a family."""
    PERSONAL = "personal"
    """Names, birth dates, codes of a person."""
    CONTACT = "contact"
    """Phone numbers, e-mail and postal addresses."""
    BANKING = "banking"
    """A private person's account number and what her bank says about a transfer."""
    TEXT = "text"
    """Words written by people or parts of files: may name anybody, hence treated as personal."""
    SENSITIVE = "sensitive"
    """Personal number, ethnicity, health, hardship: sealed, read only with a reason, every reading is logged."""
    CREDENTIAL = "credential"
    """Password hashes, keys, tokens, partners' secrets: shown to nobody."""


ABOUT_PEOPLE = frozenset(
    {
        DataClass.MONEY, DataClass.PERSONAL, DataClass.CONTACT, DataClass.BANKING, DataClass.TEXT, DataClass.SENSITIVE,
    }
)  # fmt: skip
"""Classes that belong into the export of a person's own data, as far as the row is hers."""


class Subject(StrEnum):
    """Whom the rows of a table are about."""

    NOBODY = "nobody"
    PUPIL = "pupil"
    FAMILY = "family"
    """A family, a guardian or whoever paid for it."""
    STAFF = "staff"
    """Whoever signs in or works at the school."""
    ANYBODY = "anybody"
    """Whom the row names is not known beforehand: files, notices, the audit trail."""


class Purpose(StrEnum):
    """What the rows are kept for."""

    SETUP = "setup"
    """Running the school's place in the product."""
    RECORD = "record"
    """Knowing which pupils the school has and who answers for them."""
    COLLECTION = "collection"
    """Asking for fees and receiving them."""
    ACCOUNTING = "accounting"
    """Books, vouchers and reports that the law asks for."""
    REFUND = "refund"
    MESSAGES = "messages"
    QUESTIONS = "questions"
    """Answering what families ask."""
    ACCOUNTS = "accounts"
    """Accounts of people and their safety."""
    PROOF = "proof"
    """Showing afterwards who did what."""
    SYSTEM = "system"
    """Queues and counters of the product itself."""


class Keep(StrEnum):
    """How long rows stay. The terms themselves are settings; these are the categories they are set for."""

    SCHOOL = "school"
    """As long as the school uses the product."""
    PUPIL = "pupil"
    """As long as the pupil is at the school and the school's records ask for it."""
    VOUCHER = "voucher"
    """Accounting vouchers that entered the books."""
    SUPPORTING = "supporting"
    """Documents beside the books: drafts, plans, requests, counts."""
    MESSAGE = "message"
    ACCESS_LOG = "access_log"
    SECURITY_LOG = "security_log"
    RAW_NOTICE = "raw_notice"
    """Notices of partners as they came."""
    UPLOAD = "upload"
    """Files waiting to be taken over."""
    ACCOUNT = "account"
    """As long as the account exists."""
    AUDIT = "audit"
    """As long as the installation: the chain cannot lose a link."""
    WORK = "work"
    """Days: queues, counters, sessions."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the register. `open_because` says why sensitive columns of it are not sealed (empty: they are)."""

    label: str
    about: Subject
    purpose: Purpose
    keep: Keep
    classes: Mapping[str, DataClass]
    open_because: str = ""

    @property
    def model(self) -> type[Model]:
        """The model of this table."""
        return _models()[self.label]


class UnclassedFieldError(LookupError):
    """A field or model that the register does not know."""


def table(label: str, about: Subject, purpose: Purpose, keep: Keep, *, open_because: str = "", **classes: str) -> Table:
    """A table of the register; each keyword is a data class, its value the names of the fields, spaces between.

    Raises ValueError for a class that does not exist or a field named twice.
    """
    found: dict[str, DataClass] = {}
    for word, names in classes.items():
        for name in names.split():
            if name in found:
                raise ValueError(f"{label}.{name} is named twice")
            found[name] = DataClass(word)
    return Table(label, about, purpose, keep, MappingProxyType(found), open_because)


@cache
def _models() -> Mapping[str, type[Model]]:
    return {model._meta.label: model for model in apps.get_models()}


@cache
def tables() -> Mapping[str, Table]:
    """The register: every table by its label ("people.Student")."""
    found: dict[str, Table] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.data_classes"
        if config.name.startswith("truongso.") and name != __name__ and importlib.util.find_spec(name):
            listed: list[Table] = importlib.import_module(name).TABLES
            found |= {one.label: one for one in listed}
    found |= {one.label: one for one in importlib.import_module("truongso.kernel.data_register").TABLES}
    return MappingProxyType(found)


def table_of(model: type[Model]) -> Table:
    """What the register says about a model. Raises UnclassedFieldError when it says nothing."""
    try:
        return tables()[model._meta.label]
    except KeyError:
        raise UnclassedFieldError(model._meta.label) from None


def of(model: type[Model], field: str) -> DataClass:
    """The class of one field. Raises UnclassedFieldError when it has none, FieldDoesNotExist when there is no such."""
    if is_link(model._meta.get_field(field)):  # type: ignore[arg-type]  # fields with a column only
        return DataClass.LINK
    try:
        return table_of(model).classes[field]
    except KeyError:
        raise UnclassedFieldError(f"{model._meta.label}.{field}") from None


def fields(*classes: DataClass) -> Iterator[tuple[type[Model], str]]:
    """Every listed field of these classes, with its model, in the order of the register."""
    wanted = frozenset(classes)
    for one in tables().values():
        for name, data_class in one.classes.items():
            if data_class in wanted:
                yield one.model, name


def is_link(field: Field) -> bool:  # type: ignore[type-arg]
    """Whether a field is a key: those are links without being listed."""
    return isinstance(field, ForeignKey | BigAutoField | AutoField)
