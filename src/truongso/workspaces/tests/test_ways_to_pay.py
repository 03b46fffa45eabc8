"""Each way to pay has its page with its price; parts where the round allows them; “I have paid”; history."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client, override_settings
from tests import factories, money

from truongso.banking.claims.models import PaymentClaim
from truongso.banking.claims.services import answer_claim
from truongso.banking.models import FeedConnection
from truongso.banking.tests.helpers import arrive
from truongso.fees.models import CollectionRound, Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.kernel.pace import sign
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import School
from truongso.payments.gateways.channels import set_active
from truongso.payments.methods.models import MethodSetting
from truongso.payments.models import Attempt, AttemptShare, BillPartner, BillService, Channel, PosTerminal
from truongso.payments.public import ChannelTerms, add_channel, book, receipts_of_invoice
from truongso.payments.vietqr import decode
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


@pytest.fixture
def invoice(school: School) -> Invoice:
    School.objects.filter(pk=school.pk).update(
        support_contact="Cô Hòa", support_phone="02140000111", support_hours="7:30–16:30"
    )
    return money.invoice(school, [894_000])


def _channel(school: School, **changes: Any) -> Channel:
    values = {"provider": "vnpay", "label": "VNPAY", "merchant": "TS000001", "is_active": True, **changes}
    made: Channel = Channel.objects.create(school=school, created_at=clock.now(), **values)
    factories.in_operation(school, "gateway", made.public_id)
    return made


def _setting(school: School, method: str, **values: Any) -> None:
    MethodSetting.objects.create(school=school, method=method, updated_at=clock.now(), **values)


def _attempt(invoice: Invoice, channel: Channel) -> Attempt:
    made: Attempt = Attempt.objects.create(
        school_id=invoice.school_id, channel=channel, family_id=invoice.family_id, reference="R1",
        amount=Dong(894_000), state="pending", pay_url="https://sandbox.vnpayment.vn/x", created_at=clock.now(),
        expires_at=clock.now() + dt.timedelta(minutes=15),
    )  # fmt: skip
    AttemptShare.objects.create(school_id=invoice.school_id, attempt=made, invoice=invoice, amount=Dong(894_000))
    return made


def test_every_way_stands_with_its_price_before_it_is_chosen(school: School, invoice: Invoice, client: Client) -> None:
    _channel(school, fee_fixed=Dong(3_300), payer_pays=True)
    _setting(school, "mobile_money")
    shown = text(client.get(f"/p/{invoice.public_id}"))
    assert (
        "Quét QR 894.000 đ không mất phí Mobile Money 894.000 đ không mất phí Tiền mặt 894.000 đ không mất phí "
        "Thẻ, ví, web 897.300 đ phí 3.300 đ"
    ) in shown


def test_a_school_with_one_way_shows_no_choice(school: School, invoice: Invoice, client: Client) -> None:
    _setting(school, "cash", is_on=False)
    assert 'class="pm' not in client.get(f"/p/{invoice.public_id}").content.decode()
    assert client.get(f"/p/{invoice.public_id}/cach/tien-mat").status_code == 302


@pytest.mark.parametrize(
    ("slug", "method", "said"),
    [
        ("tien-mat", "cash", "Phòng kế toán, tầng 1 Đọc mã này, không cần giấy tờ khác:"),
        ("quet-the", "card_pos", "Phòng kế toán, tầng 1 Đọc mã này, không cần giấy tờ khác:"),
        ("mobile-money", "mobile_money", "Mở app Mobile Money của nhà mạng, chọn Quét QR"),
    ],
)
def test_the_page_of_a_way_says_where_when_and_what(  # noqa: PLR0917
    school: School, invoice: Invoice, client: Client, slug: str, method: str, said: str
) -> None:
    _setting(school, method, how_to="Phòng kế toán, tầng 1")
    PosTerminal.objects.create(
        school=school, code="T1", acquirer="VCB", bank_account=invoice.bank_account, created_at=clock.now()
    )
    factories.in_operation(school, "acquirer", "VCB")
    shown = text(client.get(f"/p/{invoice.public_id}/cach/{slug}"))
    assert said in shown
    assert "Phiếu 894.000 đ Phí 0 đ Anh/chị trả tất cả 894.000 đ" in shown
    assert invoice.code in shown


def test_the_web_page_prices_each_channel_and_leads_away_from_a_dead_one(
    school: School, invoice: Invoice, client: Client
) -> None:
    _channel(school, fee_fixed=Dong(3_300), payer_pays=True)
    _channel(school, provider="momo", label="MoMo", failing_since=clock.now())
    shown = text(client.get(f"/p/{invoice.public_id}/cach/truc-tuyen"))
    assert "VNPAY: trả 897.300 đ gồm phí 3.300 đ của cổng" in shown
    assert "MoMo Đang gián đoạn từ 09:00 05/10/2026. Dùng mã QR hoặc cổng khác." in shown
    assert "Về mã QR, không mất phí" in shown


def test_an_unreachable_gateway_takes_nothing_and_says_so(
    school: School, invoice: Invoice, client: Client, actor: Actor
) -> None:
    with override_settings(SANDBOX_URL="http://127.0.0.1:9"):
        with savepoint():
            channel = add_channel(
                school.pk, provider="payos", terms=ChannelTerms("payOS"), actor=actor, api_base="http://127.0.0.1:9",
                credentials={
                    "client_id": "TS000001", "api_key": "K" * 32, "checksum_key": "C" * 32, "description_length": "9",
                },
            )  # fmt: skip
            set_active(channel, active=True, actor=actor)
        answer = client.post(f"/p/{invoice.public_id}/mo-cong", {"kenh": channel.public_id}, follow=True)
    assert "Cổng chưa trả lời, chưa có khoản nào bị trừ. Quét mã QR, hoặc thử lại sau." in text(answer)
    assert Attempt.objects.for_school(school).get().state == "failed"
    invoice.refresh_from_db()
    assert invoice.paid == Dong(0)


def test_a_second_attempt_is_warned_about_before_it_is_made(school: School, invoice: Invoice, client: Client) -> None:
    channel = _channel(school)
    attempt = _attempt(invoice, channel)
    shown = text(client.get(f"/p/{invoice.public_id}"))
    assert "Có một lần nộp chưa xong VNPAY, 894.000 đ, mở đến 09:15." in shown
    warned = client.post(f"/p/{invoice.public_id}/mo-cong", {"kenh": channel.public_id})
    assert warned.status_code == 409
    assert "gia đình sẽ trả hai lần" in text(warned)
    assert Attempt.objects.for_school(school).count() == 1
    door = text(client.get(f"/p/{invoice.public_id}/cong/{attempt.public_id}"))
    assert "Sang trang của VNPAY Số tiền 894.000 đ Người thụ hưởng TRUONG TIEU HOC LE VAN TAM" in door
    gone = client.post(f"/p/{invoice.public_id}/cong/{attempt.public_id}/bo")
    assert gone.status_code == 302
    attempt.refresh_from_db()
    assert attempt.state == "cancelled"


def test_an_attempt_of_another_family_does_not_open(school: School, invoice: Invoice, client: Client) -> None:
    other = money.invoice(school, full_name="Lý Thị Mẩy")
    attempt = _attempt(other, _channel(school))
    assert client.get(f"/p/{invoice.public_id}/cong/{attempt.public_id}").status_code == 302
    client.post(f"/p/{invoice.public_id}/cong/{attempt.public_id}/bo")
    attempt.refresh_from_db()
    assert attempt.state == "pending"


def test_a_part_is_paid_where_the_round_allows_it(
    school: School, invoice: Invoice, client: Client, actor: Actor
) -> None:
    address = f"/p/{invoice.public_id}/mot-phan"
    assert client.get(address).status_code == 302
    assert "Nộp một phần" not in text(client.get(f"/p/{invoice.public_id}"))
    CollectionRound.objects.for_school(school).update(allows_partial=True)
    assert "Nộp một phần" in text(client.get(f"/p/{invoice.public_id}"))
    shown = text(client.get(f"{address}?so-tien=300.000"))
    assert "300.000 đ Ba trăm nghìn đồng" in shown
    png = client.get(f"/p/{invoice.public_id}/qr.png?so-tien=300000").content
    assert decode(read_qr(png)[0]).amount == Dong(300_000)
    for typed, refusal in (
        ("5.000", "từ 10.000 đ trở lên"),
        ("900.000", "không được quá 894.000 đ"),
        ("abc", "Chưa đọc được"),
    ):
        assert refusal in text(client.get(f"{address}?so-tien={typed}"))
        assert decode(read_qr(client.get(f"/p/{invoice.public_id}/qr.png?so-tien={typed}").content)[0]).amount == Dong(
            894_000
        )
    book(school.pk, booking=money.booking((invoice, 300_000)), actor=actor)
    assert "Còn phải nộp 594.000 đ" in text(client.get(address))


def test_a_claim_is_answered_at_once_and_stays_on_the_page(
    school: School, invoice: Invoice, client: Client, actor: Actor
) -> None:
    address = f"/p/{invoice.public_id}/da-chuyen"
    form = {"reference": "FT26278001", "amount": "894.000", "paid_on": "05/10/2026", "payer_name": "Trần Thị Thu Hằng"}
    shown = text(client.post(address, form, follow=True))
    assert "Chưa thấy khoản tiền này. Nhà trường đã nhận lời báo và sẽ trả lời." in shown
    assert "Nhà trường trả lời trước 17:00 ngày 06/10/2026." in shown
    claim = PaymentClaim.objects.for_school(school).get()
    with savepoint():
        answer_claim(claim, text="Mời anh/chị kiểm tra lại.", closes=False, actor=actor)
    assert "Nhà trường trả lời, 09:00 05/10/2026 Mời anh/chị kiểm tra lại." in text(
        client.get(f"/p/{invoice.public_id}")
    )
    arrive(invoice.bank_account, "nop tien", 894_000, "FT26278001", booked_on=dt.date(2026, 10, 5))
    found = text(client.post(address, form, follow=True))
    assert "Đã thấy tiền trong tài khoản của trường, đang chờ kế toán xác nhận." in found
    assert PaymentClaim.objects.for_school(school).count() == 1


def test_a_bad_claim_says_what_to_do_and_keeps_what_was_typed(school: School, invoice: Invoice, client: Client) -> None:
    form = {"reference": "1", "amount": "894.000", "paid_on": "31/12/2026"}
    answer = client.post(f"/p/{invoice.public_id}/da-chuyen", form)
    assert answer.status_code == 422
    assert "Số giao dịch quá ngắn. Chép đủ mã giao dịch trong app ngân hàng." in text(answer)
    assert 'value="31/12/2026"' in answer.content.decode()
    assert PaymentClaim.objects.for_school(school).count() == 0


def test_history_lists_the_household_with_its_receipts(
    school: School, invoice: Invoice, client: Client, actor: Actor
) -> None:
    brother = factories.student(
        school, "Nguyễn Minh Khôi", school_class=factories.school_class(school, "5A1"), family=invoice.family
    )
    second = factories.invoice(brother, [factories.Charge(factories.fee_item(school, "AN", "Tiền ăn"), 655_000)])
    stranger = money.invoice(school, full_name="Lý Thị Mẩy")
    book(school.pk, booking=money.booking((invoice, 894_000)), actor=actor)
    shown = text(client.get(f"/p/{second.public_id}/lich-su"))
    assert "Năm 2026 đã nộp 894.000 đ" in shown
    assert "Nguyễn Minh Khôi · 5A1" in shown
    assert "Tải biên lai BL-2026-000001" in shown
    assert stranger.code not in shown
    assert "Lý Thị Mẩy" not in shown
    receipt = receipts_of_invoice(school.pk, invoice.pk)[0]
    page = client.get(f"/p/{second.public_id}/lich-su").content.decode()
    assert f"/p/{invoice.public_id}/bien-lai/{receipt.public_id}.pdf" in page


def test_a_feed_silent_beyond_its_usual_gap_is_told_with_the_statement_behind_it(
    school: School, client: Client, invoice: Invoice
) -> None:
    """Nothing is said without a feed, without a past, or within the usual gap."""
    address, told = f"/p/{invoice.public_id}", "Xác nhận có thể chậm"
    assert told not in text(client.get(address))
    now = clock.now()
    known = {"since": now.isoformat(), "signs": 1, "longest": 0, "usual": 86_400}
    feed = FeedConnection.objects.create(
        school=school, provider="sepay", bank_account_id=invoice.bank_account_id, created_at=now
    )
    for pace, is_told in (
        ({}, False),
        ({**known, "last": (now - dt.timedelta(hours=36)).isoformat()}, False),
        ({**known, "last": (now - dt.timedelta(hours=37)).isoformat()}, True),
    ):
        FeedConnection.objects.for_school(school).filter(pk=feed.pk).update(pace=pace)
        shown = text(client.get(address))
        assert (told in shown) is is_told
        assert ("nhà trường ghi nhận theo sao kê ngân hàng" in shown) is is_told
    FeedConnection.objects.for_school(school).update(is_active=False)
    assert told not in text(client.get(address))


def test_a_bank_that_never_called_has_the_code_beside_it(client: Client, invoice: Invoice, school: School) -> None:
    partner = BillPartner.objects.create(code="AGRI", name="Agribank", key_id="k", created_at=clock.now())
    BillService.objects.create(school=school, partner=partner, created_at=clock.now())
    factories.in_operation(school, "bill", partner.public_id)
    shown = text(client.get(f"/p/{invoice.public_id}/cach/quay-ngan-hang"))
    assert "Nếu ngân hàng chưa hiện tên trường, quét mã QR." in shown
    assert "Về mã QR, không mất phí" in shown
    BillPartner.objects.update(pace=sign({}, clock.now()))
    assert "Nếu ngân hàng chưa hiện tên trường" not in text(client.get(f"/p/{invoice.public_id}/cach/quay-ngan-hang"))
