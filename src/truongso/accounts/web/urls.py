"""Addresses of sign-in and one's own account; included at the root."""

from django.urls import include, path

from truongso.accounts.web import (
    activation,
    modules,
    own_account,
    people,
    policy_pages,
    second_factor,
    security,
    sign_in,
    staff_lists,
    step_up,
)

# People of a school: at one's own school, and at a school under one's unit.
_people = (
    ("", people.people, "people"),
    ("/them", people.person_add, "person_add"),
    ("/nhap", staff_lists.staff_list, "staff_list"),
    ("/nhap/mau", staff_lists.staff_template, "staff_template"),
    ("/nhap/<str:public_id>", staff_lists.staff_list_preview, "staff_list_preview"),
    ("/de-nghi/<str:public_id>", people.decide, "decide"),
    ("/<str:public_id>", people.person, "person"),
    ("/<str:public_id>/vai-tro", people.give_role, "give_role"),
    ("/<str:public_id>/ket-thuc", people.end_role, "end_role"),
    ("/<str:public_id>/duong-dan", people.renew_link, "renew_link"),
    ("/<str:public_id>/mat-lop-hai", people.lost_factor, "lost_factor"),
    ("/<str:public_id>/trang-thai", people.set_active, "set_active"),
)

_named = [
    path("", sign_in.home, name="home"),
    path("dang-xuat", sign_in.sign_out, name="sign_out"),
    path("kich-hoat/<str:token>", activation.activation, name="activation"),
    path("tai-khoan", own_account.own_account, name="own_account"),
    path("tai-khoan/giu-mat-khau", own_account.keep, name="keep_password"),
    path("tai-khoan/bao-mat", security.security, name="security"),
    path("tai-khoan/bao-mat/ung-dung", security.add_app, name="add_app"),
    path("tai-khoan/bao-mat/khoa", security.add_key, name="add_key"),
    path("tai-khoan/bao-mat/xoa", security.remove_factor, name="remove_factor"),
    path("tai-khoan/bao-mat/phieu-ma", security.code_sheet, name="code_sheet"),
    path("tai-khoan/bao-mat/ma-du-phong", security.recovery_codes, name="recovery_codes"),
    path("tai-khoan/bao-mat/phien", security.end_session, name="end_session"),
    path("tai-khoan/bao-mat/trinh-duyet", security.forget_device, name="forget_device"),
    path("xac-nhan-lai", step_up.step_up, name="step_up"),
    path("doi-don-vi", own_account.switch, name="switch"),
    path("chinh-sach-tai-khoan", policy_pages.policy, name="policy"),
    path("chinh-sach-tai-khoan/dat", policy_pages.policy_set, name="policy_set"),
    path("truong/phan-su-dung", modules.modules, name="modules"),
    *(path(f"nguoi-dung{tail}", view, name=name) for tail, view, name in _people),
    *(path(f"phong/truong/<str:code>/nguoi-dung{tail}", view, name=f"unit_{name}") for tail, view, name in _people),
]

urlpatterns = [
    path("", include((_named, "accounts"))),
    # The account library asks for these names.
    path("dang-nhap", sign_in.sign_in, name="account_login"),
    path("dang-nhap/hai-lop", second_factor.second_factor, name="mfa_authenticate"),
    path("dang-nhap/khoa", second_factor.passkey_sign_in, name="mfa_login_webauthn"),
    path("dang-nhap/khong-dung-duoc", second_factor.inactive, name="account_inactive"),
]
