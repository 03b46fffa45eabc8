"""Addresses of the family's pages and of the receipt check."""

from django.urls import path

from truongso.workspaces.web import basket, check, family, guides, parent, public_school, stop_messages, ways

urlpatterns = [
    path("p/<str:public_id>", parent.pay, name="pay"),
    path("p/<str:public_id>/trang-thai", parent.status, name="pay_status"),
    path("p/<str:public_id>/qr.png", parent.picture, name="pay_picture"),
    path("p/<str:public_id>/app-ngan-hang", parent.bank_apps, name="pay_bank_apps"),
    path("p/<str:public_id>/bien-lai/<str:receipt_id>.pdf", parent.receipt_file, name="pay_receipt_file"),
    path("p/<str:public_id>/bien-lai/<str:receipt_id>.json", parent.receipt_signed, name="pay_receipt_signed"),
    path("p/<str:public_id>/bien-lai/<str:receipt_id>", parent.receipt, name="pay_receipt"),
    path("p/<str:public_id>/cach/<str:slug>", ways.way, name="pay_way"),
    path("p/<str:public_id>/mo-cong", ways.start, name="pay_start"),
    path("p/<str:public_id>/cong/<str:attempt_id>", ways.attempt_page, name="pay_attempt"),
    path("p/<str:public_id>/cong/<str:attempt_id>/bo", ways.withdraw, name="pay_withdraw"),
    path("p/<str:public_id>/mot-phan", ways.part, name="pay_part"),
    path("p/<str:public_id>/da-chuyen", family.claim, name="pay_claim"),
    path("p/<str:public_id>/lich-su", family.history, name="pay_history"),
    path("kt", check.check_form, name="check_form"),
    path("kt/qr", check.check_code_picture, name="check_qr"),
    path("kt/<str:public_id>", check.check_any, name="check_receipt"),
    path("p/<str:public_id>/gop", basket.from_invoice, name="pay_basket"),
    path("gop", basket.empty, name="basket_empty"),
    path("gop/<str:token>", basket.basket, name="basket"),
    path("gop/<str:token>/bo", basket.remove, name="basket_remove"),
    path("gop/<str:token>/ma", basket.make_codes, name="basket_codes"),
    path("gop/<str:token>/nop", basket.pay, name="basket_pay"),
    path("gop/<str:token>/trang-thai", basket.status, name="basket_status"),
    path("gop/<str:token>/<int:number>.png", basket.picture, name="basket_picture"),
    path("gop/<str:token>/<int:number>/cong/<str:attempt_id>", basket.attempt_page, name="basket_attempt"),
    path("gop/<str:token>/<int:number>/mo-cong", basket.start, name="basket_start"),
    path("nt/<str:token>", stop_messages.stop_page, name="stop_messages"),
    path("truong/<slug:slug>", public_school.home, name="public_school"),
    path("<slug:slug>/cong-khai", public_school.short_address, name="public_short"),
    path("truong/<slug:slug>/huong-dan", guides.index, name="public_guides"),
    path("truong/<slug:slug>/huong-dan/<slug:way>", guides.guide, name="public_guide"),
    path("truong/<slug:slug>/nhung", public_school.embedded, name="public_embedded"),
    path("truong/<slug:slug>/tra-cuu", public_school.find, name="public_find"),
    path("truong/<slug:slug>/phieu/<str:token>", public_school.invoice, name="public_invoice"),
    path("truong/<slug:slug>/phieu/<str:token>/qr.png", public_school.picture, name="public_picture"),
]
