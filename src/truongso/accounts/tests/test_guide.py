"""The guide of accounts says what the program does: how guesses are slowed down, how long things last (ASVS 6.1.1)."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import truongso
from truongso.accounts.factors.services import SHEET_CODES
from truongso.accounts.services import ACTIVATION_LIFETIME
from truongso.accounts.signin import devices, throttle
from truongso.kernel.limits import Limit
from truongso.kernel.origin import shortened
from truongso.kernel.retention import terms

_FILE = Path(truongso.__file__).parents[2] / "docs/huong-dan/tai-khoan.md"


def guide() -> str:
    return re.sub(r"\s+", " ", _FILE.read_text(encoding="utf-8").replace("*", ""))


def test_the_guide_says_how_guesses_are_slowed_down() -> None:
    waits = [throttle.wait_after(n) for n in (throttle.FREE_TRIES - 1, throttle.FREE_TRIES, 1000)]
    assert (throttle.FREE_TRIES, waits) == (5, [0, 15, 15 * 60])
    assert "Sau năm lần sai phải chờ 15 giây, rồi lâu dần, nhiều nhất 15 phút; không bao giờ bị khóa hẳn." in guide()
    assert Limit("sign_in_source", 100, 15 * 60) == throttle.SOURCE
    assert Limit("sign_in_account", 100, 3600) == throttle.ACCOUNT
    assert "quá 100 lần sai trong 15 phút từ một mạng" in guide()
    assert "quá 100 lần sai trong một giờ với một tên" in guide()


def test_the_guide_says_how_long_things_last() -> None:
    assert dt.timedelta(hours=72) == ACTIVATION_LIFETIME
    assert "Phiếu dùng một lần, trong 72 giờ." in guide()
    assert dt.timedelta(days=30) == devices.TRUSTED_FOR
    assert "Tin trình duyệt này 30 ngày" in guide()
    assert SHEET_CODES == 40
    assert "40 mã trên giấy" in guide()
    assert 365 <= terms()["security_log"].days <= 367
    assert "Các dòng đăng nhập giữ 12 tháng" in guide()
    assert f"Địa chỉ mạng chỉ giữ phần đầu ({shortened('203.0.113.9')})." in guide()
