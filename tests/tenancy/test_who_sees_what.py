"""The least-privilege matrix held against the pages: every role opens every address it has, and sees of every value
about a pupil or a family what the matrix gives, no more.

`fields.csv` says of every column about them which kind of data it is; values are written past services and guards, so
that a page cannot pass because no value was there. A mark of "-" is a column nobody reads as words (a key for sorting,
a word of a closed list, a file): files are opened by other tests.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import override_settings

from tests import pdf
from tests.depth import IS_DEEP
from tests.tenancy import walk
from tests.tenancy.test_matrix import _BARE
from tests.tenancy.world import NOW, Place, place
from truongso.accounts.matrix import Data, Right, Sight, cell, sight
from truongso.accounts.types import Role
from truongso.fees.models import CollectionRound, Exemption, Invoice
from truongso.fees.services.choices import sealed_document
from truongso.kernel import clock, data_classes, triggers
from truongso.kernel.data_classes import DataClass, Subject
from truongso.kernel.db import savepoint
from truongso.payments.fee_notices.queries import letterhead, notices_by_class
from truongso.payments.fee_notices.types import Scope
from truongso.payments.printing.models import PrintPart
from truongso.payments.public import fee_notices_pdf
from truongso.people.models import SensitiveFact, Student
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind

CLASSES = {DataClass.PERSONAL, DataClass.CONTACT, DataClass.BANKING, DataClass.SENSITIVE}
ABOUT = {Subject.PUPIL, Subject.FAMILY, Subject.ANYBODY}
EXPLAINED = {
    "people:copy_json": "the copy a family asked for, under the number of its request",
    "people:copy_pdf": "the same, to be read",
}
"""Where more is seen than in passing, with the reason."""
NEAR = ("people:", "fees:", "workspaces:counter", "workspaces:search", "payments:reminder")
"""Addresses that show much of a pupil: walked by every role that has them; the others in every run by one of their
roles, always the same, and by all with TRUONGSO_DEEP=1."""
SEEN_WHOLE = {
    Data.PUPIL: {
        Role.PARENT, Role.CASHIER, Role.ACCOUNTANT, Role.PRINCIPAL, Role.IT_ADMIN, Role.HOMEROOM_TEACHER,
        Role.SUBJECT_TEACHER,
    },
    Data.INVOICE: {Role.PARENT, Role.CASHIER, Role.ACCOUNTANT, Role.PRINCIPAL},
    Data.PAYMENT: {Role.CASHIER, Role.ACCOUNTANT, Role.PRINCIPAL},
    Data.PRIVACY: {Role.ACCOUNTANT, Role.PRINCIPAL, Role.IT_ADMIN},
}  # fmt: skip
"""Who sees values of each kind whole on some page: what a role works with is there. Nobody sees identity, contacts or
hardship in passing."""
PAPERS = {
    "payments:receipt_file", "payments:print_part", "payments:class_sheets_pdf", "people:copy_pdf",
    "people:incident_paper", "workspaces:pay_receipt_file", "workspaces:template_paper",
}  # fmt: skip
"""Receipts of the school and of the family, notices, class sheets, a child's copy, an incident, an example: read as
another program reads them."""
OF_A_ROUND = {"payments:class_sheets_pdf"}
BIRTH = "2014-03-17"
BIRTH_FORMS = ("17/03/2014", BIRTH, ">41715<")
"""As a page, a data file and a workbook write it."""


def fields() -> list[tuple[int, str, Data, str]]:
    """Number, column, kind of data and mark of every line of the table."""
    with (Path(__file__).parent / "fields.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source, delimiter=";"))
    return [(n, row["column"], Data(row["data"]), row["mark"]) for n, row in enumerate(rows, start=10)]


def test_every_column_about_a_pupil_or_a_family_says_what_kind_of_data_it_is() -> None:
    held = {
        f"{one.label}.{name}"
        for one in data_classes.tables().values()
        if one.about in ABOUT
        for name, data_class in one.classes.items()
        if data_class in CLASSES
    }
    listed = [column for _number, column, _data, _mark in fields()]
    assert len(listed) == len(set(listed))
    assert held - set(listed) == set(), "say in tests/tenancy/fields.csv what kind of data these are"
    assert set(listed) - held == set()


def _mark(number: int) -> str:
    return f"Zq{number}k"


def _write(number: int, column: str, mark: str, at: Place) -> str:
    """Put a value nobody else has into the column; returns what a page that shows it whole would say."""
    label, name = column.rsplit(".", 1)
    model = apps.get_model(label)
    number_of = f"09876{number}321"
    values = {"text": _mark(number), "phone": number_of, "phones": number_of, "address": f"zq{number}k@vidu.edu.vn"}
    if mark in ("text", "phone", "address"):
        _set(model, name, values[mark], tail=mark == "text")
    elif mark == "phones":
        model._base_manager.update(**{name: [number_of]})
    elif mark == "date":
        model._base_manager.update(**{name: BIRTH})
        return BIRTH
    elif mark == "sealed":
        for row in Exemption.objects.for_school(at.school):
            row.document = sealed_document(row, _mark(number))
            row.save(update_fields=["document"])
        return _mark(number)
    elif mark == "fact":
        SensitiveFact.objects.for_school(at.school).delete()
        pupil = Student.objects.for_school(at.school).get(public_id=walk.objects_of(at)["pupil"])
        keep_facts(at.school.pk, {pupil.pk: {FactKind.HARDSHIP: _mark(number), FactKind.HEALTH: _mark(number)}})
        return _mark(number)
    return values[mark]


def _set(model: type[models.Model], name: str, value: str, *, tail: bool) -> None:
    column: Any = model._meta.get_field(name)
    room = (column.max_length or 200) - len(value)
    table, key = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(str(model._meta.pk.column))
    end = f" || SUBSTR(CAST({key} AS varchar(20)), 1, {min(room, 12)})" if tail else ""
    with savepoint(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {connection.ops.quote_name(column.column)} = %s{end}", [value])


def _texts(answer: Any) -> str:
    """What a reader sees: the page, the data, the words of a PDF, or the parts of a workbook; spaces within numbers do
    not hide them."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"%PDF"):
        content = pdf.text(content).encode()
    elif "spreadsheetml" in answer.headers.get("Content-Type", "") and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            content = b"".join(package.read(name) for name in package.namelist())
    return re.sub(r"(?<=\d)[\s\u00a0](?=\d)", "", content.decode(errors="ignore"))


def _keep_notices(at: Place, issued: CollectionRound) -> None:
    """The file of the long print holds what the school would print now."""
    groups = [notices for _name, notices in notices_by_class(at.school.pk, Scope(issued.pk))]
    PrintPart.objects.for_school(at.school).update(content=fee_notices_pdf(letterhead(at.school), groups))


def _asked(at: walk.Walkers, issued: CollectionRound, papers: set[str]) -> Iterator[tuple[Role, str, str]]:
    """Who opens what, and what is answered; `papers` gets the addresses that gave a PDF. A family comes by its link,
    without an account."""
    visitor = walk._client()
    for route in at.routes:
        roles = list(Role) if route.access == walk.SIGNED_IN else at.allowed(route)
        if roles and not IS_DEEP and not route.name.startswith(NEAR) and "pupil" not in route.named.values():
            roles = [walk._one_of(roles, route.name)]
        here = [(role, at.clients[role]) for role in roles]
        for role, client in here if route.access != walk.PUBLIC else [(Role.PARENT, visitor)]:
            with walk.undone():
                asked = {"dot": issued.public_id} if route.name in OF_A_ROUND else {}
                answer = client.get(route.address(at.own), asked)
            if answer.status_code == 200:
                papers |= {route.name} if answer.headers.get("Content-Type") == "application/pdf" else set()
                yield role, route.name, _texts(answer)


@pytest.mark.once
@pytest.mark.django_db
def test_pages_and_files_show_a_role_what_the_matrix_gives() -> None:
    with clock.frozen(NOW), walk.quietly(), override_settings(MIDDLEWARE=_BARE, FORMS_A_MINUTE=100_000):
        here = place("79-THU", "Trường Tiểu học Lê Văn Tám", "TS")
        at = walk.walkers(here, here, list(walk.table().values()))
        triggers.remove()
        with savepoint():
            marks = {
                _write(number, column, mark, here): (column, data)
                for number, column, data, mark in fields()
                if mark != "-"
            }
            issued = Invoice.objects.for_school(here.school).get(public_id=at.own["invoice"]).round
            _keep_notices(here, issued)
        past, seen, papers = set(), defaultdict(set), set[str]()
        for role, name, text in _asked(at, issued, papers):
            for value, (column, data) in marks.items() if name not in EXPLAINED else ():
                if any(form in text for form in (BIRTH_FORMS if value == BIRTH else (value,))):
                    seen[data].add(role)
                    if sight(role, data) is not Sight.WHOLE:
                        past.add(f"{name} {role.value}: {column}")
    assert sorted(past) == [], "\n".join(sorted(past))
    assert papers == PAPERS
    assert {data: seen[data] for data in SEEN_WHOLE} == SEEN_WHOLE
    assert not {Data.IDENTITY, Data.GUARDIAN_PHONE, Data.HARDSHIP} & seen.keys()


def test_what_wants_a_reason_or_is_masked_is_not_whole() -> None:
    for role in Role:
        for data in Data:
            found = cell(role, data)
            if found.masked or found.on_reason:
                assert sight(role, data) is Sight.MASKED
            if Right.READ not in found.rights:
                assert sight(role, data) is Sight.NOTHING
