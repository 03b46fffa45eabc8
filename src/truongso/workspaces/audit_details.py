"""What an entry of the audit trail says beside its act, in words: its parameters, their values, and who it was when it
was no person. Values without words of their own show as they are kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.accounts.public import COUNTRY_NAMES, SUPPORT_AREAS, role_name
from truongso.accounts.types import Role
from truongso.kernel.money import Dong
from truongso.kernel.ui.formatting import dong, ngay, ngay_gio, so
from truongso.payments.public import CHANGE_KINDS, METHOD_NAMES, PARTNER_KINDS, PROVIDER_NAMES
from truongso.people.public import CONSENT_PURPOSES, DATA_REQUEST_KINDS, seen_text
from truongso.reporting.public import NATURES
from truongso.workspaces.audit_words import PARAMS

Words = Mapping[str, str | Promise]

_OPAQUE = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*")
_ROWS = {"asked_by", "proposed_by", "approved_by", "by", "owner", "review"}
"""Numbers of rows: nobody knows them, and who it was stands in the entries of these acts."""
_COUNTED = {"students", "classes", "invoices", "items"}
"""A list of row numbers under these says how many."""
_AMOUNTS = {
    "amount", "asked", "change", "counted", "credits_dong", "difference", "expected", "given", "gross", "limit",
    "lowered", "net", "now", "total",
}  # fmt: skip

SENDERS: Words = {
    "account-change": gettext_lazy("Lịch đổi tài khoản"), "account-hygiene": gettext_lazy("Lịch rà tài khoản"),
    "account-reviews": gettext_lazy("Lịch rà soát tài khoản"), "bank-feed": gettext_lazy("Báo có của ngân hàng"),
    "demo": gettext_lazy("Dữ liệu mẫu"), "family": gettext_lazy("Gia đình"),
    "gateway": gettext_lazy("Cổng thanh toán"), "invoice-numbers": gettext_lazy("Cấp số theo phiếu"),
    "keys": gettext_lazy("Khóa niêm phong"), "people": gettext_lazy("Lịch tài khoản gia đình"),
    "match_again": gettext_lazy("Khớp lại"), "operator": gettext_lazy("Người vận hành"),
    "partner-contracts": gettext_lazy("Lịch hợp đồng đối tác"), "privacy": gettext_lazy("Lịch dữ liệu cá nhân"),
    "receipt-messages": gettext_lazy("Tin báo biên lai"), "refund-clock": gettext_lazy("Lịch hoàn tiền"),
    "reminders": gettext_lazy("Lịch nhắc nộp"), "retention": gettext_lazy("Xóa theo hạn"),
    "sign-in": gettext_lazy("Trang đăng nhập"), "teaching": gettext_lazy("Lịch phân công giảng dạy"),
    "tick": gettext_lazy("Việc định kỳ"),
}  # fmt: skip
"""Who acts when it is no person, by the label that is kept."""


def _by_value(*names: Mapping[Any, str | Promise]) -> Words:
    return {str(key): text for one in names for key, text in one.items()}


_KINDS: Words = {
    "grant": gettext_lazy("cấp vai trò"), "end": gettext_lazy("kết thúc vai trò"),
    "link": gettext_lazy("đường dẫn mới"),
    "lost_factor": gettext_lazy("mất lớp xác thực thứ hai"), "suspend": gettext_lazy("tạm khóa"),
    "resume": gettext_lazy("mở lại"), "later": gettext_lazy("đang tìm hiểu"),
    "interest": gettext_lazy("lãi tiền gửi"), "asked": gettext_lazy("đã hỏi gia đình"),
    "sequence": gettext_lazy("số thứ tự"), "bill_code": gettext_lazy("số theo phiếu"),
}  # fmt: skip
"""What a `kind` says in requests about accounts, in money that is no fee, in rules of numbers."""

_VALUES: Mapping[str, Words] = {
    "method": _by_value(METHOD_NAMES), "on": _by_value(METHOD_NAMES), "provider": PROVIDER_NAMES,
    "nature": _by_value(NATURES), "kind": _by_value(PARTNER_KINDS, CHANGE_KINDS, DATA_REQUEST_KINDS, _KINDS),
    "purpose": {code: one.title for code, one in CONSENT_PURPOSES.items()},
    "party": {"representative": gettext_lazy("người giám hộ"), "child": gettext_lazy("học sinh")},
    "channel": {
        "family": gettext_lazy("trang của gia đình"), "school": gettext_lazy("tại trường"),
        "message": gettext_lazy("tin nhắn"), "slip": gettext_lazy("phiếu in"),
    },
    "status": {
        "studying": gettext_lazy("đang học"), "transferred": gettext_lazy("chuyển trường"),
        "withdrawn": gettext_lazy("thôi học"), "graduated": gettext_lazy("ra trường"),
    },
    "state": {
        "parked": gettext_lazy("để riêng"), "not_fees": gettext_lazy("không phải khoản thu"),
    },
    "said": {
        "yes": gettext_lazy("đúng"), "no": gettext_lazy("không phải"), "unsure": gettext_lazy("không nhớ rõ"),
    },
    "areas": _by_value(SUPPORT_AREAS),
    "function": {
        "state_management": gettext_lazy("quản lý nhà nước"), "professional": gettext_lazy("chuyên môn"),
        "finance": gettext_lazy("tài chính"), "reporting": gettext_lazy("báo cáo"),
    },
    "profile": {"letter": gettext_lazy("theo công văn"), "nist": "NIST 800-63B-4"},
    "rotation": {
        "off": gettext_lazy("không theo lịch"), "remind": gettext_lazy("nhắc"),
        "force_pwonly": gettext_lazy("bắt buộc khi chỉ có mật khẩu"),
        "force_all": gettext_lazy("bắt buộc với mọi người"),
    },
    "classes": {"staff": gettext_lazy("người làm việc"), "shared": gettext_lazy("tài khoản dùng chung")},
    "account": {"cash": gettext_lazy("quỹ tiền mặt")},
    "alarm": {"many": gettext_lazy("xem nhiều học sinh"), "night": gettext_lazy("xem ban đêm")},
    "told_by": {"notice": gettext_lazy("báo của cổng"), "query": gettext_lazy("hỏi lại cổng")},
    "tax": {
        "not_subject": gettext_lazy("không chịu thuế"), "not_declared": gettext_lazy("không kê khai"), "rate_0": "0 %",
        "rate_5": "5 %", "rate_8": "8 %", "rate_10": "10 %",
    },
    "fields": {
        "grade": gettext_lazy("khối"), "class": gettext_lazy("lớp"), "class_name": gettext_lazy("tên lớp"),
        "payer": gettext_lazy("người nộp"), "beneficiary": gettext_lazy("người thụ hưởng"),
        "reason": gettext_lazy("lý do"), "invoice_code": gettext_lazy("mã hóa đơn"),
        "school_year": gettext_lazy("năm học"), "support_phone": gettext_lazy("điện thoại hỗ trợ"),
    },
    "source": {
        "pos": gettext_lazy("máy POS"), "bill": gettext_lazy("ngân hàng thu hộ"), "vnpay": "VNPAY", "momo": "MoMo",
        "zalopay": "ZaloPay",
    },
    "country": COUNTRY_NAMES,
    "way": {"cash": gettext_lazy("tiền mặt"), "transfer": gettext_lazy("chuyển khoản")},
}  # fmt: skip
"""Words for the values of a parameter."""
REASONS: Words = {
    "leaked": gettext_lazy("mật khẩu có trong danh sách đã lộ"),
    "reported": gettext_lazy("có người báo là người khác biết mật khẩu"),
    "role": gettext_lazy("lần đầu nhận vai trò về tiền hoặc quyền"),
    "country": gettext_lazy("đăng nhập từ nước mới"), "departure": gettext_lazy("thôi việc, trở lại thì đổi mật khẩu"),
}  # fmt: skip
"""Why the program itself did something to a password; what people give as a reason stays as they wrote it."""
_OF_PASSWORDS = {"accounts:user:require_change", "accounts:user:take_password"}
_SEEN = {"seen", "sealed", "kinds"}
_ROLES = {"role", "factor_roles"}
_ROLE_WORDS = {role.value for role in Role}


def sender_text(label: str) -> str:
    """Who did it: a person's name as it is kept, or what acts by itself in words ("bill-service nganhang" keeps its
    second half)."""
    if label.startswith("bill-service "):
        return _("Thu hộ qua ngân hàng: %(code)s") % {"code": label.removeprefix("bill-service ")}
    return str(SENDERS.get(label, label))


def sender_label(words: str) -> str:
    """The other way round, for the search: what is kept for a sender called so; other words stay."""
    wanted = words.strip().casefold()
    return next((label for label, text in SENDERS.items() if str(text).casefold() == wanted), words)


def reason_text(action: str, reason: str) -> str:
    """Why it was done."""
    return str(REASONS.get(reason, reason)) if action in _OF_PASSWORDS else reason


def params_text(params: Mapping[str, Any]) -> str:
    """Parameters on one line: "số tiền: 250.000 đ · mã: TS…"; empty ones and numbers of rows are left out."""
    said = ((key, _value(key, value)) for key, value in params.items() if key not in _ROWS)
    return " · ".join(f"{PARAMS.get(key, key)}: {text}" for key, text in said if text)


def _value(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        # Rows with what was chosen of each: their numbers say nothing, how many there are does.
        return so(len(value)) if value and all(str(one).isdigit() for one in value) else params_text(value)
    if isinstance(value, list):
        if key in _COUNTED and value and all(type(one) is int for one in value):
            return so(len(value))
        return ", ".join(text for one in value if (text := _value(key, one)))
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if type(value) is int and key in _AMOUNTS:
        return dong(Dong(value))
    return "" if value is None else _word(key, str(value))


def _word(key: str, text: str) -> str:
    """One value as people call it: its words, a day or a moment as it is written here, no opaque id."""
    if _OPAQUE.fullmatch(text):
        return ""
    if key in _SEEN:
        return seen_text([text])
    if key in _ROLES and text in _ROLE_WORDS:
        return role_name(text)
    with suppress(ValueError, OverflowError):  # what somebody typed may look like a day and be none
        if _DAY.fullmatch(text):
            return ngay(dt.date.fromisoformat(text))
        if _MOMENT.fullmatch(text):
            return ngay_gio(dt.datetime.fromisoformat(text))
    known = _VALUES.get(key, {})
    kind = text.partition(":")[0] if key == "source" else text  # a channel by its kind; its id says nothing
    return str(known.get(kind, text))
