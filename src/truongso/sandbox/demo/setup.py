"""The demo province enters the product: units, schools, people, fees. Everything through the rooms' own services."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from truongso.accounts.public import (
    LETTER_POLICY,
    create_user,
    grant,
    new_activation,
    set_policy,
    users_without_password,
)
from truongso.accounts.types import Role
from truongso.banking.public import connect_feed
from truongso.fees.public import add_exemption, add_rate, add_reduction_rule, create_item, opt_in
from truongso.fees.types import prefix_fault
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.ledger.public import open_books
from truongso.organizations.public import (
    BankAccount,
    OrgUnit,
    School,
    SchoolProfile,
    SchoolYear,
    add_bank_account,
    create_school,
    create_unit,
    end_unit,
    ensure_school_year,
    save_profile,
    supervise,
)
from truongso.people.public import Student, import_roster
from truongso.sandbox.province.fees import REDUCTION_RULES, fee_items
from truongso.sandbox.province.province import DEPARTMENT, SCHOOL_YEARS, SCHOOLS, UNITS, supervision_of
from truongso.sandbox.province.pupils import generate_pupils, pupils_of
from truongso.sandbox.province.rosters import roster_file_name, roster_xlsx
from truongso.sandbox.province.specs import PupilSpec, SchoolSpec

ACTOR = Actor.system("demo", "cli")
Say = Callable[[str], None]

# Which feed tells each school of money on its account. SePay does not name the payer's bank, the others do.
FEEDS = ("casso", "sepay", "casso", "payos")

MAIL_DOMAIN = "laocai.example"  # reserved for examples (RFC 2606): nothing can arrive anywhere
# Who signs in at every demo school. Officer, operators and families come on top.
STAFF = (
    (Role.ACCOUNTANT, "ketoan", "Kế toán"),
    (Role.CASHIER, "thuquy", "Thủ quỹ"),
    (Role.PRINCIPAL, "hieutruong", "Hiệu trưởng"),
    (Role.IT_ADMIN, "quantri", "Quản trị"),
)
OFFICER, OPERATOR, PARENT, PUPIL, TEACHER, HOMEROOM = (
    "canbo", "vanhanh", "phuhuynh", "hocsinh", "giaovien", "chunhiem",
)  # fmt: skip
TITLES = {word: title for _, word, title in STAFF} | {
    OFFICER: "Cán bộ Sở", OPERATOR: "Vận hành", PARENT: "Phụ huynh", PUPIL: "Học sinh",
    TEACHER: "Giáo viên bộ môn", HOMEROOM: "Chủ nhiệm",
}  # fmt: skip
"""What the first word of a demo account's name stands for."""


@dataclass(slots=True)
class DemoSchool:
    """A demo school as the product knows it, with what its invented pupils are made of."""

    spec: SchoolSpec
    school: School
    account: BankAccount
    feed: str  # sepay, casso or payos
    feed_id: str
    feed_secret: str
    pupils: list[PupilSpec] = field(default_factory=list)
    items: dict[str, int] = field(default_factory=dict)  # fee item code → id


@dataclass(slots=True)
class Activation:
    """A one-time link to hand to somebody."""

    role: str
    username: str
    place: str
    token: str


def units() -> dict[str, OrgUnit]:
    """The dated tree of units, the abolished ones included."""
    made: dict[str, OrgUnit] = {}
    with transaction():
        for unit in UNITS:
            made[unit.code] = create_unit(
                actor=ACTOR, kind=unit.kind, code=unit.code, name=unit.name, valid_from=unit.valid_from,
                parent=made.get(unit.parent), document=unit.document,
            )  # fmt: skip
    return made


def end_abolished(tree: dict[str, OrgUnit]) -> None:
    """The units that ended on 30/6/2025, lowest first; their rows and past supervision stay."""
    with transaction():
        for unit in reversed([u for u in UNITS if u.valid_to is not None]):
            if unit.valid_to is not None:
                end_unit(actor=ACTOR, unit=tree[unit.code], valid_to=unit.valid_to, document=unit.document)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of the province there is: so many schools from one on, and of each so many pupils (None: all)."""

    first: int = 0
    schools: int | None = None
    pupils: int | None = None


SMALL = Scale(first=1, schools=1, pupils=160)
"""A primary school with enough families for every way to pay, in some seconds."""


def schools(tree: dict[str, OrgUnit], scale: Scale) -> list[DemoSchool]:
    """The schools with supervision, receiving account, books and bank feed."""
    pairs = list(zip(SCHOOLS, FEEDS, strict=True))[scale.first :][: scale.schools]
    return [_school(spec, tree, feed) for spec, feed in pairs]


def years() -> SchoolYear:
    """The school years; returns the present one."""
    with transaction():
        made = [
            ensure_school_year(actor=ACTOR, code=y.code, starts_on=y.starts_on, ends_on=y.ends_on) for y in SCHOOL_YEARS
        ]
    return made[-1]


def pupils(demo: list[DemoSchool], scale: Scale) -> None:
    """Who goes to which school."""
    everyone = generate_pupils()
    for place in demo:
        place.pupils = pupils_of(place.spec, everyone)[: scale.pupils]


def rosters(demo: list[DemoSchool], year: SchoolYear, say: Say) -> None:
    """Every school's pupils from a real XLSX file in the sector's layout."""
    for place in demo:
        content = roster_xlsx(place.spec, place.pupils)
        with transaction():
            import_roster(
                actor=ACTOR, school=place.school, year=year, file_name=roster_file_name(place.spec), content=content
            )
        say(f"{place.spec.short_name}: {len(place.pupils)} học sinh từ tệp Excel")


def fees(demo: list[DemoSchool]) -> None:
    """Law on reductions, each school's catalogue, and what families are entitled to or chose."""
    with transaction():
        for rule in REDUCTION_RULES:
            add_reduction_rule(
                actor=ACTOR, code=rule.code, name=rule.name, nature=rule.nature, percent=rule.percent,
                everyone=rule.everyone, ownership=rule.ownership, legal_basis=rule.legal_basis,
                valid_from=rule.valid_from, valid_to=rule.valid_to,
            )  # fmt: skip
    for place in demo:
        with transaction():
            _catalogue(place)


def staff(demo: list[DemoSchool], year: SchoolYear) -> list[Activation]:
    """Accounts without passwords; each gets a one-time link."""
    links = []
    with transaction():
        for place in demo:
            for role, word, title in STAFF:
                username = f"{word}.{place.spec.slug}"
                user = create_user(
                    actor=ACTOR, username=username, full_name=f"{title} {place.spec.short_name}",
                    email=f"{username}@{MAIL_DOMAIN}",
                )  # fmt: skip
                grant(actor=ACTOR, user=user, role=role, school_id=place.school.pk, valid_from=year.starts_on)
                token = new_activation(actor=ACTOR, user=user)
                links.append(Activation(title, username, place.spec.short_name, token))
        officer = create_user(
            actor=ACTOR, username=f"{OFFICER}.so", full_name="Cán bộ Sở GD&ĐT", email=f"{OFFICER}.so@{MAIL_DOMAIN}"
        )
        department = OrgUnit.objects.get(code=DEPARTMENT, valid_to=None)
        grant(actor=ACTOR, user=officer, role=Role.OFFICER, unit_id=department.pk, valid_from=year.starts_on)
        token = new_activation(actor=ACTOR, user=officer)
        links.append(Activation(TITLES[OFFICER], officer.username, department.name, token))
        # Who tries the demo may first look round: the second factor is due after a month, not at once.
        set_policy(
            actor=ACTOR, place=department, policy=replace(LETTER_POLICY, grace_days_sensitive=30),
            valid_from=clock.today(), note="Dữ liệu mẫu: thêm lớp thứ hai trong 30 ngày",
        )  # fmt: skip
    return links


def _school(spec: SchoolSpec, tree: dict[str, OrgUnit], feed: str) -> DemoSchool:
    with transaction():
        school = create_school(
            actor=ACTOR, code=spec.code, name=spec.name, short_name=spec.short_name, level=spec.level,
            invoice_prefix=spec.invoice_prefix, prefix_fault=prefix_fault, ownership=spec.ownership, area=spec.area,
            slug=spec.slug, address=spec.address, phone=spec.phone, email=spec.email,
        )  # fmt: skip
        profile = SchoolProfile(
            support_contact=spec.support_contact, support_phone=spec.support_phone, support_hours=spec.support_hours,
            answer_days=1, website=f"https://{school.slug}.example", fanpage="", has_public_page=True,
        )  # fmt: skip
        school = save_profile(actor=ACTOR, school=school, profile=profile)
        for s in supervision_of(spec):
            supervise(actor=ACTOR, school=school, unit=tree[s.unit], function=s.function, valid_from=s.valid_from)
        account = add_bank_account(
            actor=ACTOR, school=school, bank_bin=spec.account.bank_bin, number=spec.account.number,
            holder_name=spec.account.holder_name, label=spec.account.label,
        )  # fmt: skip
        open_books(school.pk)
        given = "" if feed == "sepay" else secrets.token_urlsafe(32)  # Casso and payOS make the key themselves
        connection, secret = connect_feed(account, provider=feed, secret=given, actor=ACTOR)
    return DemoSchool(spec, school, account, feed, connection.public_id, secret)


def _catalogue(place: DemoSchool) -> None:
    school_id = place.school.pk
    ids = dict(Student.objects.for_school(school_id).values_list("sector_code", "pk"))
    for spec in fee_items(place.spec):
        item = create_item(
            school_id, code=spec.code, name=spec.name, nature=spec.nature, unit=spec.unit,
            is_voluntary=spec.is_voluntary, legal_basis=spec.legal_basis, note=spec.note, actor=ACTOR,
        )  # fmt: skip
        place.items[spec.code] = item.pk
        for rate in spec.rates:
            add_rate(
                school_id, item_id=item.pk, grade=rate.grade, amount=rate.amount, cap=rate.cap,
                valid_from=rate.valid_from, valid_to=rate.valid_to, document_number=rate.document_number,
                deciding_body=rate.deciding_body, actor=ACTOR,
            )  # fmt: skip
        chosen = [ids[p.sector_code] for p in place.pupils if spec.code in p.opted_in]
        if spec.is_voluntary and chosen:
            first = min(r.valid_from for r in spec.rates)
            opt_in(school_id, item_id=item.pk, student_ids=chosen, valid_from=first, valid_to=None, actor=ACTOR)
    starts = {r.code: r.valid_from for r in REDUCTION_RULES if not r.everyone}
    for pupil in place.pupils:
        for code in pupil.categories:
            add_exemption(
                school_id, student_id=ids[pupil.sector_code], rule_code=code, valid_from=starts[code], valid_to=None,
                document="Sổ hộ nghèo, cận nghèo hoặc giấy xác nhận (mẫu)", actor=ACTOR,
            )  # fmt: skip


def renew_activations() -> list[Activation]:
    """New links for the demo's accounts not activated yet, schools in the order of the province.

    Accounts a visitor made are left alone: their links are the visitor's to give.
    """
    links = []
    with transaction():
        for user in users_without_password():
            title = TITLES.get(user.username.split(".")[0])
            if title is not None:
                token = new_activation(actor=ACTOR, user=user)
                links.append(Activation(title, user.username, "", token))
    return links
