"""Contracts that are about to end are told of by the clock, once for each end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db.models import F, Q

from truongso.accounts.public import holders_of
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.kernel.ui.formatting import ngay
from truongso.messaging.public import CONTRACT_ENDS, is_address, queue
from truongso.messaging.types import ChannelKind, Outgoing
from truongso.organizations.public import schools_by_id
from truongso.payments.partners.models import PartnerFile
from truongso.payments.partners.types import WARN_DAYS

CLOCK = Actor.system("partner-contracts")


def warn_of_ends() -> int:
    """Tell accountant and principal of contracts that end within 30 days; how many contracts were told of."""
    rows = PartnerFile.objects.across_schools("the clock asks for every school")
    soon = clock.today() + dt.timedelta(days=WARN_DAYS)
    untold = Q(warned_of__isnull=True) | ~Q(warned_of=F("ends_on"))
    due = rows.filter(untold, live_at__isnull=False, ends_on__lte=soon).order_by("pk")
    return sum(_warned(school_id, pk) for school_id, pk in list(due.values_list("school_id", "pk")))


def _warned(school_id: int, pk: int) -> bool:
    def act() -> bool:
        with transaction():
            return _tell(school_id, pk)

    return retrying(act)


def _tell(school_id: int, pk: int) -> bool:
    file: PartnerFile = PartnerFile.objects.for_school(school_id).select_for_update().get(pk=pk)
    if file.ends_on is None or file.warned_of == file.ends_on:
        return False
    school = schools_by_id([school_id])[school_id]
    people = holders_of([Role.PRINCIPAL, Role.ACCOUNTANT], clock.today(), school_id=school_id)
    values = {
        "truong": school.short_name, "doi_tac": file.name, "so_hop_dong": file.contract_number or "—",
        "het_han": ngay(file.ends_on), "dia_chi": f"{settings.PUBLIC_URL}/cai-dat/doi-tac/{file.public_id}",
    }  # fmt: skip
    messages = [
        Outgoing(
            ChannelKind.EMAIL, one.email, CONTRACT_ENDS, {"nguoi_nhan": one.full_name, **values}, essential=True,
            dedupe_key=f"contract:{file.public_id}:{file.ends_on.isoformat()}:{one.user_id}",
        )
        for one in {one.user_id: one for one in people}.values()
        if is_address(ChannelKind.EMAIL, one.email)
    ]  # fmt: skip
    queue(school_id, messages=messages, batch=f"contract:{file.public_id}:{file.ends_on.isoformat()}", actor=CLOCK)
    file.warned_of = file.ends_on
    file.save(update_fields=["warned_of"])
    return True


TICKS: dict[str, Callable[[], int]] = {"payments.warn_of_contract_ends": warn_of_ends}
