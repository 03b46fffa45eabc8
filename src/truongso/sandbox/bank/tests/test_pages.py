"""The bank's pages: a parent pays from the link of a payment page, and is told plainly what went wrong."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from playwright.sync_api import Browser

from truongso.kernel.money import Dong
from truongso.kernel.qr_image import qr_png
from truongso.payments.vietqr import encode
from truongso.sandbox.bank_client import SandboxBank, SandboxBankError

BANNER = "Ngân hàng thử – không phải tiền thật"


class Phone:
    """A browser without JavaScript."""

    def __init__(self, bank: SandboxBank) -> None:
        self.url = bank.url
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.page = ""

    def get(self, path: str) -> str:
        return self._open(path, None)

    def post(self, path: str, **fields: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page)
        fields["csrfmiddlewaretoken"] = token[1] if token else ""
        return self._open(path, urlencode(fields).encode())

    def value(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return found[1] if found else ""

    def _open(self, path: str, body: bytes | None) -> str:
        try:
            with self.opener.open(self.url + path, body, timeout=20) as response:
                self.page = response.read().decode()
        except HTTPError as error:
            self.page = error.read().decode()
        return self.page


@pytest.fixture
def payload(bank: SandboxBank, account: str) -> str:
    bank.register_account(bin="970436", number=account, holder="TRUONG TIEU HOC LE VAN TAM")
    return encode(bank_bin="970436", account=account, amount=Dong(450_000), memo="VTK7M2QXP hoc phi")


def test_every_page_says_that_it_is_play_money(bank: SandboxBank, account: str, payload: str) -> None:
    phone = Phone(bank)
    pay = bank.pay_url(payload).removeprefix(bank.url)
    for path in ("/", "/pay", pay, "/tai-khoan", f"/tai-khoan/{account}", "/thong-bao", "/khong-co-trang"):
        assert BANNER in phone.get(path)
    assert "Không có trang này." in phone.page


def test_paying_from_the_link(bank: SandboxBank, account: str, payload: str) -> None:
    phone = Phone(bank)
    page = phone.get(bank.pay_url(payload).removeprefix(bank.url))
    assert "TRUONG TIEU HOC LE VAN TAM" in page
    assert f"Vietcombank · {account}" in page
    assert "450.000\u00a0đ" in page
    assert phone.value("memo") == "VTK7M2QXP hoc phi"
    order = {
        "payload": payload,
        "key": phone.value("key"),
        "payer": "9704180000022",
        "amount": "450.000",
        "memo": phone.value("memo"),
        "channel": "fast247",
        "notify": "on",
    }
    form = phone.page
    assert "Đã chuyển tiền" in phone.post("/pay", **order)
    assert "CT nhanh 247 den: VTK7M2QXP hoc phi" in phone.page
    phone.page = form
    assert "Đã chuyển tiền" in phone.post("/pay", **order)  # the same form sent twice
    assert bank.balance(account) == Dong(450_000)

    phone.get(bank.pay_url(payload).removeprefix(bank.url))
    order["key"] = phone.value("key")
    refused = phone.post("/pay", **{**order, "payer": "9704360000066"})
    assert "Số dư 100.000\u00a0đ không đủ để chuyển 450.000\u00a0đ." in refused
    assert bank.balance(account) == Dong(450_000)
    assert bank.balance("9704360000066") == Dong(100_000)


def test_bad_codes_are_refused_in_words(bank: SandboxBank, payload: str) -> None:
    phone = Phone(bank)
    stranger = encode(bank_bin="970436", account="1234", amount=Dong(1000))
    for bad, words in (
        (payload.replace("5406450000", "5406950000"), "Mã kiểm tra của mã QR sai."),
        (stranger, "Không tìm thấy tài khoản 1234."),
        ("xin chào", "Đây không phải mã VietQR"),
    ):
        assert words in phone.get("/pay?" + urlencode({"payload": bad}))
        assert "Xác nhận chuyển" not in phone.page


def test_switching_the_feed_and_other_lines(bank: SandboxBank, account: str, payload: str) -> None:
    phone = Phone(bank)
    phone.get(f"/tai-khoan/{account}")
    assert "Đã tắt thông báo" in phone.post(f"/tai-khoan/{account}/thong-bao", on="0")
    assert not next(one for one in bank.accounts() if one["number"] == account)["notices_on"]
    assert "Đã ghi giao dịch." in phone.post(f"/tai-khoan/{account}/giao-dich", kind="interest", amount="38", memo="")
    assert "không đủ" in phone.post(f"/tai-khoan/{account}/giao-dich", kind="pay_out", amount="39", memo="")
    assert [(line["amount"], line["memo"]) for line in bank.lines(account)] == [(38, "NODATA")]
    assert "Không có tháng 13" in phone.get(f"/tai-khoan/{account}/sao-ke?first=1/13/2026&layout=mb_detail")


def test_many_at_once_never_overdraw(bank: SandboxBank, account: str, payer: str, payload: str) -> None:
    def one(_: int) -> bool:
        try:
            bank.pay(payload=payload, payer=payer)
        except SandboxBankError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        paid = sum(pool.map(one, range(12)))
    assert paid == 4  # of 2,000,000
    assert (bank.balance(account), bank.balance(payer)) == (Dong(1_800_000), Dong(200_000))


@pytest.mark.browser
def test_a_picture_is_paid_on_a_phone(
    browser: Browser, bank: SandboxBank, account: str, payload: str, tmp_path: Path
) -> None:
    picture = tmp_path / "qr.png"
    picture.write_bytes(qr_png(payload))
    page = browser.new_page(viewport={"width": 390, "height": 844})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
    page.goto(bank.url)
    page.get_by_role("link", name="Quét mã để chuyển tiền").click()
    page.set_input_files("input[type=file]", picture)
    page.get_by_role("button", name="Đọc mã trong ảnh").click()
    page.get_by_label("Nội dung đến trường thế nào").select_option("momo")
    page.get_by_role("button", name="Xác nhận chuyển").click()
    page.get_by_role("heading", name="Đã chuyển tiền").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.goto(f"{bank.url}/tai-khoan/{account}")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert problems == []
    (line,) = bank.lines(account)
    assert re.fullmatch(r"\d{12}-VTK7M2QXP hoc phi-CHUYEN TIEN-OQCH\w{8}-MOMO\d{12}MOMO", line["memo"])
    assert bank.balance(account) == Dong(450_000)
