"""The next part's lines are decided while this part's rows are taken in: the same comes out as would come out later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from tests import factories, money

from truongso.banking.decide import decide_lines
from truongso.banking.desk import Desk
from truongso.banking.lines import Reported, record
from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.types import Decision, Transfer
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.statements.keys import line_keys
from truongso.banking.tests.helpers import ACTOR, line
from truongso.fees.models import Invoice
from truongso.kernel.db import savepoint
from truongso.organizations.models import BankAccount, School
from truongso.payments.public import book

pytestmark = pytest.mark.django_db


class RolledBackError(Exception):
    """The transaction of a part ends without effect."""


@dataclass
class Scene:
    """Two parts of one statement, recorded; `matched` counts the transfers of each run of the matcher."""

    school: School
    account: BankAccount
    invoices: list[Invoice]
    first: list[BankLine]
    second: list[BankLine]
    desk: Desk
    matched: list[int] = field(default_factory=list)

    def decide(self, lines: Sequence[BankLine], *, coming: Sequence[BankLine] = ()) -> int:
        return decide_lines(self.school.pk, lines, actor=ACTOR, desk=self.desk, coming=lambda: coming)

    def rolled_back(self) -> None:
        """The first part is decided and booked, and then its transaction fails."""
        self.decide(self.first, coming=self.second)
        raise RolledBackError

    def rules(self) -> list[str]:
        """The rule that decided each line, in order of the lines."""
        decided = MatchDecision.objects.for_school(self.school).order_by("line_id", "pk")
        return list(decided.values_list("rule", flat=True))


@pytest.fixture
def scene(school: School, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Part one pays A and B; part two pays C, C once more under another number, and D."""
    account = factories.bank_account(school)
    invoices = [money.invoice(school, [100_000 + n], full_name=f"Nguyễn Văn {chr(65 + n)}n") for n in range(4)]
    a, b, c, d = invoices
    told = [line(f"{i.code} nop", i.total.value, f"R{n}") for n, i in enumerate((a, b, c, c, d))]
    reported = [Reported(key, one) for key, one in zip(line_keys(told, account=account.number), told, strict=True)]
    lines = record(account, reported, actor_id=None)
    scene = Scene(school, account, invoices, lines[:2], lines[2:], Desk(school.pk))
    real = Matcher.match_all

    def counting(matcher: Matcher, transfers: Sequence[Transfer]) -> list[Decision]:
        scene.matched.append(len(transfers))
        return real(matcher, transfers)

    monkeypatch.setattr(Matcher, "match_all", counting)
    return scene


def test_the_next_part_is_decided_once_and_as_it_would_be_later(scene: Scene) -> None:
    assert scene.decide(scene.first, coming=scene.second) == 2
    assert scene.matched == [2, 3]
    assert scene.rules() == ["exact", "exact"]  # nothing of the next part is kept before its turn
    assert scene.decide(scene.second) == 2
    assert scene.matched == [2, 3]
    assert scene.rules() == ["exact", "exact", "exact", "already_paid", "exact"]
    assert [i.paid == i.total for i in Invoice.objects.for_school(scene.school).order_by("pk")] == [True] * 4
    assert money.broken_invariants() == []


def test_a_line_that_somebody_took_up_meanwhile_frees_its_invoice_for_the_next(scene: Scene) -> None:
    """Decided ahead the first transfer paid C. It is gone from the part: now the second one pays it."""
    scene.decide(scene.first, coming=scene.second)
    assert scene.decide(scene.second[1:]) == 2
    assert scene.matched == [2, 3, 2]
    assert scene.rules() == ["exact", "exact", "exact", "exact"]
    assert money.broken_invariants() == []


def test_what_was_paid_elsewhere_meanwhile_is_seen(scene: Scene) -> None:
    scene.decide(scene.first, coming=scene.second)
    paid = scene.invoices[3]
    book(scene.school.pk, booking=money.booking((paid, paid.total.value)), actor=ACTOR)
    assert scene.decide(scene.second) == 1
    assert scene.matched == [2, 3, 3]
    assert scene.rules() == ["exact", "exact", "exact", "already_paid", "already_paid"]
    assert Invoice.objects.for_school(scene.school).get(pk=paid.pk).paid == paid.total
    assert money.broken_invariants() == []


def _try_again(scene: Scene) -> None:
    assert scene.rules() == []
    for one in scene.first:
        one.state = "waiting"
    assert scene.decide(scene.first, coming=scene.second) == 2
    assert scene.decide(scene.second) == 2
    assert scene.matched == [2, 3, 2, 3]
    assert scene.rules() == ["exact", "exact", "exact", "already_paid", "exact"]
    assert money.broken_invariants() == []


def test_a_part_that_was_rolled_back_is_decided_again_and_so_is_the_next(scene: Scene) -> None:
    with pytest.raises(RolledBackError), savepoint():
        scene.rolled_back()
    _try_again(scene)


def test_a_rollback_before_the_desk_hears_that_all_is_stored_is_seen(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_desk: Desk) -> None:
        raise RolledBackError

    with monkeypatch.context() as broken:
        broken.setattr(Desk, "stored", refuse)
        with pytest.raises(RolledBackError), savepoint():
            scene.decide(scene.first, coming=scene.second)
    _try_again(scene)
