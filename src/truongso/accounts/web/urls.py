"""Addresses of sign-in and one's own account; included at the root."""

from django.urls import include, path

from truongso.accounts.web import activation, own_account, sign_in

_named = [
    path("", sign_in.home, name="home"),
    path("dang-xuat", sign_in.sign_out, name="sign_out"),
    path("kich-hoat/<str:token>", activation.activation, name="activation"),
    path("tai-khoan", own_account.own_account, name="own_account"),
    path("doi-don-vi", own_account.switch, name="switch"),
]

urlpatterns = [
    path("", include((_named, "accounts"))),
    # The account library asks for these names.
    path("dang-nhap", sign_in.sign_in, name="account_login"),
]
