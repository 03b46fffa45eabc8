"""By which door a family came to a child's pages: the link of an invoice, or its own account. The same pages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from truongso.accounts.public import AuthedRequest
from truongso.accounts.types import Permission
from truongso.fees.public import Invoice
from truongso.kernel import scope
from truongso.organizations.public import School
from truongso.people.public import Guardian, Student, child_of_user
from truongso.workspaces.web.misses import guarded
from truongso.workspaces.web.parent import school_context


@dataclass(frozen=True, slots=True)
class Door:
    """Whose pages they are and how their addresses go on. `guardian`: who is signed in, None by a link."""

    student: Student
    school: School
    guardian: Guardian | None
    home: str
    home_text: str
    accesses: str
    after_accesses: str
    after_accesses_text: str
    data: str
    consents: str

    @property
    def context(self) -> dict[str, Any]:
        """What every page behind the door reads."""
        return {"door": self, **school_context(self.school)}


def door_of_invoice(invoice: Invoice) -> Door:
    """By the link of an invoice."""

    def to(page: str) -> str:
        return reverse(f"workspaces:{page}", args=[invoice.public_id])

    return Door(
        invoice.student, invoice.school, None, to("pay"), _("Về phiếu báo thu"), to("pay_accesses"), to("pay_history"),
        _("Về các lần nộp"), to("pay_data"), to("pay_consents"),
    )  # fmt: skip


DoorView = Callable[[AuthedRequest, Door], HttpResponse]


def of_child(view: DoorView) -> Callable[[AuthedRequest, str], HttpResponse]:
    """Give the view one of the caller's own children, within the scope of that child's school; 404 for every other."""

    @functools.wraps(view)
    def wrapper(request: AuthedRequest, public_id: str) -> HttpResponse:
        caller = request.caller
        child = child_of_user(caller.user.pk, caller.schools_with(Permission.FAMILY_PRIVACY_WRITE), public_id)
        if child is None or child.guardian is None:
            raise Http404

        def to(page: str) -> str:
            return reverse(f"workspaces:{page}", args=[public_id])

        home, text = reverse("workspaces:my_family"), _("Về gia đình của tôi")
        door = Door(
            child.student, child.school, child.guardian, home, text, to("my_accesses"), home, text, to("my_data"),
            to("my_consents"),
        )  # fmt: skip
        with scope.at_school(child.school.pk):
            return guarded(view(request, door))

    return wrapper
