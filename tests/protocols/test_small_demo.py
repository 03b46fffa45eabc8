"""The demo at a reduced scale, whole: people, fees, every way to pay over real HTTP, statement, examples, verify."""

from __future__ import annotations

import json

import pytest

from truongso.accounts.hygiene.models import UnitReviewItem
from truongso.fees.models import CollectionRound, Invoice
from truongso.kernel import selfcheck
from truongso.payments.models import RefundRequest, Reminder
from truongso.people.models import (
    AccessEntry,
    AccountOffer,
    DataRequest,
    Erasure,
    FamilyAccount,
    Incident,
    TeachingAssignment,
)
from truongso.reporting.selfcheck import differences
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.demo.run import collect, prepare
from truongso.sandbox.demo.setup import SMALL
from truongso.sandbox.gateway_client import SandboxGateways

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_whole_small_demo(product: str, bank: SandboxBank, gateways: SandboxGateways) -> None:
    told: list[str] = []
    demo = collect(prepare(told.append, SMALL), bank, gateways, product, told.append)
    said = json.loads(json.dumps(demo.as_json()))
    assert set(said) == {
        "schools", "students", "invoices", "invoiced_dong", "transfers", "auto_matched", "queued", "payments",
        "receipts", "cashless_count_share", "cashless_value_share", "verify_ok", "methods", "readiness",
    }  # fmt: skip
    assert (said["schools"], said["students"], said["verify_ok"]) == (1, 160, True)
    assert said["invoices"] > 160  # a second round, in parts
    assert said["auto_matched"] * 100 >= said["transfers"] * 85
    assert {name for name, m in said["methods"].items() if m["count"] > 0 and m["dong"] > 0} == {
        "qr_transfer", "web", "mobile_money", "card_pos", "cash", "bank_bill",
    }  # fmt: skip
    assert said["readiness"] == {"TH Lê Văn Tám": {"ready": 4, "used": 4}}
    assert [r.title for r in selfcheck.run_all() if not r.ok] == []
    assert differences() == []
    assert demo.parent_page.startswith("/p/")
    assert {a.role for a in demo.activations} == {
        "Kế toán", "Thủ quỹ", "Hiệu trưởng", "Quản trị", "Cán bộ Sở", "Giáo viên bộ môn", "Chủ nhiệm",
        "Phụ huynh", "Vận hành",
    }  # fmt: skip
    _examples()


def _examples() -> None:
    """One of each to look at."""
    across = "the demo has one school here"
    in_parts = CollectionRound.objects.across_schools(across).get(allows_partial=True)
    invoices = Invoice.objects.across_schools(across).filter(round=in_parts)
    assert sum(0 < i.paid.value < i.total.value for i in invoices) == 2
    refunds = RefundRequest.objects.across_schools(across).order_by("pk")
    assert [(r.state, sorted({i.state for i in r.items.all()})) for r in refunds] == [
        ("approved", ["paid"]), ("proposed", ["proposed"]),
    ]  # fmt: skip
    reminder = Reminder.objects.across_schools(across).get()
    assert (reminder.state, reminder.recipients > 0, reminder.channels) == ("sent", True, ["file"])
    requests = DataRequest.objects.across_schools(across).order_by("number")
    assert [(r.kind, r.channel, r.state) for r in requests] == [
        ("correct", "school", "done"), ("view", "family", "received"), ("correct", "family", "received"),
    ]  # fmt: skip
    assert AccessEntry.objects.across_schools(across).get().seen == ["ethnicity", "guardian_phone"]
    assert Erasure.objects.across_schools(across).get().state == "proposed"
    given = TeachingAssignment.objects.across_schools(across).values_list("subject__code", "user__username").distinct()
    assert sorted(given) == [("TIENG_ANH", "giaovien.th-le-van-tam.2"), ("TOAN", "giaovien.th-le-van-tam.1")]
    account = FamilyAccount.objects.across_schools(across).get()
    assert (account.user.username, account.ended_at) == ("phuhuynh.th-le-van-tam", None)
    offers = AccountOffer.objects.across_schools(across).order_by("pk")
    assert [(one.way, one.used_at is not None) for one in offers] == [("slip", True), ("message", False)]
    reviewed = UnitReviewItem.objects.order_by("user__username").values_list("user__username", "decision")
    assert list(reviewed) == [("vanhanh.1", "confirmed"), ("vanhanh.2", "")]
    assert Incident.objects.across_schools(across).get().state == "open"
