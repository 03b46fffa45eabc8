"""Addresses of the fees room; included under /thu/."""

from __future__ import annotations

import datetime as dt

from django.urls import path, register_converter

from truongso.fees.web import choices, exports, invoices, items, rounds, wizard


class DayConverter:
    """A day in an address: 2026-10-05."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date) -> str:
        return value.isoformat()


register_converter(DayConverter, "fees_day")

app_name = "fees"

_ROUND = "dot-thu/<slug:public_id>"
_ITEM = "khoan-thu/<str:code>"
_PUPIL = "mien-giam/hoc-sinh/<slug:student_id>"

urlpatterns = [
    path("dot-thu", rounds.rounds, name="rounds"),
    path("dot-thu/tai-ve", exports.rounds, name="export_rounds"),
    path("khoan-thu/tai-ve", exports.items, name="export_items"),
    path("mien-giam/tai-ve", exports.exemption_rows, name="export_exemptions"),
    path("dot-thu/moi", rounds.new_round, name="new_round"),
    path(_ROUND, rounds.round_, name="round"),
    path(f"{_ROUND}/thong-tin", rounds.edit_round, name="edit_round"),
    path(f"{_ROUND}/nop-nhieu-lan", rounds.parts, name="round_parts"),
    path(f"{_ROUND}/sao-chep", rounds.copy, name="copy_round"),
    path(f"{_ROUND}/khoan", wizard.step_items, name="step_items"),
    path(f"{_ROUND}/lop", wizard.step_classes, name="step_classes"),
    path(f"{_ROUND}/mien", wizard.step_exemptions, name="step_exemptions"),
    path(f"{_ROUND}/tinh", wizard.compute, name="compute"),
    path(f"{_ROUND}/xem", wizard.step_preview, name="step_preview"),
    path(f"{_ROUND}/phat", wizard.step_issue, name="step_issue"),
    path(f"{_ROUND}/tien-do", rounds.issue_progress, name="issue_progress"),
    path(f"{_ROUND}/phat-tiep", rounds.resume, name="resume_issue"),
    path(f"{_ROUND}/dong", rounds.close, name="close_round"),
    path(f"{_ROUND}/xoa", rounds.delete, name="delete_draft"),
    path("phieu", invoices.invoice_list, name="invoices"),
    path("phieu/xuat", invoices.export, name="export_invoices"),
    path("phieu/<str:code>/them-dong", invoices.add_line, name="add_line"),
    path("phieu/<str:code>/giam-tru", invoices.credit, name="credit_line"),
    path("phieu/<str:code>/huy", invoices.cancel, name="cancel_invoice"),
    path("khoan-thu", items.items, name="items"),
    path("khoan-thu/moi", items.new_item, name="new_item"),
    path("khoan-thu/thuong-gap", items.seed, name="seed_items"),
    path(_ITEM, items.item, name="item"),
    path(f"{_ITEM}/sua", items.edit_item, name="edit_item"),
    path(f"{_ITEM}/doi-trang-thai", items.switch_item, name="switch_item"),
    path(f"{_ITEM}/muc-thu", items.new_rate, name="new_rate"),
    path(f"{_ITEM}/muc-thu/<fees_day:since>", items.finish_rate, name="end_rate"),
    path(f"{_ITEM}/muc-thu/<fees_day:since>/<path:grade>", items.finish_rate, name="end_grade_rate"),
    path("mien-giam", choices.exemption_list, name="exemptions"),
    path("mien-giam/tim", choices.find_pupil, name="find_pupil"),
    path("mien-giam/dang-ky", choices.opt_ins, name="opt_ins"),
    path(_PUPIL, choices.pupil, name="pupil"),
    path(f"{_PUPIL}/mo", choices.open_exemptions, name="open_exemptions"),
    path(f"{_PUPIL}/han/<int:number>", choices.finish_exemption, name="end_exemption"),
]
