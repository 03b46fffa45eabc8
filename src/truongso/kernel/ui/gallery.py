"""Gallery of every component in all its states, for people who build pages. Answers 404 outside DEBUG."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.kernel.ui.fields import DongFormField, VietnameseDateField
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import MB, tables

_SAMPLES = [
    ("1A1", "Lê Thị Ngọc", 34, 35, 412_000),
    ("1A2", "Trần Thu Hà", 31, 36, 2_318_000),
    ("2A1", "Hoàng Văn Sơn", 35, 35, 0),
    ("2A3", "Vàng Thị Mỷ", 24, 34, 7_894_000),
    ("3A2", "Đặng Thu Lan", 29, 38, 6_930_000),
]


class SampleForm(forms.Form):
    """One field of every kind that the kit draws."""

    name = forms.CharField(label="Tên đợt thu", max_length=60, help_text="Phụ huynh đọc thấy tên này")
    amount = DongFormField(label="Mức thu", help_text="Ví dụ 150.000, 450k, 1tr250", least=Dong(1000))
    date = VietnameseDateField(label="Hạn nộp", help_text="Ngày/tháng/năm")
    grade = forms.ChoiceField(label="Khối", choices=[("1", "Khối 1"), ("2", "Khối 2")])
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    way = forms.ChoiceField(
        label="Gửi bằng",
        choices=[("zalo", "Zalo của trường"), ("giay", "Phiếu giấy có mã QR")],
        widget=forms.RadioSelect,
    )
    accept = forms.BooleanField(label="Đã xem bản xem trước", required=False)
    file = UploadField(tables(10 * MB), label="Sao kê", required=False, help_text="XLSX, CSV, tối đa 10 MB")


def gallery(request: HttpRequest, page: str = "staff") -> HttpResponse:
    """The staff gallery (`?loi=1`: a refused form; `?thong-bao=1`: messages), or another base by `page`."""
    if not settings.DEBUG or page not in {"staff", "parent", "public", "auth"}:
        raise Http404
    if request.GET.get("thong-bao"):
        messages.success(request, "Đã phát hành 612 phiếu báo thu.")
        messages.error(request, "Không đọc được tệp: dòng 14 thiếu mã giao dịch.")
    return render(request, f"ui/gallery/{page}.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    today = dt.date(2023, 12, 11)
    refused = {"name": "", "amount": "1.250,50", "date": "31/02/2023", "grade": "1"}
    return {
        "nav": _nav(),
        "org": {
            "name": "TH Lê Văn Tám",
            "note": "Năm học 2023–2024",
            "choices": [
                {"label": "TH Lê Văn Tám", "note": "2023–2024", "url": "?", "current": True},
                {"label": "TH Lê Văn Tám", "note": "2022–2023", "url": "?nam=2022"},
            ],
        },
        "person": {
            "name": "Phạm Thị Hòa",
            "role": "Kế toán",
            "links": [{"label": "Mật khẩu", "url": "?", "icon": "key"}],
        },
        "search_url": "?",
        "help_url": "?",
        "logout_url": "?",
        "school_name": "TH Lê Văn Tám",
        "school_place": "TP Lào Cai, tỉnh Lào Cai",
        "school_phone": "02140000000",
        "help_phone": "02140000000",
        "sample_form": SampleForm(refused) if request.GET.get("loi") else SampleForm(initial={"amount": Dong(150_000)}),
        "rows": [
            {"lop": lop, "gvcn": gvcn, "done": done, "all": count, "left": Dong(left)}
            for lop, gvcn, done, count, left in _SAMPLES
        ],
        "page": Paginator(range(642), 50).get_page(request.GET.get("trang", "3")),
        "days": [
            (
                today - dt.timedelta(days=13 - n),
                9_200_000 + n * 1_700_000 % 23_000_000,
                n * 900_000 % 6_000_000,
            )
            for n in range(14)
        ],
        "steps": [
            {"label": "Khoản thu", "note": "4 khoản", "url": "?buoc=1"},
            {"label": "Lớp", "note": "18 lớp", "url": "?buoc=2"},
            {"label": "Miễn giảm", "note": "74 học sinh", "url": "?buoc=3"},
            {"label": "Xem trước", "note": "612 phiếu"},
            {"label": "Phát hành"},
        ],
        "pairs": [
            {"label": "Người nộp tiền", "value": "Nguyễn Văn Hùng", "url": "?"},
            {
                "label": "Mã hóa đơn (nội dung chuyển khoản)",
                "value": "TS7K4Q2M9",
                "copy": "TS7K4Q2M9",
                "code": True,
            },
            {"label": "Số tiền", "value": "894.000 đ", "copy": "894000"},
        ],
        "history": [
            {
                "title": "Anh/chị đã chuyển tiền",
                "note": "NH chuyển: Vietcombank",
                "at": clock.now(),
                "kind": "ok",
            },
            {"title": "Hiệu trưởng duyệt", "note": "chưa gửi", "kind": "warn", "icon": "pencil"},
            {"title": "Phòng tiếp nhận", "icon": "circle"},
        ],
        "amount": Dong(1_250_000),
        "refund": Dong(-56_000),
        "today": today,
        "due_dates": [clock.today() + dt.timedelta(days=d) for d in (20, 2, 0, -3)],
        "trend": [40, 52, 61, 72, 86.4],
    }


def _nav() -> list[dict[str, Any]]:
    return [
        {
            "label": "Thu học phí & khoản thu",
            "items": [
                {"label": "Tổng quan thu", "url": "?", "icon": "layout-dashboard", "current": True},
                {"label": "Đợt thu", "url": "?", "icon": "file-invoice"},
                {"label": "Đối soát", "url": "?", "icon": "arrows-exchange", "badge": "7"},
            ],
        },
        {
            "label": "Báo cáo",
            "items": [
                {
                    "label": "Báo cáo Phòng",
                    "url": "?",
                    "icon": "report-analytics",
                    "badge": "20/12",
                    "badge_kind": "bad",
                }
            ],
        },
    ]
