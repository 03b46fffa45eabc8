"""The main job of the demo from an empty database to the report, with progress, and its summary as figures."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Sum

from truongso.banking.public import BankLine
from truongso.fees.public import Invoice
from truongso.kernel import clock, selfcheck
from truongso.organizations.public import School
from truongso.payments.public import FOUR, Payment, Receipt, readiness
from truongso.payments.types import Method
from truongso.people.public import Student
from truongso.reporting.public import Period, between, cashless_figures
from truongso.reporting.types import CashlessFigures, share
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.demo import (
    closings,
    desk,
    examples,
    families,
    forms,
    history,
    operators,
    partners,
    privacy,
    reviews,
    rounds,
    setup,
    teachers,
    transfers,
    ways,
)
from truongso.sandbox.demo.setup import Activation, DemoSchool, Say, Scale
from truongso.sandbox.gateway_client import SandboxGateways
from truongso.sandbox.province.province import DEPARTMENT, SCHOOL_YEARS

WHOLE = Scale()
CARRIED_CASH = 2  # schools where somebody pays families' cash in at the bank
REASON = "the demo adds up the whole demo province"


@dataclass(slots=True)
class Summary:
    """What the demo brought about; amounts in đồng, shares between 0 and 1."""

    schools: int = 0
    students: int = 0
    invoices: int = 0
    invoiced_dong: int = 0
    transfers: int = 0
    auto_matched: int = 0
    queued: int = 0
    payments: int = 0
    receipts: int = 0
    cashless_count_share: float = 0.0
    cashless_value_share: float = 0.0
    verify_ok: bool = False
    methods: dict[str, dict[str, int]] = field(default_factory=dict)  # method → count, dong
    readiness: dict[str, dict[str, int]] = field(default_factory=dict)  # school → of four ways: ready, used


@dataclass(slots=True)
class Demo:
    """A finished demo: figures, the links to hand out, and a page to show a parent."""

    summary: Summary
    activations: list[Activation] = field(default_factory=list)
    parent_page: str = ""

    def as_json(self) -> dict[str, object]:
        """The summary alone: links are secrets and stay out of it."""
        return asdict(self.summary)


def bring_up_to_date() -> bool:
    """Migrate the data of an earlier demo to this version; whether anything was to be done.

    Raises DemoDataError when a newer version made them: it knows steps that this one does not, and lacks none.
    """
    executor = MigrationExecutor(connection)
    known, ours = set(executor.loader.disk_migrations), _our_apps()
    strange = [m for m in executor.loader.applied_migrations if m[0] in ours and m not in known and _is_later(m, known)]
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if strange and not waiting:
        raise DemoDataError("newer")
    if waiting:
        call_command("migrate", verbosity=0, interactive=False)
    return bool(waiting)


def _is_later(made: tuple[str, str], known: set[tuple[str, str]]) -> bool:
    """Whether a step that is no file of this version is of a newer one. The one file new databases are laid by is named
    after the last step it holds (`scripts/squash`): an earlier version's is gone here, its steps are not."""
    app, name = made
    last = name.removeprefix("0001_squashed_")
    return last == name or not any(one[0] == app and one[1].startswith(f"{last}_") for one in known)


def _our_apps() -> set[str]:
    return {app.label for app in apps.get_app_configs() if app.name.startswith("truongso.")}


class DemoDataError(Exception):
    """Data of an earlier demo cannot be used. `code`: newer (made by a newer version)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def prepare(say: Say, scale: Scale = WHOLE) -> list[DemoSchool]:
    """Database, province, people, fees and issued invoices."""
    call_command("migrate", verbosity=0, interactive=False)
    say("Cơ sở dữ liệu sẵn sàng")
    tree = setup.units()
    year = setup.years()
    demo = setup.schools(tree, scale)
    setup.end_abolished(tree)
    say(f"{len(demo)} trường, cây đơn vị quản lý theo ngày hiệu lực")
    setup.pupils(demo, scale)
    if _has_past(demo):
        history.enrol(demo[-1])
    setup.rosters(demo, year, say)
    setup.fees(demo)
    say("Danh mục khoản thu, mức thu, miễn giảm và đăng ký tự nguyện")
    forms.publish(tree[DEPARTMENT], rounds.issue_day(year))
    rounds.issue(demo, year, say)
    return demo


def collect(demo: list[DemoSchool], bank: SandboxBank, gateways: SandboxGateways, base_url: str, say: Say) -> Demo:
    """Families pay by every way, statements and settlement files come in, the books are checked."""
    tree_year = setup.years()
    since = rounds.issue_day(tree_year)
    rng = random.Random(transfers.SEED)  # noqa: S311 - invented behaviour, repeatable
    transfers.open_accounts(bank, demo, base_url)
    unpaid: list[Invoice] = []
    contracts: list[ways.Contracts] = []
    kept = desk.Kept()
    links = setup.staff(demo, tree_year)
    past = history.play(demo[-1], say) if _has_past(demo) else None
    for number, place in enumerate(demo):
        plan = transfers.pay(bank, place, since, rng)
        if number < CARRIED_CASH:
            closings.bring_cash_to_the_bank(bank, place, plan, since)
        transfers.take_cash(place, plan, since, rng)
        forms.own_numbers(bank, place, plan, since)
        say(f"{place.spec.short_name}: {len(plan.orders)} lệnh chuyển khoản, {len(plan.cash)} lượt tiền mặt")
        made = ways.contracts(place, number, bank, gateways, base_url)
        partners.open_bank(made)
        partners.try_out(made, plan.unpaid.pop(), bank, gateways)
        bank.wait_for_deliveries()
        partners.put_into_operation(made)
        rest = ways.pay(made, plan.unpaid, bank, gateways)
        kept = desk.transfers(bank, place, rest) if number == 0 else kept
        unpaid += rest
        contracts.append(made)
    bank.wait_for_deliveries()
    gateways.wait_for_deliveries()
    for made in contracts:
        ways.pay_out(made, bank, gateways, say)
    bank.wait_for_deliveries()
    for made in contracts:
        transfers.import_statement(bank, made.place, say)
        ways.meet_the_statement(made)
    desk.slip_without_money(contracts[0], kept)
    desk.work(demo[0], kept, say)
    examples.show(demo, tree_year, say)
    closings.close_days(demo[0])
    if past is not None:
        history.look_back(past, contracts[-1].terminal)
    closings.look(demo)
    reviews.start(demo[0])
    desk.explain(demo[0])
    desk.hand_over_vouchers(demo[0])
    if unpaid:
        privacy.show(demo[0], unpaid[0], say)
    links += [*teachers.start(demo, tree_year, say), *families.show(demo, unpaid, say), *operators.start(tree_year)]
    done = Demo(summary=figures(), activations=links)
    done.parent_page = f"/p/{unpaid[0].public_id}" if unpaid else ""
    return done


def _has_past(demo: list[DemoSchool]) -> bool:
    """The last of several schools has months behind it."""
    return len(demo) > 1 and history.is_over()


def figures() -> Summary:
    """The province's figures from the database."""
    invoices = Invoice.objects.across_schools(REASON).aggregate(n=Count("pk"), s=Sum("total"))
    lines = BankLine.objects.across_schools(REASON).filter(direction="in")
    auto = lines.filter(state="matched", decisions__decision="auto").distinct().count()
    period = between(SCHOOL_YEARS[0].starts_on, max(clock.today(), SCHOOL_YEARS[0].ends_on))
    schools = list(School.objects.order_by("pk"))
    reports = [cashless_figures(school.pk, period) for school in schools]
    counted = share(sum(r.cashless.count for r in reports), sum(r.all.count for r in reports))
    valued = share(sum(int(r.cashless.value) for r in reports), sum(int(r.all.value) for r in reports))
    return Summary(
        schools=Student.objects.across_schools(REASON).values("school").distinct().count(),
        students=Student.objects.across_schools(REASON).count(),
        invoices=invoices["n"],
        invoiced_dong=int(invoices["s"] or 0),
        transfers=lines.count(),
        auto_matched=auto,
        queued=lines.filter(state__in=["waiting", "parked"]).count(),
        payments=Payment.objects.across_schools(REASON).filter(reversed_at=None).count(),
        receipts=Receipt.objects.across_schools(REASON).filter(cancellations=None).count(),
        cashless_count_share=round(float(counted or 0), 4),
        cashless_value_share=round(float(valued or 0), 4),
        verify_ok=all(r.ok for r in selfcheck.run_all()),
        methods={m.value: _method(m, reports) for m in Method},
        readiness={school.short_name: _readiness(school.pk, period) for school in schools},
    )


def _method(method: Method, reports: list[CashlessFigures]) -> dict[str, int]:
    return {
        "count": sum(r.of(method).count for r in reports),
        "dong": sum(int(r.of(method).value) for r in reports),
    }


def _readiness(school_id: int, period: Period) -> dict[str, int]:
    ways_to_pay = readiness(school_id, first=period.first, last=period.last)
    return {
        "ready": sum(ways_to_pay[m].is_ready for m in FOUR),
        "used": sum(ways_to_pay[m].is_used for m in FOUR),
    }


def unpaid_page(page: str) -> str:
    """The family's page named by the first run; another one of the same school once that is settled, "" without any."""
    invoices = Invoice.objects.across_schools("the demo names a page nobody has paid on yet")
    named = invoices.filter(public_id=page.removeprefix("/p/")).first()
    if named is None or (named.cancelled_at is None and not named.paid):
        return page
    still = invoices.filter(school_id=named.school_id, cancelled_at__isnull=True, paid=0, total__gt=0)
    other = still.order_by("pk").first()
    return f"/p/{other.public_id}" if other else ""


def fresh_activations() -> list[Activation]:
    """New links for the first school's staff and the officer who have not set a password yet."""
    return setup.renew_activations()
