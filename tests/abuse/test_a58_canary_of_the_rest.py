"""A58: what else carries somebody's data in: statement, list of staff, list of leaked passwords, a gateway's notice,
a refund, a class teacher's look, a grant of support, letters. It comes to rest where it belongs, and nowhere else.

Looked at are logs, addresses, every column of every table, and every file that leaves: workbooks unpacked, PDFs read.
"""

from __future__ import annotations

import io
import logging
import zipfile
from typing import Any
from urllib.parse import unquote

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories, money, pdf
from tests.abuse.test_a58_canary_data import Walk, background, found_in_database
from truongso.accounts.models import User
from truongso.accounts.services import new_activation
from truongso.accounts.support.models import SupportGrant
from truongso.accounts.types import Role
from truongso.banking.tests.helpers import file, hook, line
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.messaging.models import Channel, Delivery
from truongso.organizations.models import School
from truongso.payments.gateways.tests import twin
from truongso.payments.refunds.tests import build
from truongso.payments.refunds.types import Account
from truongso.people.models import Enrolment
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
ROLES = (
    Role.ACCOUNTANT, Role.CASHIER, Role.PRINCIPAL, Role.IT_ADMIN, Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER,
    Role.SUPPORT,
)  # fmt: skip
ALLOWED = {
    ("accounts_stafflist", "rows", "STAFF_PHONE"): "the list as it was sent, until its days are over",
    ("accounts_stafflist", "rows", "STAFF_MAIL"): "the same",
    ("accounts_user", "email", "STAFF_MAIL"): "where the account's own letters go",
    ("accounts_user", "phone", "STAFF_PHONE"): "the same",
    ("messaging_delivery", "address", "STAFF_MAIL"): "where a letter went",
    ("banking_bankline", "memo", "PAYER"): "what the bank wrote: it proves whose money came",
    ("banking_bankline", "memo", "PAYER_ACCOUNT"): "the same",
    ("banking_statementrow", "cells", "PAYER"): "the row of the statement, word for word",
    ("banking_statementrow", "cells", "PAYER_ACCOUNT"): "the same",
    ("payments_notice", "body", "PAYER"): "the notice as it was signed",
    ("payments_refundaccount", "holder_name", "PAYER"): "whom the school pays back",
    ("payments_refundaccount", "number", "REFUND_ACCOUNT"): "the same",
    ("payments_refunditem", "account_name", "PAYER"): "the same, as it was approved",
    ("payments_refunditem", "account_number", "REFUND_ACCOUNT"): "the same",
}
"""(table, column, name of the canary) that may stand in the open, with the reason."""

HEALTH, NUMBER = "Canarybenh4711", "999217004711"
LEAKED, STRANGER = "Canary-Lo-4711@", "canaryla4711@noikhac.example"
STAFF_MAIL, STAFF_PHONE = "canarycanbo4711@truong.example", "0987114711"
PAYER, PAYER_ACCOUNT = "CANARY NGUOI NOP", "9704220047114711"
REFUND_ACCOUNT = "0071004711471"
SECRETS = tuple(twin.CREDENTIALS["vnpay"][name] for name in ("hash_secret",))
NOWHERE = (HEALTH, NUMBER, LEAKED, STRANGER, *SECRETS)
"""In the open in no column and in no file."""
CANARIES = (*NOWHERE, STAFF_MAIL, STAFF_PHONE, PAYER, PAYER_ACCOUNT, REFUND_ACCOUNT)


class Reader(Walk):
    """A walk that also reads files as other programs do."""

    def go(self, method: str, path: str, data: Any = None) -> Any:
        answer = super().go(method, path, data)
        self.pages[f"{method} {path}"] += "".join(self._read(answer))
        return answer

    @staticmethod
    def _read(answer: Any) -> list[str]:
        content = b"" if answer.streaming else answer.content
        if content.startswith(b"%PDF"):
            return [pdf.text(content)]
        if not zipfile.is_zipfile(io.BytesIO(content)):
            return []
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return [package.read(name).decode("utf-8", "replace") for name in package.namelist()]


def test_what_else_is_brought_in_stays_where_it_belongs(school: School, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    people = {role: factories.user(role, school=school, full_name=f"Người {role.value}") for role in ROLES}
    walks = {role: Reader(factories.login(Client(), person)) for role, person in people.items()}
    Channel.objects.create(school=school, kind="sms", is_active=True, updated_at=clock.now())

    invoice = _money(walks[Role.ACCOUNTANT], school)
    _accounts(walks[Role.IT_ADMIN])
    link = _class_and_support(walks, people, school, invoice)
    background()
    _reading(walks, invoice)

    family = Reader(Client())
    family.go("get", f"/p/{invoice.public_id}")
    everything = [*walks.values(), family]
    for canary in (*CANARIES, link):
        led = [one for walk in everything for one in walk.addresses if canary in unquote(one).replace(" ", "")]
        assert [one for one in led if not one.startswith("/kich-hoat/")] == [], canary
        assert canary not in caplog.text + " ".join(str(record.__dict__) for record in caplog.records), canary
        said = [f"{one.subject}{one.body}" for one in mail.outbox]
        said += Delivery.objects.for_school(school).values_list("body", flat=True)
        assert not any(canary in one for one in said), canary
    for canary in NOWHERE:
        shown = {path for walk in everything for path, page in walk.pages.items() if canary in page}
        assert shown <= {f"post /lop-chu-nhiem/{invoice.student.public_id}"}, canary
    names = {globals()[name]: name for _table, _column, name in ALLOWED}
    found = {(table, column, names.get(what, what)) for table, column, what in found_in_database((*CANARIES, link))}
    assert found == set(ALLOWED), found ^ set(ALLOWED)


def _money(walk: Reader, school: School) -> Invoice:
    """A statement that names its payers, a bank's and a gateway's notice, a refund to a family's account."""
    invoice = build.paid(school, name="Giàng A Páo")
    account = invoice.bank_account
    more: dict[str, Any] = {"counter_name": PAYER, "counter_account": PAYER_ACCOUNT}
    content = file(account, line(f"{invoice.code} {PAYER} {PAYER_ACCOUNT}", 90_000, "R1", **more))
    upload = SimpleUploadedFile("sao-ke.xlsx", content)
    seen = walk.go("post", "/thu/sao-ke/tai-len", {"account": account.public_id, "file": upload})
    walk.go("get", seen["Location"])
    assert walk.go("post", f"{seen['Location']}/nhap").status_code == 302
    bank = hook(school, account)
    assert bank.send(bank.body(f"{invoice.code} {PAYER}", 70_000)).status_code == 200
    attempt = twin.start(twin.channel(school, "vnpay"), (money.invoice(school, [60_000]), 60_000))
    twin.notice(attempt).send()
    build.approved(school, build.ask_fee(invoice), account=Account("970436", REFUND_ACCOUNT, PAYER))
    return invoice


def _accounts(walk: Reader) -> None:
    """A list of staff that is taken in, and a list of leaked passwords."""
    header = ("Họ và tên", "Vai trò", "Số điện thoại", "Thư điện tử")
    rows: list[list[str | int]] = [["Lý Thị Mới", "Giáo viên", STAFF_PHONE, STAFF_MAIL]]
    content = write_xlsx([SheetOut("Nhân sự", header, rows)])
    shown = walk.go("post", "/nguoi-dung/nhap", {"file": SimpleUploadedFile("nhan-su.xlsx", content)})
    page = walk.go("get", shown["Location"]).content.decode()
    walk.go("post", shown["Location"], {"seen": page.split('name="seen" value="')[1].split('"')[0]})
    assert User.objects.get(email=STAFF_MAIL).full_name == "Lý Thị Mới"
    leaked = f"email,mat khau\n{STAFF_MAIL},{LEAKED}\n{STRANGER},{LEAKED}x\n".encode()
    listed = {"file": SimpleUploadedFile("lo.csv", leaked), "source": "CV 1"}
    report = walk.go("post", "/an-toan-tai-khoan/bi-lo", listed)
    walk.go("get", report["Location"])
    walk.go("post", f"{report['Location']}/xu-ly")


def _class_and_support(walks: dict[Role, Reader], people: dict[Role, User], school: School, invoice: Invoice) -> str:
    """A class teacher opens what helps; support looks by a grant; a link is given out. The link's secret."""
    pupil = invoice.student
    with savepoint():
        keep_facts(school.pk, {pupil.pk: {FactKind.HEALTH: HEALTH, FactKind.PERSONAL_NUMBER: NUMBER}})
    seat = Enrolment.objects.for_school(school).get(student=pupil, valid_to=None)
    head, teacher, helper = (walks[one] for one in (Role.PRINCIPAL, Role.HOMEROOM_TEACHER, Role.SUPPORT))
    plan = {"lop": seat.school_class_id, "giao_vien": people[Role.HOMEROOM_TEACHER].pk, "tu_ngay": "01/09/2026"}
    assert head.go("post", "/giao-vien-chu-nhiem", plan).status_code == 302
    opened = teacher.go("post", f"/lop-chu-nhiem/{pupil.public_id}", {"what": ["health"], "reason": "Em lên cơn hen"})
    assert HEALTH in opened.content.decode()
    form = {"ma_truong": school.code, "phan": ["money", "audit"], "gio": "1", "ly_do": "Sao kê không nhập được"}
    helper.go("post", "/ho-tro", form)
    grant = SupportGrant.objects.get()
    head.go("post", f"/phep-ho-tro/{grant.public_id}/quyet-dinh", {"decision": "approve"})
    helper.go("post", f"/ho-tro/{grant.public_id}/vao")
    with savepoint():
        return new_activation(actor=money.ACTOR, user=people[Role.CASHIER])


def _reading(walks: dict[Role, Reader], invoice: Invoice) -> None:
    """Lists, papers and files as each of them opens them."""
    addresses = (
        "/hoc-sinh", "/hoc-sinh/tai-ve", f"/hoc-sinh/{invoice.student.public_id}", f"/thu/phieu/{invoice.code}",
        "/thu/sao-ke", "/thu/doi-soat", "/thu/hoan-tien", "/nguoi-dung", "/nguoi-dung/tai-ve",
        "/an-toan-tai-khoan/danh-sach", "/an-toan-tai-khoan/minh-chung", "/nhat-ky", "/nhat-ky/tai-ve",
        "/lop-chu-nhiem", "/bao-cao/khong-tien-mat/ban-in", "/bao-cao/khong-tien-mat/tai-ve", "/tim?q=Giang",
    )  # fmt: skip
    for role in (Role.ACCOUNTANT, Role.PRINCIPAL, Role.IT_ADMIN, Role.SUPPORT):
        for address in addresses:
            walks[role].go("get", address)
