"""Review campaigns: at a school account by account, at a unit school by school."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.hygiene import reviews, unit_reviews
from truongso.accounts.hygiene.inventory import accounts_of
from truongso.accounts.hygiene.models import Review, ReviewItem, ReviewRound
from truongso.accounts.hygiene.owners import possible_owners
from truongso.accounts.hygiene.review_queries import (
    Tally,
    item_at,
    items_of,
    review_at,
    round_at,
    tallies_of_round,
    tally_of,
)
from truongso.accounts.hygiene.types import AccountClass, ReviewDecision
from truongso.accounts.labels import role_name
from truongso.accounts.types import AccountRefusedError, Permission
from truongso.accounts.web.hygiene_pages import ClassesForm, account_row, export
from truongso.accounts.web.hygiene_spot import Spot, school_url, spot_of
from truongso.accounts.web.hygiene_texts import CLASSES, DECISIONS
from truongso.accounts.web.refusals import refusal_text
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.formatting import ngay, ngay_gio
from truongso.organizations.public import schools_under

PAGE_SIZE = 50


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_POST
def review_open(request: AuthedRequest, code: str = "") -> HttpResponse:
    """Start a campaign; at a unit, at all its schools."""
    spot = spot_of(request, code)
    form = ClassesForm(request.POST)
    form.is_valid()
    classes = [AccountClass(word) for word in form.cleaned_data.get("classes", [])]
    by, actor = request.caller.user, request.caller.actor
    try:
        with transaction():
            if spot.is_unit:
                made = reviews.open_round(by=by, actor=actor, unit=spot.unit, classes=classes)
                target = spot.url("review_round", made.public_id)
            else:
                opened = reviews.open_review(by=by, actor=actor, school=spot.school, classes=classes)
                target = spot.url("review", opened.public_id)
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect(spot.url("hygiene"))
    text = _("Đã mở đợt rà soát. Các trường thấy trong ít phút.") if spot.is_unit else _("Đã mở đợt rà soát.")
    messages.success(request, text)
    return redirect(target)


@requires(Permission.PLACE_USER_READ)
@require_safe
def review(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """A campaign: what waits first."""
    spot = spot_of(request, code)
    row = _found(spot, public_id)
    only_waiting = request.GET.get("xem") == "cho"
    items = [one for one in items_of(row) if not only_waiting or not one.decision]
    page = Paginator(items, PAGE_SIZE).get_page(request.GET.get("trang"))
    context = {
        **_context(spot, row), "page": page, "only_waiting": only_waiting,
        "rows": [_row(spot, row, one, request.caller.user.pk) for one in page.object_list],
        "may_decide": spot.may_write and _is_running(row),
    }  # fmt: skip
    return render(request, "accounts/hygiene/review.html", context)


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_POST
def review_confirm(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """The chosen accounts stay as they are."""
    spot = spot_of(request, code)
    row = _found(spot, public_id)
    chosen = _numbers_of(request.POST.getlist("tk"))
    try:
        with transaction():
            count = reviews.confirm(by=spot.manager, review=row, item_ids=chosen)
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    else:
        if count:
            messages.success(request, _("Đã xác nhận %(count)d tài khoản.") % {"count": count})
        else:
            messages.warning(request, _("Chưa có tài khoản nào được xác nhận. Đánh dấu tài khoản, trừ của chính mình."))
    return redirect(spot.url("review", public_id))


@requires(Permission.PLACE_USER_READ)
@require_safe
def review_item(request: AuthedRequest, public_id: str, number: int, code: str = "") -> HttpResponse:
    """One account of a campaign."""
    spot = spot_of(request, code)
    row = _found(spot, public_id)
    item = _item(row, number)
    found = accounts_of(spot.school, only=[item.user_id])
    is_own = item.user_id == request.caller.user.pk
    context = {
        **_context(spot, row), "item": item, "row": _row(spot, row, item, request.caller.user.pk),
        "account": account_row(spot, found[0]) if found else None, "is_own": is_own,
        "owners": [] if not hasattr(item.user, "shared") else possible_owners(spot.school),
        "may_decide": spot.may_write and _is_running(row) and not is_own
        and item.decision in {"", ReviewDecision.CONFIRMED.value},
        "decide_url": spot.url("review_decide", public_id, str(number)),
    }  # fmt: skip
    return render(request, "accounts/hygiene/review_item.html", context)


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_POST
def review_decide(request: AuthedRequest, public_id: str, number: int, code: str = "") -> HttpResponse:
    """Confirm, suspend or hand over one account."""
    spot = spot_of(request, code)
    row = _found(spot, public_id)
    item = _item(row, number)
    try:
        with transaction():
            text = _decide(request, spot, row, item)
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect(spot.url("review_item", public_id, str(number)))
    messages.success(request, text)
    return redirect(spot.url("review", public_id))


@requires(Permission.PLACE_USER_APPROVE, fresh=True)
@require_POST
def review_sign(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """The principal signs the result."""
    spot = spot_of(request, code)
    row = _found(spot, public_id)
    if not spot.may_sign:
        messages.error(request, _("Kết quả do hiệu trưởng của trường ký."))
        return redirect(spot.url("review", public_id))
    try:
        with transaction():
            reviews.sign(
                by=request.caller.user, actor=request.caller.actor, review=row, note=request.POST.get("note", "")[:300]
            )
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    else:
        messages.success(request, _("Đã ký kết quả rà soát."))
    return redirect(spot.url("review", public_id))


@requires(Permission.PLACE_USER_READ)
@require_safe
def review_paper(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """The result on paper."""
    spot = spot_of(request, code)
    row = _found(spot, public_id)
    context = {**_context(spot, row), "rows": [_row(spot, row, one, 0) for one in items_of(row)]}
    return render(request, "accounts/hygiene/review_paper.html", context)


@requires(Permission.PLACE_USER_READ)
@require_safe
def review_export(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """The result as a workbook."""
    spot = spot_of(request, code)
    row = _found(spot, public_id)
    items = items_of(row)
    sheet = SheetOut(
        _("Rà soát"),
        [
            _("Họ và tên"), _("Tên đăng nhập"), _("Loại"), _("Vai trò"), _("Dùng lần cuối"), _("Kết quả"),
            _("Người quyết định"), _("Lúc"), _("Lý do"),
        ],
        [_cells(one) for one in items],
        banner=[[spot.school.name], [_headline(row)]],
    )  # fmt: skip
    return export(spot, [sheet], request, name="ra-soat", action="accounts:review:export", count=len(items))


@requires(Permission.PLACE_USER_READ)
@require_safe
def review_round(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A unit's campaign school by school, and all together."""
    return render(request, "accounts/hygiene/round.html", _round(request, public_id))


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_POST
def review_round_decide(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Confirm chosen accounts of the unit's own people, or suspend one."""
    spot, row = _own_round(request, public_id)
    one, moved = request.POST.get("khoa", ""), request.POST.get("doi", "")
    reason = request.POST.get("reason", "")[:300]
    try:
        with transaction():
            if one:
                waits = unit_reviews.disable(
                    by=spot.manager, of_round=row, item_id=next(iter(_numbers_of([one])), 0), reason=reason
                )
                text = _("Đã đề nghị tạm khóa, chờ người thứ hai duyệt.") if waits else _("Đã tạm khóa.")
            elif moved:
                text = _hand_over(spot, row, moved, reason, request.POST.get("owner", ""))
            else:
                chosen = _numbers_of(request.POST.getlist("tk"))
                count = unit_reviews.confirm(by=spot.manager, of_round=row, item_ids=chosen)
                text = _("Đã xác nhận %(count)d tài khoản.") % {"count": count}
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    else:
        messages.success(request, text)
    return redirect(spot.url("review_round", public_id))


@requires(Permission.PLACE_USER_APPROVE, fresh=True)
@require_POST
def review_round_sign(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The unit signs the part about its own people."""
    spot, row = _own_round(request, public_id)
    try:
        with transaction():
            unit_reviews.sign(
                by=request.caller.user, actor=request.caller.actor, of_round=row,
                note=request.POST.get("note", "")[:300],
            )  # fmt: skip
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    else:
        messages.success(request, _("Đã ký kết quả rà soát."))
    return redirect(spot.url("review_round", public_id))


@requires(Permission.PLACE_USER_READ)
@require_safe
def review_round_paper(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The unit's campaign on paper."""
    return render(request, "accounts/hygiene/round_paper.html", _round(request, public_id))


@requires(Permission.PLACE_USER_READ)
@require_safe
def review_round_export(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The unit's campaign as a workbook."""
    context = _round(request, public_id)
    rows: list[list[ExportCell]] = [
        [
            one["school"].name, *_numbers(one["tally"]), one["review"].signed_at if one["review"] else None,
            one["signer"],
        ]
        for one in context["rows"]
    ]  # fmt: skip
    sheet = SheetOut(
        _("Tổng hợp"),
        [
            _("Trường"), _("Tài khoản"), _("Chưa rà soát"), _("Xác nhận"), _("Tạm khóa"), _("Đổi người giữ"),
            _("Giữ lại"), _("Ký lúc"), _("Người ký"),
        ],
        [*rows, [_("Cộng"), *_numbers(context["sum"]), None, ""]],
        banner=[[context["unit"].name], [context["headline"]]],
    )  # fmt: skip
    spot: Spot = context["spot"]
    return export(spot, [sheet], request, name="tong-hop-ra-soat", action="accounts:review:export", count=len(rows))


def _hand_over(spot: Spot, row: ReviewRound, number: str, reason: str, wanted: str) -> str:
    item = next((one for one in unit_reviews.items_of(row) if str(one.pk) == number), None)
    if item is None:
        raise AccountRefusedError("already_reviewed")
    owner = next((one for one in possible_owners(item.the_unit) if one.public_id == wanted), None)
    if owner is None:
        raise AccountRefusedError("owner_unknown")
    unit_reviews.change_owner(by=spot.manager, of_round=row, item_id=item.pk, owner=owner, reason=reason)
    return _("Đã đổi người giữ. Cấp phiếu kích hoạt cho người mới ở trang Người dùng.")


def _own_round(request: AuthedRequest, public_id: str) -> tuple[Spot, ReviewRound]:
    spot = spot_of(request, "")
    row = round_at(spot.unit, public_id)
    if row is None:
        raise Http404
    return spot, row


def _numbers_of(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def _own_part(request: AuthedRequest, spot: Spot, row: ReviewRound) -> dict[str, Any]:
    items = unit_reviews.items_of(row)
    tally = unit_reviews.tally_of(items)
    is_running = row.closed_at is None and row.due_on >= clock.today()
    shown = []
    for one in items:
        text, kind = DECISIONS[ReviewDecision(one.decision)] if one.decision else (_("Chưa rà soát"), "")
        shown.append(
            {
                "item": one, "roles": [role_name(word) for word in one.roles.split(",") if word], "text": text,
                "kind": kind, "is_own": one.user_id == request.caller.user.pk,
                "shared": getattr(one.user, "shared", None),
                "owners": possible_owners(one.the_unit) if hasattr(one.user, "shared") and is_running else [],
            }
        )  # fmt: skip
    may_sign = request.caller.may(Permission.PLACE_USER_APPROVE)
    return {
        "own_rows": shown, "own": tally, "may_decide": spot.may_write and is_running,
        "may_sign": may_sign and row.signed_at is None and not tally.waiting and bool(items),
        "decide_url": spot.url("review_round_decide", row.public_id),
        "sign_url": spot.url("review_round_sign", row.public_id),
    }  # fmt: skip


def _round(request: AuthedRequest, public_id: str) -> dict[str, Any]:
    spot, row = _own_round(request, public_id)
    schools = schools_under(spot.unit, clock.today())
    found = tallies_of_round(row, [one.pk for one in schools])
    rows: list[dict[str, Any]] = []
    total: dict[str, int] = {}
    for school in schools:
        own, tally = found.get(school.pk, (None, Tally({})))
        signer = own.signed_by.full_name if own is not None and own.signed_by is not None else ""
        rows.append({"school": school, "review": own, "tally": tally, "signer": signer, "url": school_url(school.code)})
        for word, count in tally.counts.items():
            total[word] = total.get(word, 0) + count
    return _own_part(request, spot, row) | {
        "spot": spot, "unit": spot.unit, "round": row, "rows": rows, "sum": Tally(total), "today": clock.today(),
        "classes": [CLASSES[AccountClass(word)] for word in row.classes],
        "signed": sum(1 for one in rows if one["signer"]), "opened": len(found),
        "headline": _("Đợt rà soát tài khoản từ %(start)s") % {"start": ngay(clock.school_date(row.started_at))},
        "back": spot.url("hygiene"), "paper_url": spot.url("review_round_paper", public_id),
        "export_url": spot.url("review_round_export", public_id),
    }  # fmt: skip


def _numbers(tally: Tally) -> list[ExportCell]:
    return [tally.total, tally.waiting, tally.confirmed, tally.suspended, tally.handed_over, tally.kept]


def _decide(request: AuthedRequest, spot: Spot, row: Review, item: ReviewItem) -> str:
    act, reason = request.POST.get("viec", ""), request.POST.get("reason", "")[:300]
    if act == "khoa":
        waits = reviews.disable(by=spot.manager, review=row, item=item, reason=reason)
        return _("Đã đề nghị tạm khóa, chờ người thứ hai duyệt ở trang Người dùng.") if waits else _("Đã tạm khóa.")
    if act == "doi":
        owner = next((o for o in possible_owners(spot.school) if o.public_id == request.POST.get("owner", "")), None)
        if owner is None:
            raise AccountRefusedError("owner_unknown")
        reviews.change_owner(by=spot.manager, review=row, item=item, owner=owner, reason=reason)
        return _("Đã đổi người giữ. Cấp phiếu kích hoạt cho người mới ở trang Người dùng.")
    if item.user_id == request.caller.user.pk:
        raise AccountRefusedError("own_account")
    if not reviews.confirm(by=spot.manager, review=row, item_ids=[item.pk]):
        raise AccountRefusedError("already_reviewed")
    return _("Đã xác nhận.")


def _context(spot: Spot, row: Review) -> dict[str, Any]:
    tally = tally_of(row)
    return {
        "spot": spot, "school": spot.school, "review": row, "tally": tally, "today": clock.today(),
        "is_running": _is_running(row), "is_over": row.closed_at is None and row.due_on < clock.today(),
        "classes": [CLASSES[AccountClass(word)] for word in row.classes],
        "may_sign": spot.may_sign and row.signed_at is None and not tally.waiting,
        "back": spot.url("hygiene"), "url": spot.url("review", row.public_id),
        "confirm_url": spot.url("review_confirm", row.public_id), "sign_url": spot.url("review_sign", row.public_id),
        "paper_url": spot.url("review_paper", row.public_id), "export_url": spot.url("review_export", row.public_id),
    }  # fmt: skip


def _row(spot: Spot, row: Review, item: ReviewItem, own: int) -> dict[str, Any]:
    text, kind = DECISIONS[ReviewDecision(item.decision)] if item.decision else (_("Chưa rà soát"), "")
    shared = getattr(item.user, "shared", None)
    return {
        "item": item, "roles": [role_name(word) for word in item.roles.split(",") if word], "text": text, "kind": kind,
        "class": CLASSES[AccountClass(item.account_class)], "owner": shared.owner.full_name if shared else "",
        "url": spot.url("review_item", row.public_id, str(item.pk)), "is_own": item.user_id == own,
    }  # fmt: skip


def _cells(item: ReviewItem) -> list[ExportCell]:
    text = DECISIONS[ReviewDecision(item.decision)][0] if item.decision else _("Chưa rà soát")
    return [
        item.user.full_name, item.user.username, str(CLASSES[AccountClass(item.account_class)]),
        ", ".join(role_name(word) for word in item.roles.split(",") if word), item.last_used_at, str(text),
        item.decided_by.full_name if item.decided_by else "", item.decided_at, item.reason,
    ]  # fmt: skip


def _headline(row: Review) -> str:
    text = _("Rà soát tài khoản từ %(start)s, hạn %(due)s") % {
        "start": ngay(clock.school_date(row.started_at)), "due": ngay(row.due_on),
    }  # fmt: skip
    if row.signed_by is None:
        return text
    signed = _("%(name)s ký lúc %(at)s") % {"name": row.signed_by.full_name, "at": ngay_gio(row.signed_at)}
    return f"{text}; {signed}"


def _is_running(row: Review) -> bool:
    return row.closed_at is None and row.due_on >= clock.today()


def _found(spot: Spot, public_id: str) -> Review:
    row = review_at(spot.school, public_id)
    if row is None:
        raise Http404
    return row


def _item(row: Review, number: int) -> ReviewItem:
    item = item_at(row, number) if number < 2**63 else None
    if item is None:
        raise Http404
    return item
