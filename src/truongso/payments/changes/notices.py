"""Telling principal, accountant and department of a change of account, as soon as it is asked for (A28)."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from truongso.accounts.public import Holder, holders_of, user_names
from truongso.accounts.types import Role
from truongso.kernel import banks, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.ui.formatting import ngay_gio
from truongso.messaging.public import ACCOUNT_CHANGE, is_address, queue
from truongso.messaging.types import ChannelKind, Outgoing
from truongso.organizations.public import School, supervising_unit, unit_path
from truongso.payments.changes.messages import EVENTS
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.types import Audience, ChangeState

_AUDIENCES = {
    Role.PRINCIPAL: Audience.PRINCIPAL, Role.ACCOUNTANT: Audience.ACCOUNTANT, Role.OFFICER: Audience.DEPARTMENT,
}  # fmt: skip
_PAGES = {Audience.DEPARTMENT: "/phong/tai-khoan-thu"}
_PAGE = "/cai-dat/tai-khoan"


@transaction_required
def tell(school: School, change: SetupChange, *, actor: Actor) -> dict[str, int]:
    """Write to everybody who is to know where the change stands now; how many can be reached of each audience.

    Everyone gets one e-mail for each step, whatever his roles; nobody of the school can silence it.
    """
    people = _people(school)
    reached = {a.value: 0 for a in Audience}
    messages = {}
    values = _values(school, change)
    for one in people:
        audience = _AUDIENCES[Role(one.role)]
        if is_address(ChannelKind.EMAIL, one.email):
            reached[audience.value] += 1
            own = {"nguoi_nhan": one.full_name, "dia_chi": settings.PUBLIC_URL + _PAGES.get(audience, _PAGE)}
            messages[one.user_id] = Outgoing(
                ChannelKind.EMAIL, one.email, ACCOUNT_CHANGE, {**values, **own},
                dedupe_key=f"account:{change.public_id}:{change.state}:{one.user_id}", essential=True,
            )  # fmt: skip
    if messages:
        batch = f"account:{change.public_id}:{change.state}"
        queue(school.pk, messages=list(messages.values()), batch=batch, actor=actor)
    return reached


def _people(school: School) -> list[Holder]:
    """Principals and accountants of the school, officers of the units above it."""
    today = clock.today()
    unit = supervising_unit(school, today)
    units = [one.pk for one in unit_path(unit, today)] if unit else []
    return [
        *holders_of([Role.PRINCIPAL, Role.ACCOUNTANT], today, school_id=school.pk),
        *holders_of([Role.OFFICER], today, unit_ids=units),
    ]


def _values(school: School, change: SetupChange) -> dict[str, str]:
    to = change.detail
    names = user_names([change.proposed_by, change.decided_by])
    nobody = _("chưa có")
    return {
        "truong": school.short_name,
        "viec": str(EVENTS[ChangeState(change.state)]),
        "tai_khoan_moi": f"{_bank(to['bank_bin'])} {to['number']}, {to['holder']}",
        "tai_khoan_cu": f"{_bank(to['replaces_bin'])} {to['replaces']}"
        if to["replaces"]
        else _("không thay, dùng thêm"),
        "hieu_luc": ngay_gio(change.effective_at) if change.effective_at else _after(),
        "nguoi_de_nghi": names.get(change.proposed_by, ""),
        "nguoi_duyet": names.get(change.decided_by, nobody) if change.decided_by else nobody,
        "ly_do": change.end_reason or change.reason,
    }


def _former(bank_bin: str, number: str) -> str:
    return f"{_bank(bank_bin)} {number}" if number else _("không thay, dùng thêm")


def _after() -> str:
    return _("%(hours)s giờ sau khi người thứ hai duyệt") % {"hours": settings.ACCOUNT_DELAY_HOURS}


def _bank(bank_bin: str) -> str:
    bank = banks.find(bank_bin)
    return bank.short_name if bank else bank_bin
