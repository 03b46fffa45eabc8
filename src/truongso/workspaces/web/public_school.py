"""The school's public page, "Nội dung công khai" (letter LC-2.2): fee list, ways to pay, accounts, totals, look-up."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from truongso.accounts.public import public
from truongso.fees.public import Invoice, invoices_anywhere, price_list, public_reductions
from truongso.kernel import banks, clock
from truongso.kernel.limits import client_of, seconds_left
from truongso.kernel.masking import masked_name
from truongso.kernel.money import ZERO
from truongso.kernel.ui.downloads import file_response
from truongso.organizations.public import (
    School,
    bank_accounts,
    school_by_slug,
    school_year_on,
    standard_template,
    template_for,
)
from truongso.payments.public import grouped, invoice_picture, method_choices
from truongso.payments.vietqr import VietQrError
from truongso.reporting.public import NATURES, between, cashless_figures
from truongso.workspaces.basket import Entry, token_of
from truongso.workspaces.embedding import framing_places
from truongso.workspaces.lookup import BY_CLIENT, LookUpState, look_up
from truongso.workspaces.payment_page import payment_page, state_on_page
from truongso.workspaces.ways import ways_of
from truongso.workspaces.web.family_forms import LookUpForm
from truongso.workspaces.web.misses import guarded
from truongso.workspaces.wording import UNITS

P = ParamSpec("P")
SchoolView = Callable[Concatenate[HttpRequest, School, P], HttpResponse]
PUBLIC = public("public disclosure: fee list, ways to pay, registered accounts and totals; nothing of a pupil")
LOOKED_UP = public("opened by an invoice code and a second thing that only the family knows; names are masked")
_SALT = "truongso.looked-up"
_HALF_HOUR = 1800


def of_school(view: SchoolView[P]) -> Callable[..., HttpResponse]:
    """Give the view its school, when the school has opened its public page; otherwise the same 404 for all."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        school = school_by_slug(slug)
        if school is None or not school.has_public_page:
            return render(request, "workspaces/public/no_school.html", status=404)
        return view(request, school, *args, **kwargs)

    return wrapper


@PUBLIC
@require_safe
@gzip_page
@of_school
def home(request: HttpRequest, school: School) -> HttpResponse:
    """The section "Nội dung công khai"; 13 to 16 queries, whatever the number of pupils."""
    return render(request, "workspaces/public/school.html", _home_context(school, LookUpForm()))


@PUBLIC
@require_safe
@of_school
def short_address(request: HttpRequest, school: School) -> HttpResponse:
    """The address that goes on paper, `/<school>/cong-khai`; leads to the page itself."""
    return redirect("workspaces:public_school", school.slug)


@PUBLIC
@require_safe
@gzip_page
@of_school
def embedded(request: HttpRequest, school: School) -> HttpResponse:
    """The same disclosure for a frame in the school's own website; nothing to type into, links open outside the frame.

    Only the website in the school's profile may frame it. No other page of the product may be framed by anybody.
    """
    response = render(request, "workspaces/public/embedded.html", _home_context(school, LookUpForm()))
    places = framing_places(school.website)
    if places:
        vars(response).update(xframe_options_exempt=True, _csp_replace={"frame-ancestors": list(places)})
    return response


@LOOKED_UP
@require_http_methods(["GET", "HEAD", "POST"])
@of_school
def find(request: HttpRequest, school: School) -> HttpResponse:
    """Look an invoice up; found ones open masked, for half an hour."""
    form = LookUpForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        found = look_up(data["code"], data["proof"], client=client_of(request), school_id=school.pk)
        if found.invoice is not None:
            return guarded(redirect("workspaces:public_invoice", school.slug, _token(found.invoice)))
        status = 429 if found.state is LookUpState.TOO_MANY else 422
        form.add_error(None, _not_found(found.state))
    response = render(request, "workspaces/public/find.html", {"form": form, **base_context(school)}, status=status)
    if status == 429:
        response["Retry-After"] = str(seconds_left(BY_CLIENT))
    return guarded(response)


@LOOKED_UP
@require_safe
@of_school
def invoice(request: HttpRequest, school: School, token: str) -> HttpResponse:
    """What was found: masked name, amount, due day, code to pay; not the family's own page."""
    found = _read(token, school)
    if found is None:
        return guarded(redirect("workspaces:public_find", school.slug))
    page = payment_page(found)
    context = {
        "page": page,
        "invoice": found,
        "token": token,
        "name": masked_name(found.student_name),
        "payer": masked_name(found.payer_name),
        "basket": token_of([Entry(found.pk, is_own=False)]),
        **base_context(school),
    }
    return guarded(render(request, "workspaces/public/invoice.html", context))


@LOOKED_UP
@require_safe
@of_school
def picture(request: HttpRequest, school: School, token: str) -> HttpResponse:
    """The code of what was found as a picture to save."""
    found = _read(token, school)
    if found is None or not state_on_page(found).is_open:
        return guarded(redirect("workspaces:public_find", school.slug))
    try:
        png = invoice_picture(found)
    except VietQrError:
        return guarded(redirect("workspaces:public_invoice", school.slug, token))
    return guarded(file_response(png, f"ma-qr-{found.code}.png", "image/png"))


def _home_context(school: School, form: LookUpForm) -> dict[str, object]:
    today = clock.today()
    year = school_year_on(today)
    first = year.starts_on if year else today.replace(month=1, day=1)
    figures = cashless_figures(school.pk, between(first, today))
    accounts = bank_accounts(school)
    choices = method_choices(school.pk, amount=ZERO, has_code=bool(accounts))
    template = template_for(school, today)
    return {
        "form": form,
        "items": [
            {"item": item, "nature": NATURES[item.nature], "unit": UNITS[item.unit]}
            for item in price_list(school.pk, today)
        ],
        "reductions": [
            {"rule": rule, "nature": NATURES[rule.nature]} for rule in public_reductions(school.ownership, today)
        ],
        "accounts": [
            {"account": account, "number": grouped(account.number), "bank": banks.find(account.bank_bin)}
            for account in accounts
        ],
        "ways": ways_of(choices),
        "template": template,
        "fields": template.specs if template else standard_template(),
        "figures": figures,
        "year": year,
        **base_context(school),
    }  # fmt: skip


def base_context(school: School) -> dict[str, object]:
    """What the base of every public page reads of the school."""
    return {
        "school": school,
        "school_name": school.name,
        "school_place": school.address,
        "school_phone": school.support_phone or school.phone,
        "today": clock.today(),
    }


def _not_found(state: LookUpState) -> str:
    if state is LookUpState.TOO_MANY:
        return _(
            "Đã thử sai quá nhiều lần. Chờ rồi thử lại, mở liên kết trong tin nhắn của trường, hoặc gọi tổ hỗ trợ."
        )
    return _("Không có phiếu khớp cả hai thông tin. Xem lại mã và ngày sinh hoặc số điện thoại.")


def _token(found: Invoice) -> str:
    return signing.dumps(found.pk, salt=_SALT)


def _read(token: str, school: School) -> Invoice | None:
    """The invoice of a look-up's address at this school; None when it was made up or is older than half an hour."""
    try:
        pk = signing.loads(token, salt=_SALT, max_age=_HALF_HOUR)
    except signing.BadSignature:
        return None
    rows = invoices_anywhere([int(pk)], reason="the signed address of a look-up names its invoice")
    return rows[0] if rows and rows[0].school_id == school.pk else None
