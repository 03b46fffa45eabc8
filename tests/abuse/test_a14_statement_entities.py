"""A14: entities, external parts and bombs in uploaded statements reach nothing and change nothing."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.fuzz.seeds import CAMT, HTML
from truongso.accounts.types import Role
from truongso.banking.models import BankLine, StatementImport
from truongso.banking.tests.helpers import file, line
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls")]
OUTSIDE = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def _with_doctype(package: bytes, doctype: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename.startswith("xl/worksheets/"):
                part = part.replace(b"?>", b"?>" + doctype.encode(), 1)
            new.writestr(entry.filename, part)
    return out.getvalue()


@pytest.mark.parametrize("doctype", [OUTSIDE, LAUGHS])
@pytest.mark.parametrize("kind", ["camt", "xlsx"])
def test_document_types_are_refused_before_anything_is_resolved(school: School, kind: str, doctype: str) -> None:
    account = factories.bank_account(school)
    camt = CAMT.replace("<Document", doctype + "<Document", 1).replace("ABK7M2QXP", "&x;").encode()
    content = camt if kind == "camt" else _with_doctype(file(account, line("x", 1_000, "R1")), doctype)
    browser = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    upload = SimpleUploadedFile(f"sao-ke.{kind}", content)
    answer: Any = browser.post("/thu/sao-ke/tai-len", {"account": account.public_id, "file": upload})
    assert "nội dung không an toàn" in answer.content.decode()
    assert StatementImport.objects.for_school(school).count() == BankLine.objects.for_school(school).count() == 0


def test_a_web_page_brings_in_nothing_from_outside(school: School) -> None:
    account = factories.bank_account(school, number="0011001234567")
    page = HTML.replace("<html", OUTSIDE.replace(" x ", " html ", 1) + "<html", 1).replace(
        "ABK7M2QXP", "&x;<img src=http://127.0.0.1:9/x>"
    )
    browser = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    upload = SimpleUploadedFile("sao-ke.xls", page.encode())
    answer: Any = browser.post("/thu/sao-ke/tai-len", {"account": account.public_id, "file": upload})
    assert "&amp;x;" in browser.get(answer["Location"]).content.decode()
