"""A49: twins that look alike become one, and nothing that people send turns a text around or hides in it."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from django.http import HttpRequest, QueryDict
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.accounts.web import input_texts
from truongso.kernel.sheet_cells import clean_text
from truongso.kernel.sheets import read_sheets
from truongso.kernel.uploads import safe_name
from truongso.organizations.models import School
from truongso.people.models import Student

UNSEEN = "\u200b\u200e\u202e\u2066\u2069\ufeff\u00ad\x00\x07\x1b"


def sent(**values: str) -> HttpRequest:
    request = RequestFactory().post("/", values)
    input_texts.clean(request)
    return request


@given(st.text())
def test_what_was_cleaned_is_clean(text: str) -> None:
    clean = clean_text(text)
    assert clean == unicodedata.normalize("NFC", clean) == clean_text(clean)
    assert not [c for c in clean if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cf", "Cs"}]


@given(st.text())
def test_composed_and_decomposed_are_one(text: str) -> None:
    assert clean_text(unicodedata.normalize("NFD", text)) == clean_text(unicodedata.normalize("NFC", text))


def test_forms_and_addresses_are_cleaned_in_one_place() -> None:
    request = sent(name=f"Ho\u0300a{UNSEEN}", note="a\r\nb\tc", password="Ho\u0300a\u200b")
    assert request.POST["name"] == "H\u00f2a"
    assert request.POST["note"] == "a\nb\tc"
    assert request.POST["password"] == "H\u00f2a\u200b"  # a secret keeps what was typed
    got = RequestFactory().get("/", {"q": "ho\u0300a\u202e"})
    input_texts.clean(got)
    assert got.GET["q"] == "h\u00f2a"
    plain = QueryDict("a=1&a=2&b=x")
    request = RequestFactory().get("/?a=1&a=2&b=x")
    input_texts.clean(request)
    assert plain == request.GET
    assert request.GET.getlist("a") == ["1", "2"]


def test_tables_are_cleaned_cell_by_cell() -> None:
    text = f"H\u1ecd v\u00e0 t\u00ean;L\u1edbp\nHo\u0300a{UNSEEN[1:6]};3A2"
    assert read_sheets(text.encode(), "a.csv")[0].rows[1] == ["H\u00f2a", "3A2"]
    assert safe_name("sao-ke\u202exslx.exe") == "sao-kexslx.exe"


@pytest.mark.django_db
def test_a_name_is_stored_once_however_it_was_typed(school: School, school_day: dt.datetime) -> None:
    client = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school))
    form = {"role": "homeroom_teacher", "valid_from": "05/10/2026"}
    client.post("/nguoi-dung/them", {**form, "full_name": f"La\u0300nh\u202e Thi\u0323 Ma\u0301t{UNSEEN[:5]}"})
    assert User.objects.filter(full_name="Lành Thị Mát").count() == 1
    factories.student(school, "Nguyễn Bảo An", school_class=factories.school_class(school))
    found = client.get("/hoc-sinh", {"q": unicodedata.normalize("NFD", "Bảo") + "\u200b An"})
    assert "Nguyễn Bảo An" in found.content.decode()
    assert Student.objects.for_school(school).count() == 1
