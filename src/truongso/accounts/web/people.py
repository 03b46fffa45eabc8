"""People of a school or unit and their roles: for a school's IT administrator and principal, for the office above it,
and for a unit's office among its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.hygiene import owners
from truongso.accounts.hygiene.models import SharedAccount
from truongso.accounts.labels import role_name
from truongso.accounts.models import Membership, User
from truongso.accounts.services import ACTIVATION_LIFETIME
from truongso.accounts.staffing import services
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.staffing.queries import (
    Person,
    decided_requests,
    is_username_taken,
    people_of,
    person_at,
    request_at,
    waiting_requests,
)
from truongso.accounts.staffing.services import Done
from truongso.accounts.staffing.usernames import suggested
from truongso.accounts.types import AccountRefusedError, Permission, RequestKind
from truongso.accounts.web.people_forms import EndForm, PersonForm, RoleForm
from truongso.accounts.web.place import Place, place_of
from truongso.accounts.web.refusals import refusal_text
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.qr_image import qr_svg
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.organizations.public import School

KINDS = {
    RequestKind.GRANT: gettext_lazy("Trao vai trò"),
    RequestKind.END: gettext_lazy("Kết thúc vai trò"),
    RequestKind.LINK: gettext_lazy("Cấp lại đường dẫn kích hoạt"),
    RequestKind.LOST_FACTOR: gettext_lazy("Mở lại vì mất lớp xác thực thứ hai"),
    RequestKind.SUSPEND: gettext_lazy("Tạm khóa tài khoản"),
    RequestKind.RESUME: gettext_lazy("Mở lại tài khoản"),
}


@requires(Permission.PLACE_USER_READ)
@require_http_methods(["GET", "HEAD"])
def people(request: AuthedRequest, code: str = "") -> HttpResponse:
    """Everybody with a role, and what waits for a second person."""
    place = place_of(request, code)
    wanted, everyone = request.GET.get("q", "").strip()[:80], request.GET.get("xem") == "tat-ca"
    found = people_of(place.where, wanted=wanted, present_only=not everyone)
    context = {
        "place": place,
        "wanted": wanted,
        "everyone": everyone,
        "rows": [(person, place.url("person", person.user.public_id), _roles(person)) for person in found],
        "requests": [_request(request, place, one) for one in waiting_requests(place.where)],
        "may_write": request.caller.may(Permission.PLACE_USER_WRITE),
        "add_url": place.url("person_add"),
        "list_url": "" if place.is_unit else place.url("staff_list"),
        "people_url": place.url("people"),
        "export_url": "" if place.is_unit else place.url("people_export"),
    }
    return render(request, "accounts/people.html", context)


@requires(Permission.PLACE_USER_READ)
@require_safe
def people_export(request: AuthedRequest, code: str = "") -> HttpResponse:
    """The people as listed, each role on a row of its own."""
    place = place_of(request, code)
    wanted, everyone = request.GET.get("q", "").strip()[:80], request.GET.get("xem") == "tat-ca"
    found = people_of(place.where, wanted=wanted, present_only=not everyone)
    header = [
        _("Họ và tên"), _("Tên đăng nhập"), _("Vai trò"), _("Từ ngày"), _("Đến ngày"), _("Đang dùng"),
        _("Lớp thứ hai từ"), _("Đăng nhập gần nhất"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = [
        [
            one.user.full_name, one.user.username, role_name(m.role), m.valid_from, m.valid_to,
            _("có") if one.user.is_active else _("tạm khóa"), one.user.second_factor_since, one.user.last_login,
        ]
        for one in found
        for m in (one.memberships if everyone else one.present)
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Người dùng"), header, rows)], name="nguoi-dung", action="accounts:people:export",
        school=place.school, actor=request.caller.actor, count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def person_add(request: AuthedRequest, code: str = "") -> HttpResponse:
    """A new person; afterwards the slip with the activation link, if it may be handed over already."""
    place = place_of(request, code)
    form = PersonForm(request.POST or None, units=place.units)
    if form.is_valid():
        username = suggested(form.cleaned_data["full_name"], place.short_name, is_username_taken)
        try:
            with transaction():
                user, done = services.add_person(
                    by=place.manager, place=form.unit or place.at, data=form.data_for(username), span=form.span
                )
        except AccountRefusedError as refusal:
            form.add_error(_field(refusal), refusal_text(refusal))
        else:
            return _after(request, place, user, done)
    context = {"form": form, "place": place, "people_url": place.url("people")}
    return render(request, "accounts/person_add.html", context, status=422 if form.errors else 200)


@requires(Permission.PLACE_USER_READ)
@require_http_methods(["GET", "HEAD"])
def person(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """One person: roles, state, what can be done."""
    place = place_of(request, code)
    return _person_page(request, place, _found(place, public_id), RoleForm(is_unit=place.is_unit))


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["POST"])
@never_cache
def give_role(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """A further role."""
    place = place_of(request, code)
    found = _found(place, public_id)
    form = RoleForm(request.POST, is_unit=place.is_unit)
    if form.is_valid():
        try:
            with transaction():
                done = services.give_role(
                    by=place.manager, place=place.home_of(found.user), user=found.user, span=form.span
                )
        except AccountRefusedError as refusal:
            form.add_error(None, refusal_text(refusal))
        else:
            return _after(request, place, found.user, done)
    return _person_page(request, place, found, form, status=422)


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["POST"])
def end_role(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """The last day of a role."""
    place = place_of(request, code)
    found = _found(place, public_id)
    wanted = request.POST.get("membership", "")
    membership = next((m for m in found.memberships if str(m.pk) == wanted), None)
    form = EndForm(request.POST)
    if membership is None or not form.is_valid():
        messages.error(request, _("Ghi ngày cuối của vai trò, dạng 05/09/2026."))
        return redirect(place.url("person", public_id))
    return _act(
        request, place, found.user,
        lambda: services.end_role(
            by=place.manager, place=place.home_of(found.user), membership=membership,
            last_day=form.cleaned_data["last_day"], reason=form.cleaned_data["reason"],
        ),
    )  # fmt: skip


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["POST"])
@never_cache
def renew_link(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """A fresh activation link, as a slip to hand over."""
    place = place_of(request, code)
    user = _found(place, public_id).user
    return _act(
        request, place, user, lambda: services.renew_link(by=place.manager, place=place.home_of(user), user=user)
    )


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["POST"])
def lost_factor(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """Phone, key and codes are lost: ask a second person to open the account again."""
    place = place_of(request, code)
    user = _found(place, public_id).user
    reason = request.POST.get("reason", "")[:300]
    return _act(
        request, place, user,
        lambda: services.report_lost_factor(by=place.manager, place=place.home_of(user), user=user, reason=reason),
    )  # fmt: skip


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["POST"])
def exposed(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """Somebody else may know the password: it is changed before anything else."""
    place = place_of(request, code)
    user = _found(place, public_id).user
    reason = request.POST.get("reason", "")[:300]
    try:
        with transaction():
            services.report_exposed(by=place.manager, place=place.home_of(user), user=user, reason=reason)
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    else:
        messages.success(request, _("Đã đăng xuất khỏi mọi máy; lần đăng nhập tới phải đổi mật khẩu."))
    return redirect(place.url("person", public_id))


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["POST"])
def set_active(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """Suspend the account or let it in again."""
    place = place_of(request, code)
    user = _found(place, public_id).user
    active, reason = request.POST.get("state") == "open", request.POST.get("reason", "")[:300]
    home = place.home_of(user)
    return _act(
        request, place, user,
        lambda: services.set_active(by=place.manager, place=home, user=user, active=active, reason=reason),
    )  # fmt: skip


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["POST"])
@never_cache
def decide(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """Agree to what another person asked for, or refuse it."""
    place = place_of(request, code)
    row = request_at(place.where, public_id)
    if row is None:
        raise Http404
    approve, reason = request.POST.get("decision") == "approve", request.POST.get("reason", "")[:300]
    try:
        with transaction():
            done = services.decide(by=place.manager, request=row, approve=approve, reason=reason)
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect(place.url("people"))
    if done.token:
        return slips_page(request, place, [(row.user, done.token)])
    messages.success(request, _("Đã duyệt.") if approve else _("Đã từ chối."))
    return redirect(place.url("people"))


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["POST"])
def set_owner(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """Who answers for a shared account."""
    place = place_of(request, code)
    user = _found(place, public_id).user
    wanted, reason = request.POST.get("owner", ""), request.POST.get("reason", "")[:300]
    home = place.home_of(user)
    owner = next((one for one in owners.possible_owners(home) if one.public_id == wanted), None)

    def act() -> Done:
        if owner is None:
            raise AccountRefusedError("owner_unknown")
        owners.set_owner(by=place.manager, place=home, user=user, owner=owner, reason=reason)
        return Done()

    return _act(request, place, user, act)


def slips_page(request: AuthedRequest, place: Place, links: list[tuple[User, str]]) -> HttpResponse:
    """Slips with name, QR and link, shown this once: to print and hand over, or to send."""
    today = clock.today()
    slips = []
    for user, token in links:
        address = settings.PUBLIC_URL + reverse("accounts:activation", args=[token])
        home = place.home_of(user)
        at = {"school": home} if isinstance(home, School) else {"unit": home}
        held = Membership.objects.filter(user=user, **at)
        roles = [role_name(m.role) for m in held if m.valid_to is None or m.valid_to >= today]
        slips.append(
            {
                "user": user, "roles": roles, "address": address,
                # Drawn by us; its title is escaped there.
                "qr": mark_safe(qr_svg(address, title=_("Mã QR kích hoạt"))),  # noqa: S308
            }
        )  # fmt: skip
    context = {"slips": slips, "place": place, "back": place.url("people"), "until": clock.now() + ACTIVATION_LIFETIME}
    return render(request, "accounts/slips.html", context)


def _act(request: AuthedRequest, place: Place, user: User, act: Callable[[], Done]) -> HttpResponse:
    try:
        with transaction():
            done = act()
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect(place.url("person", user.public_id))
    return _after(request, place, user, done)


def _after(request: AuthedRequest, place: Place, user: User, done: Done) -> HttpResponse:
    if done.token:
        return slips_page(request, place, [(user, done.token)])
    if done.waits:
        messages.info(request, _("Đã gửi đề nghị. Việc này cần người thứ hai duyệt ở trang Người dùng."))
    else:
        messages.success(request, _("Đã ghi."))
    return redirect(place.url("person", user.public_id))


def _person_page(
    request: AuthedRequest, place: Place, found: Person, form: RoleForm, status: int = 200
) -> HttpResponse:
    url = {
        name: place.url(name, found.user.public_id)
        for name in ("give_role", "end_role", "renew_link", "exposed", "lost_factor", "set_active", "set_owner")
    }
    waiting = [one for one in waiting_requests(place.where) if one.user_id == found.user.pk]
    shared = SharedAccount.objects.filter(user=found.user).select_related("owner").first()
    is_free = shared is not None or not found.user.was_begun
    context: dict[str, Any] = {
        "place": place,
        "found": found,
        "user_shown": found.user,
        "roles": _roles(found),
        "form": form,
        "end_form": EndForm(initial={"last_day": clock.today()}),
        "url": url,
        "requests": [_request(request, place, one) for one in waiting],
        "decided": [(one, KINDS[RequestKind(one.kind)]) for one in decided_requests(place.where, found.user)],
        "is_own": found.user.pk == request.caller.user.pk,
        "shared": shared,
        # A personal account that was used is nobody else's.
        "owners": owners.possible_owners(place.home_of(found.user)) if is_free else [],
        "may_write": request.caller.may(Permission.PLACE_USER_WRITE),
        "people_url": place.url("people"),
    }
    return render(request, "accounts/person.html", context, status=status)


def _found(place: Place, public_id: str) -> Person:
    found = person_at(place.where, public_id)
    if found is None:
        raise Http404
    return found


def _roles(found: Person) -> list[dict[str, Any]]:
    today = clock.today()
    return [
        {
            "membership": m, "name": role_name(m.role), "unit": m.unit.name if m.unit else "",
            "is_over": m.valid_to is not None and m.valid_to < today,
            "is_later": m.valid_from > today,
        }
        for m in found.memberships
    ]  # fmt: skip


def _request(request: AuthedRequest, place: Place, row: AccountRequest) -> dict[str, Any]:
    may = request.caller.may(Permission.PLACE_USER_WRITE)
    is_other = request.caller.user.pk not in {row.proposed_by_id, row.user_id}
    return {
        "row": row, "kind": KINDS[RequestKind(row.kind)], "role": role_name(row.role) if row.role else "",
        "url": place.url("decide", row.public_id), "person_url": place.url("person", row.user.public_id),
        "may_decide": may and is_other and (place.manager.approves or row.proposer_approves),
    }  # fmt: skip


def _field(refusal: AccountRefusedError) -> str | None:
    fields = {
        "bad_username": "username", "username_taken": "username", "email_taken": "email", "bad_email": "email",
        "bad_dates": "valid_to", "roles_conflict": "role",
    }  # fmt: skip
    return fields.get(refusal.code)
