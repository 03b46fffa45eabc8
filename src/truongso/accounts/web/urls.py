"""Addresses of sign-in and one's own account; included at the root."""

from django.urls import include, path

from truongso.accounts.web import (
    activation,
    compliance,
    csp_reports,
    hygiene_pages,
    leaks,
    mail_rules,
    modules,
    operators,
    own_account,
    people,
    policy_pages,
    reviews,
    second_factor,
    security,
    sign_in,
    staff_lists,
    step_up,
    support,
)

# People of a school: at one's own school, and at a school under one's unit.
_people = (
    ("", people.people, "people"),
    ("/tai-ve", people.people_export, "people_export"),
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
    ("/<str:public_id>/lo-mat-khau", people.exposed, "exposed"),
    ("/<str:public_id>/trang-thai", people.set_active, "set_active"),
    ("/<str:public_id>/nguoi-giu", people.set_owner, "set_owner"),
)

# Account hygiene: at one's own school or unit, and at a school under one's unit.
_hygiene = (
    ("", hygiene_pages.hygiene, "hygiene"),
    ("/danh-sach", hygiene_pages.inventory, "inventory"),
    ("/danh-sach/tai-ve", hygiene_pages.inventory_export, "inventory_export"),
    ("/ra-soat/mo", reviews.review_open, "review_open"),
    ("/ra-soat/<str:public_id>", reviews.review, "review"),
    ("/ra-soat/<str:public_id>/xac-nhan", reviews.review_confirm, "review_confirm"),
    ("/ra-soat/<str:public_id>/ky", reviews.review_sign, "review_sign"),
    ("/ra-soat/<str:public_id>/ban-in", reviews.review_paper, "review_paper"),
    ("/ra-soat/<str:public_id>/tai-ve", reviews.review_export, "review_export"),
    ("/ra-soat/<str:public_id>/<int:number>", reviews.review_item, "review_item"),
    ("/ra-soat/<str:public_id>/<int:number>/quyet-dinh", reviews.review_decide, "review_decide"),
    ("/bi-lo", leaks.leaks_page, "leaks"),
    ("/bi-lo/<str:public_id>", leaks.leak, "leak"),
    ("/bi-lo/<str:public_id>/xu-ly", leaks.leak_handle, "leak_handle"),
    ("/bi-lo/<str:public_id>/phieu", leaks.leak_slips, "leak_slips"),
    ("/bi-lo/<str:public_id>/tai-ve", leaks.leak_export, "leak_export"),
    ("/minh-chung", compliance.compliance, "compliance"),
    ("/minh-chung/ban-in", compliance.compliance_paper, "compliance_paper"),
)

_named = [
    path("", sign_in.home, name="home"),
    path("bao-vi-pham-csp", csp_reports.report, name="csp_report"),
    path("dang-xuat", sign_in.sign_out, name="sign_out"),
    path("kich-hoat/<str:token>", activation.activation, name="activation"),
    path("tai-khoan", own_account.own_account, name="own_account"),
    path("tai-khoan/giu-mat-khau", own_account.keep, name="keep_password"),
    path("tai-khoan/nuoc-moi", own_account.attest_country, name="attest_country"),
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
    path("ho-tro", support.asks, name="support_asks"),
    path("ho-tro/<str:public_id>/vao", support.enter, name="support_enter"),
    path("ho-tro/<str:public_id>/ket-thuc", support.leave, name="support_leave"),
    path("nguoi-van-hanh", operators.operators, name="operators"),
    path("nguoi-van-hanh/mo", operators.operators_open, name="operators_open"),
    path("nguoi-van-hanh/dot", operators.operators_review, name="operators_review"),
    path("nguoi-van-hanh/dot/quyet-dinh", operators.operators_decide, name="operators_decide"),
    path("nguoi-van-hanh/dot/ky", operators.operators_sign, name="operators_sign"),
    path("nguoi-van-hanh/dot/ban-in", operators.operators_paper, name="operators_paper"),
    path("phep-ho-tro", support.grants, name="support_grants"),
    path("phep-ho-tro/<str:public_id>/quyet-dinh", support.decide, name="support_decide"),
    path("phep-ho-tro/<str:public_id>/thu-hoi", support.revoke, name="support_revoke"),
    path("tai-khoan/email-cong-vu", mail_rules.mail_rules, name="mail_rules"),
    path("an-toan-tai-khoan/dot/<str:public_id>", reviews.review_round, name="review_round"),
    path("an-toan-tai-khoan/dot/<str:public_id>/can-bo", reviews.review_round_decide, name="review_round_decide"),
    path("an-toan-tai-khoan/dot/<str:public_id>/ky", reviews.review_round_sign, name="review_round_sign"),
    path("an-toan-tai-khoan/dot/<str:public_id>/ban-in", reviews.review_round_paper, name="review_round_paper"),
    path("an-toan-tai-khoan/dot/<str:public_id>/tai-ve", reviews.review_round_export, name="review_round_export"),
    *(path(f"an-toan-tai-khoan{tail}", view, name=name) for tail, view, name in _hygiene),
    *(
        path(f"phong/truong/<str:code>/an-toan-tai-khoan{tail}", view, name=f"unit_{name}")
        for tail, view, name in _hygiene
    ),
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
