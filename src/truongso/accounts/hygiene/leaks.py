"""Leak response (R21): whose accounts stand in an uploaded list, and what is done to them.

Whoever uploads learns only of accounts they look after; anybody else's line looks like one that matches nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from truongso.accounts.hygiene.inventory import is_without_way_in
from truongso.accounts.hygiene.leak_reading import Leaked, read_leaked
from truongso.accounts.hygiene.models import LeakReport, LeakRow
from truongso.accounts.hygiene.notices import tell_owners
from truongso.accounts.hygiene.types import LeakOutcome
from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.policy.services import require_change
from truongso.accounts.signin import devices
from truongso.accounts.signin.passwords import take_away_password
from truongso.accounts.signin.sessions import end_sessions
from truongso.accounts.staffing.queries import other_places
from truongso.accounts.staffing.services import Manager, renew_link
from truongso.accounts.types import AccountRefusedError
from truongso.kernel import audit, clock
from truongso.kernel.among import among
from truongso.kernel.bulk import insert_many
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy
from truongso.kernel.scope import of_unit
from truongso.messaging.public import address_of, is_address
from truongso.messaging.types import ChannelKind
from truongso.organizations.public import OrgUnit, School, schools_by_id

REASON = "leaked"


@dataclass(slots=True)
class Handled:
    """How many accounts were handled, and how many of their owners could be written to."""

    accounts: int = 0
    told: int = 0


@transaction_required
def store_report(
    *, by: Manager, place: School | OrgUnit, file_name: str, content: bytes, source: str = ""
) -> LeakReport:
    """Read a list and keep, masked, what it says; no account is touched.

    Raises SheetError and AccountRefusedError `leak_empty`, `leak_too_long` (most).
    """
    lines = read_leaked(content, file_name)
    school, unit = (place, None) if isinstance(place, School) else (None, place)
    report = LeakReport.objects.create(
        school=school, unit=unit, file_name=file_name[:200], source=tidy(source)[:300], uploaded_by=by.user,
        uploaded_at=clock.now(),
    )  # fmt: skip
    known = _Known(by.scope if school is None else frozenset({school.pk}), unit)
    rows, given = [], set()
    for line in lines:
        user_id, school_id = known.match(line)
        fault = line.fault or ("leak_twice" if user_id is not None and user_id in given else "")
        owner = None if fault else user_id
        given.add(user_id)
        rows.append(
            LeakRow(
                report_id=report.pk, row=line.row, masked=line.masked[:120], fault=fault, user_id=owner,
                school_id=school_id if owner else None,
            )
        )  # fmt: skip
    insert_many(rows)
    audit.record(
        by.actor, "accounts:leak:upload", school_id=_chain(report), subject=("leak", report.public_id),
        params={"rows": len(rows), "accounts": sum(1 for row in rows if row.user_id)},
    )  # fmt: skip
    return report


@transaction_required
def handle(*, by: Manager, report: LeakReport, own_session: str | None) -> Handled:
    """Sign the owners out everywhere and make the leaked passwords worthless; tell them.

    An account with a password alone loses it: the next way in is an activation link. One with a second factor, which
    the leaked password alone does not open, changes it at the next sign-in. Whoever handles the list, and people who
    also work where the handler has no say, keep their password until they change it.
    Raises AccountRefusedError `leak_handled` (at), `leak_nobody`.
    """
    row = LeakReport.objects.select_for_update().get(pk=report.pk)
    if row.handled_at is not None:
        raise AccountRefusedError("leak_handled", at=row.handled_at)
    lines = list(LeakRow.objects.filter(report=row, user__isnull=False).select_related("user").order_by("row"))
    if not lines:
        raise AccountRefusedError("leak_nobody")
    row.handled_by, row.handled_at = by.user, clock.now()
    row.save(update_fields=["handled_by", "handled_at"])
    for line in lines:
        if line.user is not None:
            line.outcome = _secure(by, line.user, own_session).value
            line.save(update_fields=["outcome"])
    told = _tell(by, row, lines)
    LeakRow.objects.filter(report=row, user_id__in=told).update(is_told=True)
    outcomes = [line.outcome for line in lines]
    audit.record(
        by.actor, "accounts:leak:handle", school_id=_chain(row), subject=("leak", row.public_id),
        params={"accounts_" + one.value: outcomes.count(one.value) for one in LeakOutcome} | {"told": len(told)},
    )  # fmt: skip
    return Handled(len(lines), len(told))


@transaction_required
def links_for(*, by: Manager, school: School, report: LeakReport) -> tuple[list[tuple[User, str]], int]:
    """(fresh links to hand over, how many wait for a second person) for accounts still without a password."""
    lines = LeakRow.objects.filter(report=report, school=school, outcome=LeakOutcome.LINK.value)
    made: list[tuple[User, str]] = []
    waiting = 0
    for line in lines.select_related("user").order_by("row"):
        user = line.user
        if user is None or not user.is_active or user.has_usable_password() or user.pk == by.user.pk:
            continue
        try:
            done = renew_link(by=by, place=school, user=user)
        except AccountRefusedError:  # asked for already, or somebody else's to give
            waiting += 1
            continue
        waiting += done.waits
        if done.token:
            made.append((user, done.token))
    return made, waiting


def _chain(report: LeakReport) -> int:
    """The list is the affair of the place that uploaded it."""
    return report.school_id if report.school_id is not None else of_unit(report.unit_id or 0)


def _secure(by: Manager, user: User, own_session: str | None) -> LeakOutcome:
    end_sessions(user, but=own_session if user.pk == by.user.pk else None)
    devices.distrust(user)
    is_elsewhere = other_places(user, by.scope)
    if not is_elsewhere:  # a link from elsewhere could not be replaced here
        ActivationLink.objects.filter(user=user, used_at=None).update(expires_at=clock.now())
    if not user.has_usable_password():
        alone = user.second_factor_since is not None and not is_without_way_in(user)
        return LeakOutcome.SIGNED_OUT if alone else LeakOutcome.LINK
    keeps = user.second_factor_since is not None or user.pk == by.user.pk or is_elsewhere
    if keeps:
        require_change(user=user, reason=REASON, actor=by.actor)
        return LeakOutcome.CHANGE
    take_away_password(user)
    audit.record(by.actor, "accounts:user:take_password", school_id=None, subject=("user", user.pk), reason=REASON)
    return LeakOutcome.LINK


def _tell(by: Manager, report: LeakReport, lines: list[LeakRow]) -> set[int]:
    todo = {
        LeakOutcome.LINK: _("Nhận phiếu kích hoạt tại trường rồi đặt mật khẩu mới; đổi cả mật khẩu hộp thư"),
        LeakOutcome.CHANGE: _("Đăng nhập lại và đổi mật khẩu ngay; đổi cả mật khẩu hộp thư"),
        LeakOutcome.SIGNED_OUT: _("Đăng nhập lại bằng khóa như thường; đổi mật khẩu hộp thư"),
    }
    told: set[int] = set()
    schools = schools_by_id({line.school_id for line in lines if line.school_id is not None})
    for school_id, school in schools.items():
        for outcome, text in todo.items():
            users = [
                line.user for line in lines
                if line.school_id == school_id and line.outcome == outcome.value and line.user is not None
            ]  # fmt: skip
            told |= tell_owners(
                school, users, key=f"leak:{report.public_id}:{school_id}:{outcome.value}", actor=by.actor, todo=text,
                what=_("Tài khoản có trong danh sách bị lộ và đã được đăng xuất khỏi mọi máy"),
            )  # fmt: skip
    return told


class _Known:
    """The accounts in reach, by address, user name and telephone number; three queries."""

    def __init__(self, scope: frozenset[int], unit: OrgUnit | None) -> None:
        place = Q(among("school_id", scope)) if scope else Q(pk__in=[])
        if unit is not None:
            place |= Q(unit=unit)
        present = Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today())
        # Who left for another place is looked after there, and nobody here learns of it.
        anywhere = Membership.objects.filter(present, user_id=OuterRef("user_id"))
        rows = Membership.objects.filter(place).filter(present | ~Exists(anywhere))
        held = rows.order_by("-valid_from", "pk").values_list("user_id", "school_id")
        self.schools: dict[int, int | None] = {}
        for user_id, school_id in held:
            self.schools.setdefault(user_id, school_id)
        self.names: dict[str, int] = {}
        self.phones: dict[str, int] = {}
        users = User.objects.filter(among("pk", self.schools), is_active=True)
        for pk, username, email, phone in users.order_by("pk").values_list("pk", "username", "email", "phone"):
            self.names.setdefault(username.lower(), pk)
            if email:
                self.names.setdefault(email.lower(), pk)
            if is_address(ChannelKind.SMS, phone):
                self.phones.setdefault(address_of(ChannelKind.SMS, phone), pk)

    def match(self, line: Leaked) -> tuple[int | None, int | None]:
        """(user, school) of a line; (None, None) when it is nobody's here."""
        user_id = (self.phones if line.is_phone else self.names).get(line.name) if line.name else None
        return (user_id, self.schools[user_id]) if user_id is not None else (None, None)


def reports_of(place: School | OrgUnit) -> list[LeakReport]:
    """Lists uploaded at the place, and those of its unit that named accounts of the school, latest first; one query."""
    if isinstance(place, School):
        named = LeakRow.objects.filter(school=place).exclude(outcome="")
        rows = LeakReport.objects.filter(Q(school=place) | Q(pk__in=named.values("report_id")))
        ours = Q(rows__user__isnull=False) & (Q(school=place) | Q(rows__school=place))
    else:
        rows, ours = LeakReport.objects.filter(unit=place), Q(rows__user__isnull=False)
    return list(rows.annotate(found=Count("rows", filter=ours)).order_by("-uploaded_at", "-pk"))


def rows_of(report: LeakReport, place: School | OrgUnit) -> list[LeakRow]:
    """The lines a place may see: all of its own list, of a unit's list those of its own accounts; one query."""
    rows = LeakRow.objects.filter(report=report).select_related("user", "school").order_by("row")
    if isinstance(place, School) and report.school_id != place.pk:
        rows = rows.filter(school=place).exclude(outcome="")
    return list(rows)


def report_at(place: School | OrgUnit, public_id: str) -> LeakReport | None:
    """A list that the place may see."""
    return next((one for one in reports_of(place) if one.public_id == public_id), None)
