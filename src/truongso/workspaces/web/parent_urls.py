"""Addresses of the family's pages and of the receipt check."""

from django.urls import path

from truongso.workspaces.web import check, parent

urlpatterns = [
    path("p/<str:public_id>", parent.pay, name="pay"),
    path("p/<str:public_id>/trang-thai", parent.status, name="pay_status"),
    path("p/<str:public_id>/qr.png", parent.picture, name="pay_picture"),
    path("p/<str:public_id>/app-ngan-hang", parent.bank_apps, name="pay_bank_apps"),
    path("p/<str:public_id>/bien-lai/<str:receipt_id>.pdf", parent.receipt_file, name="pay_receipt_file"),
    path("p/<str:public_id>/bien-lai/<str:receipt_id>", parent.receipt, name="pay_receipt"),
    path("kt/<str:public_id>", check.check_receipt, name="check_receipt"),
]
