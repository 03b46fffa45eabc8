"""How findings read: what was counted, and harmless reasons that are known. Nobody is accused of anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.masking import masked_address, masked_name
from truongso.kernel.money import Dong
from truongso.reporting.flags.types import Pattern

TITLES = {
    Pattern.ONE_ACCOUNT: gettext_lazy("Một tài khoản nộp cho nhiều gia đình của một lớp"),
    Pattern.UNSETTLED_SLIPS: gettext_lazy("Hóa đơn POS chưa thấy tiền về"),
    Pattern.CASH_LINES: gettext_lazy("Tiền mặt nộp ngân hàng được ghi cho nhiều gia đình"),
    Pattern.ROUND_SPLITS: gettext_lazy("Một phiếu nộp làm nhiều lần số tròn trong một ngày"),
    Pattern.SHARE_UP_TOTAL_DOWN: gettext_lazy("Tỷ lệ không tiền mặt tăng trong khi tổng thu giảm"),
}
REASONS = {
    Pattern.ONE_ACCOUNT: gettext_lazy(
        "Thường gặp: cô chủ nhiệm hoặc trưởng ban phụ huynh chuyển giúp gia đình không có tài khoản."
    ),
    Pattern.UNSETTLED_SLIPS: gettext_lazy(
        "Thường gặp: chưa nhập tệp quyết toán của ngân hàng, hoặc ghi nhầm số hóa đơn khi nhập tay."
    ),
    Pattern.CASH_LINES: gettext_lazy(
        "Thường gặp: thủ quỹ mang tiền mặt đã thu đi nộp. Khoản đó ghi là nộp quỹ, không phải gia đình chuyển khoản."
    ),
    Pattern.ROUND_SPLITS: gettext_lazy("Thường gặp: gia đình góp dần, hoặc ứng dụng ngân hàng có hạn mức mỗi lần."),
    Pattern.SHARE_UP_TOTAL_DOWN: gettext_lazy(
        "Thường gặp: nghỉ học, miễn giảm mới, hoặc tiền mặt chưa ghi hết vào sổ quỹ."
    ),
}


def title_of(pattern: str) -> str:
    """The pattern in words."""
    return str(TITLES[Pattern(pattern)])


def reason_of(pattern: str) -> str:
    """Harmless reasons that are known."""
    return str(REASONS[Pattern(pattern)])


def text_of(pattern: str, params: Mapping[str, Any]) -> str:
    """What was counted."""
    return _WORDS[Pattern(pattern)](params)


def _one_account(params: Mapping[str, Any]) -> str:
    payer = str(params["payer"])
    if payer.startswith("@"):
        who = _("Người chuyển %(name)s") % {"name": masked_name(payer[1:])}
    else:
        who = _("Tài khoản %(account)s") % {"account": masked_address(payer)}
    text = _("%(who)s nộp cho %(families)s trong %(of)s gia đình lớp %(class)s đã nộp không tiền mặt.")
    return text % {**params, "who": who}


def _slips(params: Mapping[str, Any]) -> str:
    return _("%(slips)s hóa đơn của máy %(terminal)s đã quá %(days)s ngày mà chưa có trong tệp quyết toán.") % params


def _cash_lines(params: Mapping[str, Any]) -> str:
    return _(
        "%(lines)s dòng sao kê ghi là nộp tiền mặt, được ghi nhận là chuyển khoản cho %(families)s gia đình."
    ) % params  # fmt: skip


def _splits(params: Mapping[str, Any]) -> str:
    values = {**params, "round": Dong(params["round"])}
    return _("%(groups)s phiếu được nộp làm nhiều lần trong một ngày, mỗi lần tròn %(round)s.") % values


def _share(params: Mapping[str, Any]) -> str:
    return _(
        "Tỷ lệ từ %(share_before)s lên %(share_now)s, trong khi tổng thu từ %(total_before)s còn %(total_now)s "
        "(giảm %(fall)s)."
    ) % {
        "share_before": _percent(params["share_before"]),
        "share_now": _percent(params["share_now"]),
        "fall": _percent(params["fall"]),
        "total_before": Dong(params["total_before"]),
        "total_now": Dong(params["total_now"]),
    }


def _percent(tenths: int) -> str:
    """Tenths of a percent: 50,5 %."""
    return f"{tenths // 10},{tenths % 10}\u00a0%"


_WORDS: Mapping[Pattern, Callable[[Mapping[str, Any]], str]] = {
    Pattern.ONE_ACCOUNT: _one_account,
    Pattern.UNSETTLED_SLIPS: _slips,
    Pattern.CASH_LINES: _cash_lines,
    Pattern.ROUND_SPLITS: _splits,
    Pattern.SHARE_UP_TOTAL_DOWN: _share,
}
