"""Notices lose the people in them after a time and stay what they were; statements nobody took over go."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from tests import factories, money

from truongso.banking.models import BankLine, StatementImport
from truongso.banking.tests.helpers import Hook, hook
from truongso.kernel import clock, retention
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School
from truongso.payments.models import Notice
from truongso.payments.retention import RULES
from truongso.payments.stripping import stripped

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls")]


@pytest.fixture
def sepay(school: School) -> Hook:
    return hook(school)


def test_people_go_out_of_a_notice_and_it_is_known_again(school: School, sepay: Hook) -> None:
    body = sepay.body("NGUYEN BAO AN nop tien", 250_000)
    sepay.send(body)
    notice = Notice.objects.for_school(school).get()
    rule = next(one for one in RULES if one.code == "notice_people")
    assert rule.due is not None
    assert rule.purge is not None
    received = notice.received_at
    assert rule.due(school.pk, received) == 0
    later = received + dt.timedelta(seconds=1)
    assert (rule.due(school.pk, later), rule.purge(school.pk, later), rule.purge(school.pk, later)) == (1, 1, 0)
    notice.refresh_from_db()
    said = json.loads(bytes(notice.body))
    assert (said["id"], said["transferAmount"], said["transferType"]) == (92704, 250_000, "in")
    assert (said["content"], said["accountNumber"], notice.headers) == ("", "", {})
    assert b"BAO AN" not in bytes(notice.body)
    assert sepay.send(body).status_code == 200  # sent again: the same movement, though its words are gone
    assert list(Notice.objects.for_school(school).order_by("pk").values_list("state", flat=True)) == [
        "processed", "duplicate",
    ]  # fmt: skip
    assert sepay.send(sepay.body("NGUYEN BAO AN nop tien", 9_250_000)).status_code == 422
    assert AuditEntry.objects.filter(action="banking:feed:replay_differs").count() == 1
    Notice.objects.for_school(school).filter(pk=notice.pk).update(body=b"", stripped_at=None)  # by an earlier version
    assert sepay.send(body).status_code == 200
    assert BankLine.objects.for_school(school).count() == 1
    assert money.broken_invariants() == []


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (
            '{"data":"{\\"app_trans_id\\":\\"261006_1\\",\\"app_user\\":\\"Hằng\\",\\"amount\\":5}","mac":"ab","type":1}',
            '{"data":"{\\"app_trans_id\\":\\"261006_1\\",\\"app_user\\":\\"\\",\\"amount\\":5}","mac":"ab","type":1}',
        ),
        (
            "vnp_TxnRef=TS7K2M9QA&vnp_OrderInfo=Nguyen+Bao+An&vnp_Amount=25000000&vnp_CardNumber=9704",
            "vnp_TxnRef=TS7K2M9QA&vnp_OrderInfo=&vnp_Amount=25000000&vnp_CardNumber=",
        ),
        ('{"Nguyen Bao An":1,"id":2}', '{"id":2}'),
        ('{"id":"Nguyen Bao An","items":[{"invoice_code":"TS7K2M9QA","amount":1}]}',
         '{"id":"","items":[{"invoice_code":"TS7K2M9QA","amount":1}]}'),
        ('{"code":"00","transactionDateTime":"2026-10-06 14:02:37","counterAccountName":"AN","balance":9}',
         '{"code":"00","transactionDateTime":"2026-10-06 14:02:37","counterAccountName":"","balance":""}'),
        ("[" * 100_000, ""),
        ("<xml>Nguyen</xml>", ""),
    ],
)  # fmt: skip
def test_what_is_left_of_bodies(body: str, left: str) -> None:
    assert stripped(body.encode()).decode() == left
    assert stripped(left.encode()).decode() == left
    assert stripped(b"\xff\xfe") == b""


def test_statements_nobody_took_over_go_after_their_term(school: School) -> None:
    now, account = clock.now(), factories.bank_account(school)
    kept = []
    for age, state in ((91, "previewed"), (91, "mapping"), (91, "applied"), (89, "previewed")):
        row = StatementImport.objects.create(
            school=school, bank_account=account, file_name=f"{state}{age}.csv", sha256="0" * 64, content=b"NGUYEN",
            layout="x", state=state, uploaded_at=now - dt.timedelta(days=age),
        )  # fmt: skip
        kept.append(row.file_name)
    (rule,) = [one for one in retention.rules() if one.code == "statements"]
    assert rule.due is not None
    assert rule.purge is not None
    before = retention.limit(retention.terms()["statements"].days)
    assert rule.due(school.pk, before) == 2
    assert StatementImport.objects.for_school(school).count() == 4  # looking takes nothing
    assert (rule.purge(school.pk, before), rule.purge(school.pk, before)) == (2, 0)
    assert (
        list(StatementImport.objects.for_school(school).order_by("pk").values_list("file_name", flat=True)) == kept[2:]
    )
