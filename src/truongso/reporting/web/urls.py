"""Addresses of the reporting room."""

from django.urls import path

from truongso.reporting.web import cashless, flags, month_end, posting, units

app_name = "reporting"

urlpatterns = [
    path("bao-cao/khong-tien-mat", cashless.report, name="cashless"),
    path("bao-cao/khong-tien-mat/khoan-nop", cashless.payments, name="payments"),
    path("bao-cao/khong-tien-mat/tai-ve", cashless.export, name="export"),
    path("bao-cao/khong-tien-mat/ban-in", cashless.paper, name="paper"),
    path("bao-cao/cuoi-thang", month_end.page, name="month_end"),
    path("bao-cao/cuoi-thang/ban-in", month_end.paper, name="month_end_paper"),
    path("bao-cao/cuoi-thang/tai-ve", month_end.export, name="month_end_export"),
    path("bao-cao/but-toan", posting.page, name="posting"),
    path("bao-cao/but-toan/xuat", posting.export, name="posting_export"),
    path("bao-cao/but-toan/tai-khoan", posting.accounts, name="posting_accounts"),
    path("bao-cao/but-toan/<str:public_id>", posting.file_page, name="posting_file"),
    path("bao-cao/but-toan/<str:public_id>/tai-ve.csv", posting.download, {"form": "csv"}, name="posting_csv"),
    path("bao-cao/but-toan/<str:public_id>/tai-ve.xlsx", posting.download, {"form": "xlsx"}, name="posting_xlsx"),
    path("bao-cao/can-giai-thich", flags.school_list, name="flags"),
    path("bao-cao/can-giai-thich/tai-ve", flags.school_export, name="flags_export"),
    path("bao-cao/can-giai-thich/xem-lai", flags.school_check, name="flags_check"),
    path("bao-cao/can-giai-thich/<str:public_id>", flags.school_flag, name="flag"),
    path("bao-cao/can-giai-thich/<str:public_id>/giai-thich", flags.explain, name="flag_explain"),
    path("phong/tong-quan", units.overview, name="unit_overview"),
    path("phong/tong-quan/tai-ve", units.export, name="unit_overview_export"),
    path("phong/tong-quan/<str:code>", units.school, name="unit_school"),
    path("phong/can-giai-thich", flags.unit_list, name="unit_flags"),
    path("phong/can-giai-thich/tai-ve", flags.unit_export, name="unit_flags_export"),
    path("phong/can-giai-thich/xem-lai", flags.unit_check, name="unit_flags_check"),
    path("phong/can-giai-thich/<str:public_id>", flags.unit_flag, name="unit_flag"),
    path("phong/can-giai-thich/<str:public_id>/tra-loi", flags.answer, name="unit_flag_answer"),
    path("phong/can-giai-thich/<str:public_id>/ghi-nhan", flags.take_note, name="unit_flag_review"),
]
