"""Addresses of the school's composed pages."""

from django.urls import path

from truongso.workspaces.web import counter, info_template, methods, profile, school, search, undo

urlpatterns = [
    path("thu", school.overview_page, name="overview"),
    path("thu/phieu/<str:code>", school.invoice_page, name="invoice"),
    path("thu/quay", counter.counter, name="counter"),
    path("thu/quay/thu", counter.take, name="counter_take"),
    path("thu/quay/in/<str:public_id>", counter.print_receipt, name="counter_print"),
    path("thu/quay/qr/<str:code>", counter.show_qr, name="counter_qr"),
    path("thu/quay/qr/<str:code>/trang-thai", counter.qr_state, name="counter_qr_state"),
    path("thu/khoan-nop/<str:public_id>", school.payment_page, name="payment"),
    path("thu/khoan-nop/<str:public_id>/hoan-tac", undo.undo_payment, name="undo_payment"),
    path("thu/phuong-thuc", methods.methods_page, name="methods"),
    path("thu/phuong-thuc/thiet-lap", methods.methods_settings, name="methods_settings"),
    path("cai-dat/truong", profile.profile, name="profile"),
    path("cai-dat/mau-thong-tin", info_template.of_school, name="school_template"),
    path("phong/mau-thong-tin", info_template.overview, name="template"),
    path("phong/mau-thong-tin/ban-nhap", info_template.draft, name="template_draft"),
    path("phong/mau-thong-tin/xem-truoc", info_template.preview, name="template_preview"),
    path("phong/mau-thong-tin/xem-truoc.pdf", info_template.preview_paper, name="template_paper"),
    path("phong/mau-thong-tin/ban-hanh", info_template.publish, name="template_publish"),
    path("phong/mau-thong-tin/bo-nhap", info_template.discard, name="template_discard"),
    path("phong/mau-thong-tin/so-sanh", info_template.compare, name="template_compare"),
    path("tim", search.search, name="search"),
]
