"""Account hygiene of a school or unit: overview and the list of all accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.hygiene.figures import campaigns, figures
from truongso.accounts.hygiene.inventory import Account, Wanted, accounts_of, matching
from truongso.accounts.hygiene.leaks import reports_of
from truongso.accounts.hygiene.models import Review, ReviewRound
from truongso.accounts.hygiene.reviews import next_due
from truongso.accounts.hygiene.types import AccountClass
from truongso.accounts.labels import role_name
from truongso.accounts.policy.queries import policy_at
from truongso.accounts.policy.types import Policy
from truongso.accounts.types import Permission
from truongso.accounts.web.hygiene_spot import Spot, school_url, spot_of
from truongso.accounts.web.hygiene_texts import CLASSES, FACTORS, GAPS, STATES
from truongso.kernel import clock
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import ExportingSchool, ExportingUnit, xlsx_response
from truongso.kernel.ui.formatting import ngay
from truongso.organizations.public import schools_under

PAGE_SIZE = 50


class ClassesForm(forms.Form):
    """Which accounts a campaign covers."""

    classes = forms.MultipleChoiceField(
        label=gettext_lazy("Loại tài khoản"), choices=[(one.value, name) for one, name in CLASSES.items()],
        widget=forms.CheckboxSelectMultiple, initial=[AccountClass.STAFF.value, AccountClass.SHARED.value],
        error_messages={"required": gettext_lazy("Chọn ít nhất một loại tài khoản.")},
    )  # fmt: skip


class ListForm(forms.Form):
    """What is looked for in the list."""

    q = forms.CharField(label=gettext_lazy("Tên"), required=False, max_length=80)
    loai = forms.ChoiceField(label=gettext_lazy("Loại"), required=False)
    tt = forms.ChoiceField(label=gettext_lazy("Trạng thái"), required=False)
    thieu = forms.ChoiceField(label=gettext_lazy("Cần để ý"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        every = [("", _("Tất cả"))]
        self.fields["loai"].choices = [*every, *((one.value, name) for one, name in CLASSES.items())]  # type: ignore[attr-defined]
        self.fields["tt"].choices = [*every, *((one.value, name) for one, (name, _kind) in STATES.items())]  # type: ignore[attr-defined]
        self.fields["thieu"].choices = [*every, *GAPS.items()]  # type: ignore[attr-defined]

    def wanted(self, policy: Policy) -> Wanted:
        """What is looked for; a choice that is none of ours counts as none."""
        self.is_valid()
        found = self.cleaned_data
        return Wanted(
            found.get("q", ""), found.get("loai", ""), found.get("tt", ""), found.get("thieu", ""),
            policy.rotation_days, policy.dormant_days,
        )  # fmt: skip


@requires(Permission.PLACE_USER_READ)
@require_safe
def hygiene(request: AuthedRequest, code: str = "") -> HttpResponse:
    """What is to be done about accounts here; at a unit: how its schools stand."""
    spot = spot_of(request, code)
    return _unit_overview(request, spot) if spot.is_unit else _school_overview(request, spot)


@requires(Permission.PLACE_USER_READ)
@require_safe
def inventory(request: AuthedRequest, code: str = "") -> HttpResponse:
    """All accounts: owner, roles, last use, state, second factor, age of the password."""
    spot = spot_of(request, code)
    policy = policy_at(spot.place, clock.today())
    form = ListForm(request.GET)
    found = matching(accounts_of(spot.place), form.wanted(policy))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("trang"))
    context = {
        "spot": spot, "form": form, "page": page, "count": len(found), "policy": policy,
        "rows": [account_row(spot, one) for one in page.object_list],
        "urls": _urls(spot), "export_query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "accounts/hygiene/inventory.html", context)


@requires(Permission.PLACE_USER_READ)
@require_safe
def inventory_export(request: AuthedRequest, code: str = "") -> HttpResponse:
    """The list as filtered, as a workbook."""
    spot = spot_of(request, code)
    policy = policy_at(spot.place, clock.today())
    found = matching(accounts_of(spot.place), ListForm(request.GET).wanted(policy))
    sheet = SheetOut(
        _("Tài khoản"),
        [
            _("Họ và tên"), _("Tên đăng nhập"), _("Loại"), _("Người giữ"), _("Vai trò"), _("Trạng thái"),
            _("Dùng lần cuối"), _("Lớp thứ hai"), _("Đổi gần nhất (ngày trước)"), _("Đã đọc quy định email"),
        ],
        [_cells(one) for one in found],
        banner=[[spot.place.name], [_("Danh sách tài khoản ngày %(day)s") % {"day": ngay(clock.today())}]],
    )  # fmt: skip
    return export(spot, [sheet], request, name="tai-khoan", action="accounts:inventory:export", count=len(found))


def export(
    spot: Spot, sheets: list[SheetOut], request: AuthedRequest, *, name: str, action: str, count: int
) -> HttpResponse:
    """A workbook of a school or unit, recorded where it belongs."""
    asked = {key: str(value) for key, value in request.GET.items() if value}
    return xlsx_response(
        sheets, name=name, action=action, school=exporter(spot), actor=request.caller.actor, count=count, asked=asked
    )


def exporter(spot: Spot) -> ExportingSchool:
    """Whose export it is, and in whose chain it is recorded."""
    return ExportingUnit(spot.unit.code, spot.unit.name, spot.unit.pk) if spot.is_unit else spot.school


def account_row(spot: Spot, one: Account) -> dict[str, Any]:
    """What a list says of an account."""
    state, kind = STATES[one.state]
    return {
        "account": one, "state": state, "kind": kind, "class": CLASSES[one.account_class],
        "roles": [(role_name(m.role), m) for m in one.present or one.memberships],
        "factors": [FACTORS[kind] for kind in one.factors],
        "url": "" if spot.is_unit else _person_url(spot, one.user.public_id),
    }  # fmt: skip


def _person_url(spot: Spot, public_id: str) -> str:
    return spot.url("person", public_id)


def _cells(one: Account) -> list[ExportCell]:
    spans = [
        " ".join([role_name(m.role), ngay(m.valid_from), "–", ngay(m.valid_to) if m.valid_to else ""]).strip()
        for m in one.memberships
    ]
    return [
        one.user.full_name, one.user.username, str(CLASSES[one.account_class]),
        one.owner.full_name if one.owner else one.user.full_name, "; ".join(spans), str(STATES[one.state][0]),
        one.used_at, ", ".join(str(FACTORS[kind]) for kind in one.factors), one.password_days,
        _("có") if one.has_read_rules else _("chưa") if one.is_staff else "",
    ]  # fmt: skip


def _school_overview(request: AuthedRequest, spot: Spot) -> HttpResponse:
    today = clock.today()
    school, policy = spot.school, policy_at(spot.place, today)
    rows = Review.objects.for_school(school).select_related("signed_by", "round__unit").order_by("-started_at")
    counts = figures([school.pk], policy)[school.pk]
    accounts = accounts_of(school)
    context = {
        "spot": spot, "school": school, "policy": policy, "counts": counts, "urls": _urls(spot),
        "reviews": [(row, spot.url("review", row.public_id)) for row in rows[:20]],
        "running": next((row for row in rows[:1] if row.closed_at is None), None),
        "next_due": next_due(school, review_days=policy.review_days), "today": today,
        "form": ClassesForm(),
        "reports": [(row, spot.url("leak", row.public_id)) for row in reports_of(school)[:20]],
        "gaps": [
            (name, len(matching(accounts, Wanted("", "", "", gap, policy.rotation_days, policy.dormant_days))), gap)
            for gap, name in GAPS.items()
        ],
    }  # fmt: skip
    return render(request, "accounts/hygiene/school.html", context)


def _unit_overview(request: AuthedRequest, spot: Spot) -> HttpResponse:
    today = clock.today()
    schools = schools_under(spot.unit, today)
    page = Paginator(schools, PAGE_SIZE).get_page(request.GET.get("trang"))
    ids = [one.pk for one in page.object_list]
    policy = policy_at(spot.unit, today)
    counts, latest = figures(ids, policy), campaigns(ids)
    rounds = ReviewRound.objects.filter(unit=spot.unit).order_by("-started_at")[:20]
    context = {
        "spot": spot, "unit": spot.unit, "page": page, "policy": policy, "today": today, "urls": _urls(spot),
        "rows": [(one, counts[one.pk], latest.get(one.pk), school_url(one.code)) for one in page.object_list],
        "rounds": [(row, spot.url("review_round", row.public_id)) for row in rounds],
        "reports": [(row, spot.url("leak", row.public_id)) for row in reports_of(spot.unit)[:20]],
        "form": ClassesForm(),
    }  # fmt: skip
    return render(request, "accounts/hygiene/unit.html", context)


def _urls(spot: Spot) -> dict[str, str]:
    names = ["hygiene", "inventory", "inventory_export", "review_open", "leaks", "compliance", "compliance_paper"]
    return {name: spot.url(name) for name in names}
