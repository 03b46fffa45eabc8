"""The third part of the letter, clause by clause, with what the data say today (LC-3.1 to LC-3.3; R19 to R27)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.hygiene.figures import Campaign, Figures, campaigns, figures, last_leak
from truongso.accounts.hygiene.types import MAIL_RULES_VERSION
from truongso.accounts.policy.queries import policy_at
from truongso.accounts.policy.types import Composition, Policy, Rotation
from truongso.accounts.signin import country_file
from truongso.accounts.types import Permission
from truongso.accounts.web.hygiene_spot import Spot, spot_of
from truongso.accounts.web.policy_pages import PROFILE_NAMES, ROTATIONS
from truongso.kernel import clock
from truongso.kernel.ui.formatting import ngay, so
from truongso.organizations.public import schools_under, supervising_unit


@dataclass(frozen=True, slots=True)
class Clause:
    """One demand of the letter: what it says, what the data say, whether something is left to do, where to look."""

    code: str
    demand: str
    facts: list[str]
    is_met: bool
    links: list[tuple[str, str]] = field(default_factory=list)


@requires(Permission.PLACE_USER_READ)
@require_safe
def compliance(request: AuthedRequest, code: str = "") -> HttpResponse:
    """The evidence as a page."""
    return render(request, "accounts/hygiene/compliance.html", _context(request, code))


@requires(Permission.PLACE_USER_READ)
@require_safe
def compliance_paper(request: AuthedRequest, code: str = "") -> HttpResponse:
    """The evidence as an official document."""
    return render(request, "accounts/hygiene/compliance_paper.html", _context(request, code))


def _context(request: AuthedRequest, code: str) -> dict[str, Any]:
    spot = spot_of(request, code)
    today = clock.today()
    policy = policy_at(spot.place, today)
    schools = schools_under(spot.unit, today) if spot.is_unit else [spot.school]
    ids = [one.pk for one in schools]
    by_school, latest = figures(ids, policy), campaigns(ids)
    total = Figures()
    for counts in by_school.values():
        total.add(counts)
    lists, last = last_leak(ids)
    clauses = [
        _review(spot, policy, total, list(latest.values()), len(ids)),
        _first_login(spot, total),
        _leak(spot, total, lists, ngay(last) if last else ""),
        _rotation(spot, policy, total),
        _factor(spot, policy, total),
        _strength(policy, total),
        _defaults(total),
        _complexity(policy, links_to_it=not spot.code and request.caller.may(Permission.PLACE_POLICY_READ)),
        _mail(spot, total),
        _leavers(spot, policy, total),
    ]
    if spot.is_unit:
        # The figures are sums over the schools: the unit's own list of accounts would answer another question.
        clauses = [replace(one, links=_of_schools(spot, one.links)) for one in clauses]
    return {
        "spot": spot, "place": spot.place, "today": today, "clauses": clauses, "counts": total, "policy": policy,
        "met": sum(1 for one in clauses if one.is_met), "school_count": len(ids) if spot.is_unit else 0,
        "back": spot.url("hygiene"), "paper_url": spot.url("compliance_paper"),
        "above": "" if spot.is_unit else _above(spot),
    }  # fmt: skip


def _of_schools(spot: Spot, links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A unit's links: every list of accounts is a school's, reached from the table of schools."""
    lists = spot.url("inventory")
    kept = [(label, url) for label, url in links if not url.startswith(lists) and url != spot.url("hygiene")]
    return [(_("Theo từng trường"), spot.url("hygiene")), *kept] if len(kept) < len(links) else kept


def _above(spot: Spot) -> str:
    unit = supervising_unit(spot.school, clock.today())
    return unit.name if unit else ""


def _review(spot: Spot, policy: Policy, total: Figures, latest: list[Campaign], schools: int) -> Clause:
    """LC-3.1, first half (R19)."""
    today = clock.today()
    fresh = [one for one in latest if one.signed_on and (today - one.started_on).days <= policy.review_days]
    facts = [
        _("%(count)s tài khoản đang hoạt động, %(off)s tài khoản đang tạm khóa") % _n(
            count=total.accounts, off=total.suspended
        ),
        _("Đợt gần nhất: %(all)s tài khoản – xác nhận %(ok)s, tạm khóa %(off)s, đổi người giữ %(moved)s, "
          "giữ lại %(kept)s, chưa rà soát %(open)s") % _n(
            all=total.reviewed, ok=total.confirmed, off=total.disabled + total.expired, moved=total.owner_changed,
            kept=total.kept, open=total.open_items,
        ),
    ]  # fmt: skip
    if spot.is_unit:
        facts.append(
            _("%(done)s/%(all)s trường có kết quả đã ký trong %(days)s ngày qua")
            % _n(done=len(fresh), all=schools, days=policy.review_days)
        )
    elif latest:
        facts.append(_campaign(latest[0]))
    else:
        facts.append(_("Chưa có đợt rà soát nào"))
    facts.append(_("Chu kỳ rà soát theo chính sách: %(days)s ngày") % _n(days=policy.review_days))
    return Clause(
        "3.1", _("Rà soát danh sách tài khoản tổ chức, cá nhân của đơn vị"), facts,
        bool(schools) and len(fresh) == schools,
        [(_("Danh sách tài khoản"), spot.url("inventory")), (_("Đợt rà soát"), spot.url("hygiene"))],
    )  # fmt: skip


def _campaign(one: Campaign) -> str:
    text = _("Đợt mở ngày %(start)s, hạn %(due)s") % {"start": ngay(one.started_on), "due": ngay(one.due_on)}
    if one.signed_on:
        return text + "; " + _("%(name)s ký ngày %(day)s") % {"name": one.signer, "day": ngay(one.signed_on)}
    return text + "; " + _("chưa ký")


def _first_login(spot: Spot, total: Figures) -> Clause:
    """LC-3.1, second half (R20): whoever activates sets the password, there is none to change."""
    return Clause(
        "3.1", _("Đổi mật khẩu sau lần đăng nhập đầu tiên"),
        [
            _("%(count)s tài khoản do chính chủ đặt mật khẩu hoặc khóa") % _n(count=total.activated),
            _("%(count)s tài khoản chưa kích hoạt: chưa ai vào được") % _n(count=total.waiting),
            _("%(count)s tài khoản có mật khẩu do người khác đặt") % _n(count=total.given),
        ],
        total.given == 0, [(_("Chưa kích hoạt"), f"{spot.url('inventory')}?tt=new")],
    )  # fmt: skip


def _leak(spot: Spot, total: Figures, lists: int, last: str) -> Clause:
    """LC-3.1, its cause (R21)."""
    facts = [
        _("%(lists)s danh sách bị lộ đã xử lý, %(count)s tài khoản; %(done)s đã có mật khẩu mới hoặc đã khóa")
        % _n(lists=lists, count=total.leaks, done=total.leaks_done),
        _("%(count)s tài khoản đang phải đổi mật khẩu") % _n(count=total.change_required),
    ]
    facts.append(_countries(total))
    if last:
        facts.append(_("Lần xử lý gần nhất: %(day)s") % {"day": last})
    is_met = total.leaks == total.leaks_done and total.change_required == 0
    links = [(_("Tài khoản bị lộ"), spot.url("leaks"))] if spot.may_write else []
    return Clause("3.1", _("Xử lý tài khoản, mật khẩu bị lộ lọt"), facts, is_met, links)


def _countries(total: Figures) -> str:
    """Sign-ins from a new country are noticed by a file the operator supplies, or not at all: then it says so."""
    made = country_file.built_on()
    if made is None:
        return _("Đăng nhập từ nước mới: chưa có tệp quốc gia, nên chưa nhận ra được")
    text = _(
        "%(count)s tài khoản có lần đăng nhập từ nước mới chưa được chính chủ xác nhận (tệp quốc gia ngày %(day)s)"
    )
    return text % {"count": so(total.strange), "day": ngay(made)}


def _rotation(spot: Spot, policy: Policy, total: Figures) -> Clause:
    """LC-3.2 (R22): a recommendation."""
    facts = [
        _("Chính sách: %(rule)s, chu kỳ %(days)s ngày")
        % {"rule": str(ROTATIONS[policy.rotation]).lower(), "days": so(policy.rotation_days)},
        _("%(count)s tài khoản chỉ có mật khẩu, trong đó %(old)s quá hạn: phải đổi trước khi làm việc tiếp")
        % _n(count=total.password_only, old=total.old_forced),
        _("%(count)s tài khoản có lớp thứ hai dùng mật khẩu quá chu kỳ: được nhắc") % _n(count=total.old_reminded),
    ]
    return Clause(
        "3.2", _("Thay đổi mật khẩu thường xuyên (khuyến nghị 3 tháng một lần)"), facts,
        policy.rotation is not Rotation.OFF and total.old_forced == 0,
        [(_("Mật khẩu quá hạn đổi"), f"{spot.url('inventory')}?thieu=password")],
    )  # fmt: skip


def _factor(spot: Spot, policy: Policy, total: Figures) -> Clause:
    """LC-3.2 (R23)."""
    facts = [
        _("%(done)s/%(all)s tài khoản nhân sự có lớp thứ hai") % _n(done=total.staff_factor, all=total.staff),
        _("Bắt buộc: vai trò về tiền và quyền sau %(few)s ngày, giáo viên sau %(more)s ngày; phụ huynh tự chọn")
        % _n(few=policy.grace_days_sensitive, more=policy.grace_days),
    ]
    return Clause(
        "3.2", _("Cài đặt mật khẩu 2 lớp"), facts, total.staff_factor == total.staff,
        [(_("Thiếu lớp thứ hai"), f"{spot.url('inventory')}?thieu=factor")],
    )  # fmt: skip


def _strength(policy: Policy, total: Figures) -> Clause:
    """LC-3.2 (R24): checked here; a password typed at another site is a leak."""
    facts = [
        _("Mỗi mật khẩu mới, và mật khẩu mỗi lần đăng nhập, được so với danh sách đã lộ ngay trên máy chủ: "
          "%(count)s tài khoản đang dùng mật khẩu") % _n(count=total.passwords),
        _("Không gửi mật khẩu ra trang ngoài; %(count)s mật khẩu gần nhất không dùng lại được") % _n(
            count=policy.history
        ),
    ]  # fmt: skip
    return Clause("3.2", _("Kiểm tra độ tin cậy của mật khẩu"), facts, is_met=True)


def _defaults(total: Figures) -> Clause:
    """LC-3.3 (R25)."""
    facts = [
        _("%(count)s tài khoản dùng mật khẩu mặc định: hệ thống không cấp mật khẩu, chỉ cấp đường dẫn dùng một lần "
          "trong 72 giờ")
        % _n(count=total.given),
    ]  # fmt: skip
    return Clause("3.3", _("Không sử dụng mật khẩu mặc định"), facts, total.given == 0)


def _complexity(policy: Policy, *, links_to_it: bool) -> Clause:
    """LC-3.3 (R26): a recommendation."""
    rule = _("Ít nhất %(alone)s ký tự, %(both)s khi có lớp thứ hai") % _n(
        alone=policy.min_len_single, both=policy.min_len_mfa
    )
    if policy.composition is Composition.REQUIRED:
        rule += "; " + _("đủ bốn loại ký tự, trừ câu dài từ %(free)s ký tự") % _n(free=policy.composition_free_from)
    profile = _("Hồ sơ: %(name)s") % {"name": PROFILE_NAMES[policy.profile]}
    strict = policy.composition is Composition.REQUIRED or policy.min_len_single >= policy.composition_free_from
    links = [(_("Chính sách tài khoản"), "/chinh-sach-tai-khoan")] if links_to_it else []
    return Clause(
        "3.3", _("Mật khẩu có độ phức tạp cao: chữ hoa, chữ thường, số và ký tự đặc biệt"), [profile, rule], strict,
        links,
    )  # fmt: skip


def _mail(spot: Spot, total: Figures) -> Clause:
    """LC-3.3 (R27)."""
    facts = [
        _("%(done)s/%(all)s nhân sự đã đọc và cam kết làm theo quy định, bản %(version)s")
        % _n(done=total.staff_read, all=total.staff, version=MAIL_RULES_VERSION)
    ]
    return Clause(
        "3.3", _("Không dùng tài khoản, email công vụ để đăng ký, đăng nhập trang web ngoài cơ quan nhà nước"), facts,
        total.staff_read == total.staff, [(_("Chưa đọc"), f"{spot.url('inventory')}?thieu=rules")],
    )  # fmt: skip


def _leavers(spot: Spot, policy: Policy, total: Figures) -> Clause:
    """What keeps a review true between two of them."""
    facts = [
        _("%(count)s người đã hết vai trò: mất quyền từ ngày kết thúc, %(inside)s người còn phiên đăng nhập")
        % _n(count=total.leavers, inside=total.leavers_in),
        _("Tài khoản nhân sự không dùng %(days)s ngày được báo trước rồi tạm khóa") % _n(days=policy.dormant_days),
    ]
    return Clause(
        "3.1", _("Người thôi việc, tài khoản lâu không dùng"), facts, total.leavers_in == 0,
        [(_("Đã hết vai trò"), f"{spot.url('inventory')}?thieu=left"),
         (_("Lâu không dùng"), f"{spot.url('inventory')}?thieu=unused")],
    )  # fmt: skip


def _n(**counts: int) -> dict[str, str]:
    return {name: so(count) for name, count in counts.items()}
