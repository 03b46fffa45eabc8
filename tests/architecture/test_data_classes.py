"""The register of what the database holds: every column has a class, and nothing sensitive stands in the open."""

from __future__ import annotations

import inspect

import pytest
from django.apps import apps
from django.db.models import Model

from truongso.accounts.models import User
from truongso.kernel import data_classes, key_rotation, row_security
from truongso.kernel.data_classes import DataClass, Subject, UnclassedFieldError, is_link, table
from truongso.kernel.tenancy import SchoolScoped
from truongso.people.models import Guardian, Student

# The framework's own lists of models and permissions: the same in every installation, no word about anybody.
WITHOUT_DATA = {"contenttypes", "auth"}
MODELS = [m for m in apps.get_models() if m._meta.app_label not in WITHOUT_DATA]


def columns(model: type[Model]) -> set[str]:
    return {f.name for f in model._meta.local_fields if not is_link(f)}


def test_every_table_is_in_the_register_and_no_other() -> None:
    assert set(data_classes.tables()) == {m._meta.label for m in MODELS}


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_every_column_has_a_class(model: type[Model]) -> None:
    listed = set(data_classes.table_of(model).classes)
    assert columns(model) - listed == set(), "these columns have no class: add them to the room's data_classes.py"
    assert listed - columns(model) == set(), "these columns are gone: take them out of the room's data_classes.py"


def test_words_about_a_person_name_whose_they_are() -> None:
    nameless = [
        one.label
        for one in data_classes.tables().values()
        if one.about is Subject.NOBODY
        and {DataClass.PERSONAL, DataClass.CONTACT, DataClass.BANKING, DataClass.SENSITIVE} & set(one.classes.values())
    ]
    assert nameless == []


def test_what_is_not_listed_is_refused() -> None:
    assert data_classes.of(Student, "birth_date") is DataClass.PERSONAL
    assert data_classes.of(Student, "family") is DataClass.LINK
    assert data_classes.of(Guardian, "phone") is DataClass.CONTACT
    assert data_classes.of(User, "password") is DataClass.CREDENTIAL
    with pytest.raises(UnclassedFieldError, match=r"contenttypes\.ContentType"):
        data_classes.of(apps.get_model("contenttypes", "ContentType"), "model")
    with pytest.raises(ValueError, match="named twice"):
        table("x.Y", Subject.PUPIL, data_classes.Purpose.RECORD, data_classes.Keep.PUPIL, money="a b", text="b")


def test_fields_of_a_class_are_found() -> None:
    contacts = {(model._meta.label, name) for model, name in data_classes.fields(DataClass.CONTACT)}
    assert {("people.Guardian", "phone"), ("people.Guardian", "email"), ("accounts.User", "phone")} <= contacts
    assert not any(label == "organizations.School" for label, _name in contacts)


def test_sensitive_columns_are_sealed_or_say_why_not() -> None:
    sealed = {(model._meta.label, column) for model, column in key_rotation.sealed_columns()}
    sensitive = {(model._meta.label, name) for model, name in data_classes.fields(DataClass.SENSITIVE)}
    assert sealed <= sensitive, "what is sealed is sensitive"
    in_the_open = {label for label, _name in sensitive - sealed}
    assert in_the_open == {label for label, one in data_classes.tables().items() if one.open_because}
    assert in_the_open == {"fees.Exemption", "fees.PlannedLine", "fees.InvoiceLine"}


def test_every_table_stands_behind_the_wall_of_schools_or_says_why_not() -> None:
    behind, outside = set(row_security.tables()), row_security.outside()
    tables = {m._meta.label: m._meta.db_table for m in MODELS if m._meta.managed}
    alone = {label for label, table_name in tables.items() if table_name not in behind}
    assert alone - outside.keys() == set(), "these have no school: say why in the room's outside_wall.py"
    assert outside.keys() - alone == set(), "these stand behind the wall, or are gone"
    assert [label for label, reason in outside.items() if len(reason) < 20] == []
    of_a_school = {m._meta.label for m in MODELS if "school" in {f.name for f in m._meta.local_fields}}
    assert of_a_school & outside.keys() == {
        "accounts.AccountRequest", "accounts.AuthPolicy", "accounts.LeakReport", "accounts.LeakRow",
        "accounts.Membership", "accounts.SupportGrant", "organizations.Supervision",
    }  # fmt: skip


def test_what_is_sealed_is_bound_to_its_row() -> None:
    for model, _column in key_rotation.sealed_columns():
        assert issubclass(model, SchoolScoped)
        assert isinstance(inspect.getattr_static(model, "seal_identity"), property), model._meta.label
