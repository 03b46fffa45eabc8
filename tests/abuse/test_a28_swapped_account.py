"""A28: an insider swaps the school's receiving account. Two people, a delay, notices he cannot silence, history."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from tests import factories, money
from truongso.accounts.models import Membership, User
from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.messaging.models import Channel as MessageChannel
from truongso.messaging.models import Delivery, OptOut, SendingRules, Template
from truongso.messaging.sending import send_due
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import BankAccount, OrgUnit, School
from truongso.organizations.public import AccountData, supervise
from truongso.organizations.types import SupervisionFunction
from truongso.payments.changes import services
from truongso.payments.changes.accounts import propose_account
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.tasks import apply_due
from truongso.payments.changes.types import ChangeRefusedError
from truongso.payments.public import book, invoice_payload
from truongso.payments.vietqr import decode
from truongso.payments.virtual_accounts import registry
from truongso.payments.virtual_accounts.types import VirtualAccountRefusedError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day", "verify_after")]

OLD, MINE = "0071000123456", "19036666888899"
FORM = {
    "ngan_hang": "970407", "so": MINE, "so_lan_hai": MINE, "chu": "NGUYEN VAN GIAN", "ten_goi": "",
    "ly_do": "Ngân hàng cũ bảo trì",
}  # fmt: skip
NEW = AccountData("970407", MINE, "NGUYEN VAN GIAN")


def person(role: Role, school: School, name: str) -> User:
    user = factories.user(role, school=school)
    User.objects.filter(pk=user.pk).update(full_name=name, email=f"{user.pk}@truong.example")
    user.refresh_from_db()
    return user


@pytest.fixture
def accountant(school: School) -> User:
    return person(Role.ACCOUNTANT, school, "Phạm Thị Hòa")


@pytest.fixture
def principal(school: School) -> User:
    return person(Role.PRINCIPAL, school, "Lê Minh Châu")


@pytest.fixture
def invoice(school: School) -> Invoice:
    return money.invoice(school, [250_000])


def asked(school: School, by: User, account: AccountData = NEW) -> SetupChange:
    """The insider asks for his own account in the place of the school's."""
    old = BankAccount.objects.for_school(school).get(number=OLD)
    with savepoint():
        return propose_account(
            school, account=account, replaces=old.public_id, reason="Ngân hàng cũ bảo trì",
            actor=Actor(by.pk, by.full_name, "web"),
        )  # fmt: skip


def signed_in(user: User) -> Client:
    return factories.login(Client(), user)


def paid_to(invoice: Invoice) -> str | None:
    """The account in the code that a family sees now."""
    again = Invoice.objects.for_school(invoice.school_id).select_related("school", "round").get(pk=invoice.pk)
    return decode(invoice_payload(again)).account


def accounts(school: School) -> list[tuple[str, bool]]:
    return list(BankAccount.objects.for_school(school).order_by("pk").values_list("number", "is_active"))


def decide(user: User, change: SetupChange, what: str = "duyet", **more: str) -> str:
    """Post a decision; the state afterwards."""
    signed_in(user).post(reverse("workspaces:change_decide", args=[change.public_id]), {"viec": what, **more})
    change.refresh_from_db()
    return str(change.state)


def test_the_code_keeps_the_old_account_until_two_people_and_a_day_have_passed(
    school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    old = invoice.bank_account
    answer = signed_in(accountant).post(reverse("workspaces:account_new"), {**FORM, "thay": old.public_id})
    assert (answer.status_code, paid_to(invoice), accounts(school)) == (302, OLD, [(OLD, True)])
    change = SetupChange.objects.for_school(school).get()
    assert (change.state, change.told) == ("proposed", {"principal": 1, "accountant": 1, "department": 0})
    assert decide(principal, change) == "approved"
    assert change.effective_at == clock.now() + dt.timedelta(hours=24)
    for hours in (0, 23):
        with clock.frozen(clock.now() + dt.timedelta(hours=hours, minutes=59)):
            assert (apply_due(), paid_to(invoice), accounts(school)) == (0, OLD, [(OLD, True)])
    with clock.frozen(clock.now() + dt.timedelta(hours=24)):
        assert (apply_due(), apply_due()) == (1, 0)
    change.refresh_from_db()
    assert (change.state, paid_to(invoice), accounts(school)) == ("done", MINE, [(OLD, False), (MINE, True)])


def test_nobody_approves_what_he_asked_for(school: School, invoice: Invoice, accountant: User) -> None:
    change = asked(school, accountant)
    assert decide(accountant, change) == "proposed", "an accountant approves nothing"
    # The same person is principal as well: acting in that role does not help.
    Membership.objects.create(user=accountant, role=Role.PRINCIPAL.value, school=school, valid_from=dt.date(2026, 1, 1))
    client = signed_in(accountant)
    session = client.session
    session["membership"] = accountant.memberships.get(role=Role.PRINCIPAL.value).pk
    session.save()
    page = client.get(reverse("workspaces:change", args=[change.public_id])).content.decode()
    assert ('value="duyet"' in page, "không tự duyệt được" in page) == (False, True)
    answer = client.post(
        reverse("workspaces:change_decide", args=[change.public_id]), {"viec": "duyet"}, follow=True
    ).content.decode()
    assert "Người đề nghị không tự duyệt" in answer
    change.refresh_from_db()
    assert (change.state, change.decided_by, paid_to(invoice)) == ("proposed", None, OLD)


def test_the_database_refuses_one_person_in_two_roles_and_a_rewritten_request(
    school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    change, now = asked(school, accountant), clock.now()
    rows = SetupChange.objects.for_school(school).filter(pk=change.pk)
    tries: list[dict[str, Any]] = [
        {"state": "approved", "decided_by": accountant.pk, "decided_at": now, "effective_at": now},
        {"state": "approved"},
        {"detail": {**change.detail, "number": "1111222233"}},
        {"proposed_by": principal.pk},
    ]
    for values in tries:
        with pytest.raises(IntegrityError), savepoint():
            rows.update(**values)
    with savepoint():
        services.decide(school.pk, change_id=change.pk, actor=Actor(principal.pk, "", "web"), delay=dt.timedelta(1))
    for values in ({"effective_at": now}, {"decided_by": 999_999}, {"state": "proposed"}):
        with pytest.raises(IntegrityError), savepoint():
            rows.update(**values)
    with pytest.raises(IntegrityError), savepoint():
        change.delete()
    change.refresh_from_db()
    assert (change.state, change.effective_at, paid_to(invoice)) == ("approved", now + dt.timedelta(1), OLD)


def test_a_process_without_a_person_asks_for_and_decides_nothing(
    school: School, invoice: Invoice, accountant: User
) -> None:
    machine = Actor.system("script", "cli")
    old = invoice.bank_account
    with pytest.raises(ChangeRefusedError) as refusal, savepoint():
        propose_account(school, account=NEW, replaces=old.public_id, reason="x", actor=machine)
    assert refusal.value.code == "needs_person"
    change = asked(school, accountant)
    with pytest.raises(ChangeRefusedError) as refusal, savepoint():
        services.decide(school.pk, change_id=change.pk, actor=machine)
    assert refusal.value.code == "needs_person"
    assert (SetupChange.objects.for_school(school).count(), paid_to(invoice)) == (1, OLD)


def test_another_schools_change_and_account_do_not_exist(
    school: School, other_school: School, invoice: Invoice, accountant: User
) -> None:
    change = asked(school, accountant)
    stranger, foreign = person(Role.PRINCIPAL, other_school, "Khác"), person(Role.ACCOUNTANT, other_school, "Lạ")
    page = reverse("workspaces:change", args=[change.public_id])
    assert signed_in(stranger).get(page).status_code == 404
    for name in ("change_decide", "change_cancel"):
        address = reverse(f"workspaces:{name}", args=[change.public_id])
        assert signed_in(stranger).post(address, {"viec": "duyet", "ly_do": "x"}).status_code == 404
    client = signed_in(foreign)
    theirs = client.post(reverse("workspaces:account_new"), {**FORM, "thay": invoice.bank_account.public_id})
    assert theirs.status_code == 422, "an account of another school cannot be replaced"
    taken = client.post(
        reverse("workspaces:account_new"), {**FORM, "ngan_hang": "970436", "so": OLD, "so_lan_hai": OLD, "thay": "them"}
    )
    assert (taken.status_code, "thuộc một trường khác" in taken.content.decode()) == (422, True)
    change.refresh_from_db()
    assert (change.state, SetupChange.objects.for_school(other_school).count()) == ("proposed", 0)
    assert accounts(other_school) == []


@pytest.mark.parametrize("role", [Role.CASHIER, Role.HOMEROOM_TEACHER])
def test_other_roles_neither_ask_nor_see(school: School, invoice: Invoice, role: Role) -> None:
    client = signed_in(factories.user(role, school=school))
    assert (
        client.post(reverse("workspaces:account_new"), {**FORM, "thay": invoice.bank_account.public_id}).status_code
        == 403
    )
    assert client.get(reverse("workspaces:accounts")).status_code == 403
    assert SetupChange.objects.for_school(school).count() == 0


def test_a_form_sent_without_a_fresh_proof_asks_for_it_first(
    school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    stale = factories.login(Client(), accountant, fresh=False)
    answer = stale.post(reverse("workspaces:account_new"), {**FORM, "thay": invoice.bank_account.public_id})
    assert (answer.status_code, SetupChange.objects.for_school(school).count()) == (302, 0)
    change = asked(school, accountant)
    stolen = factories.login(Client(), principal, fresh=False)
    stolen.post(reverse("workspaces:change_decide", args=[change.public_id]), {"viec": "duyet"})
    change.refresh_from_db()
    assert change.state == "proposed"


def test_it_can_be_taken_back_until_the_very_moment_and_not_after(
    school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    change = asked(school, accountant)
    assert decide(principal, change) == "approved"
    moment = change.effective_at
    assert moment is not None
    with clock.frozen(moment):
        client = signed_in(principal)
        said = client.post(
            reverse("workspaces:change_cancel", args=[change.public_id]), {"ly_do": "Lạ"}, follow=True
        ).content.decode()
        change.refresh_from_db()
        assert ("Đã đến giờ thực hiện" in said, change.state) == (True, "approved")
    with clock.frozen(moment - dt.timedelta(seconds=1)):
        client = signed_in(accountant)
        client.post(reverse("workspaces:change_cancel", args=[change.public_id]), {"ly_do": ""})
        change.refresh_from_db()
        assert change.state == "approved", "not without a reason"
        client.post(reverse("workspaces:change_cancel", args=[change.public_id]), {"ly_do": "Không phải của trường"})
    with clock.frozen(moment + dt.timedelta(days=1)):
        assert apply_due() == 0
    change.refresh_from_db()
    assert (change.state, change.end_reason, change.ended_by) == ("cancelled", "Không phải của trường", accountant.pk)
    assert (paid_to(invoice), accounts(school)) == (OLD, [(OLD, True)])
    assert decide(principal, change) == "cancelled", "what was taken back is not approved again"


def test_a_refusal_needs_words_and_leaves_everything(
    school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    change = asked(school, accountant)
    assert decide(principal, change, "tu-choi", ly_do=" ") == "proposed"
    assert decide(principal, change, "tu-choi", ly_do="Tài khoản cá nhân") == "rejected"
    assert (paid_to(invoice), accounts(school), apply_due()) == (OLD, [(OLD, True)], 0)


def test_two_requests_for_one_account_do_not_stand_side_by_side(
    school: School, invoice: Invoice, accountant: User
) -> None:
    asked(school, accountant)
    with pytest.raises(ChangeRefusedError) as refusal:
        asked(school, accountant, AccountData("970422", "555566667777", "X"))
    assert refusal.value.code == "already_open"
    assert SetupChange.objects.for_school(school).count() == 1


def test_a_replaced_account_does_not_come_back_as_a_further_one(school: School, accountant: User) -> None:
    """ "One more account" that quietly turns open papers back to the one that was replaced."""
    old = factories.bank_account(school)
    present = factories.bank_account(school, number="19030000000001", bank_bin="970407")
    BankAccount.objects.for_school(school).filter(pk=old.pk).update(
        is_active=False, replaced_by=present, replaced_at=clock.now()
    )
    again = AccountData(old.bank_bin, old.number, old.holder_name)
    asking = Actor(accountant.pk, accountant.full_name, "web")
    with pytest.raises(ChangeRefusedError) as refusal, savepoint():
        propose_account(school, account=again, reason="Dùng thêm", actor=asking)
    assert (refusal.value.code, refusal.value.params["by"]) == ("account_replaced", present.number)
    assert SetupChange.objects.for_school(school).count() == 0
    with savepoint():
        change = propose_account(school, account=again, reason="Quay lại", actor=asking, replaces=present.public_id)
    assert change.detail["replaces"] == present.number


def test_the_first_account_does_not_wait_but_takes_two_and_only_once(
    school: School, accountant: User, principal: User
) -> None:
    first, second = (
        _added(school, accountant, number) for number in ("111122223333", "444455556666")
    )  # fmt: skip
    assert decide(accountant, first) == "proposed"
    assert decide(principal, first) == "done"
    assert accounts(school) == [("111122223333", True)]
    assert decide(principal, second) == "approved", "the second one is no longer the first"
    assert accounts(school) == [("111122223333", True)]


def _added(school: School, by: User, number: str) -> SetupChange:
    with savepoint():
        return propose_account(
            school, account=AccountData("970418", number, "TRUONG TH"), reason="Mở mới",
            actor=Actor(by.pk, by.full_name, "web"),
        )  # fmt: skip


def test_a_school_that_has_collected_waits_also_when_no_account_is_left(
    school: School, invoice: Invoice, accountant: User, principal: User, actor: Actor
) -> None:
    with savepoint():
        money_came(invoice, actor)
        BankAccount.objects.for_school(school).update(is_active=False)
    change = _added(school, accountant, "111122223333")
    assert decide(principal, change) == "approved"
    assert accounts(school) == [(OLD, False)]


def money_came(invoice: Invoice, actor: Actor) -> None:
    book(invoice.school_id, booking=money.booking((invoice, 100_000)), actor=actor)


def test_principal_accountant_and_department_are_told_and_nobody_inside_silences_it(
    school: School, invoice: Invoice, accountant: User, principal: User, actor: Actor
) -> None:
    unit = OrgUnit.objects.create(kind="department", code="SO", name="Sở GD&ĐT", valid_from=dt.date(2020, 1, 1))
    with savepoint():
        supervise(actor=actor, school=school, unit=unit, function=SupervisionFunction.REPORTING,
                  valid_from=dt.date(2020, 1, 1))  # fmt: skip
    officer = factories.user(Role.OFFICER, unit=unit)
    User.objects.filter(pk=officer.pk).update(email="canbo@so.example")
    # What somebody inside may turn: the channel off, quiet all day, his own words, the addresses opted out.
    MessageChannel.objects.create(
        school=school, kind="email", is_active=False, sender="x@x.example", updated_at=clock.now()
    )
    SendingRules.objects.create(school=school, quiet_from=dt.time(3), quiet_to=dt.time(1), per_day=1)
    Template.objects.create(
        school=school, code="account_change", kind="email", subject="Bảo trì", text="Không có gì.",
        updated_at=clock.now(),
    )  # fmt: skip
    for address in ("canbo@so.example", principal.email, accountant.email):
        OptOut.objects.create(school=school, kind=ChannelKind.EMAIL.value, address=address, created_at=clock.now())
    change = asked(school, accountant)
    assert change.told == {"principal": 1, "accountant": 1, "department": 1}
    assert send_due(school.pk) == 3
    assert sorted(m.to[0] for m in mail.outbox) == sorted([principal.email, accountant.email, "canbo@so.example"])
    body = next(m.body for m in mail.outbox if m.to == ["canbo@so.example"])
    for word in (MINE, "NGUYEN VAN GIAN", OLD, "Phạm Thị Hòa", "Ngân hàng cũ bảo trì", "/phong/tai-khoan-thu"):
        assert word in body, word
    assert decide(principal, change) == "approved"
    assert Delivery.objects.for_school(school).filter(template="account_change").count() == 6
    seen = signed_in(officer).get(reverse("workspaces:unit_accounts")).content.decode()
    assert (MINE in seen, "Bắt đầu dùng: 09:00 06/10/2026" in seen) == (True, True)
    assert signed_in(accountant).get(reverse("payments:templates")).content.decode().count("account_change") == 0


def test_every_step_is_in_the_history_and_the_audit(
    school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    change = asked(school, accountant)
    decide(principal, change)
    with clock.frozen(clock.now() + dt.timedelta(hours=25)):
        apply_due()
        page = signed_in(principal).get(reverse("workspaces:accounts")).content.decode()
    for word in ("Phạm Thị Hòa đề nghị lúc 09:00 05/10/2026", "Lê Minh Châu quyết định lúc 09:00 05/10/2026",
                 "Ngân hàng cũ bảo trì", "1 phiếu chưa nộp đủ phát hành với tài khoản này"):  # fmt: skip
        assert word in page, word
    acts = AuditEntry.objects.filter(school_id=school.pk, action__contains=":change:").order_by("seq")
    assert list(acts.values_list("action", "actor_id", "reason")) == [
        ("payments:change:propose", accountant.pk, "Ngân hàng cũ bảo trì"),
        ("payments:change:approve", principal.pk, ""),
        ("payments:change:take_effect", None, ""),
    ]


def test_a_change_that_can_no_longer_be_made_ends_as_failed(
    school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    change = asked(school, accountant)
    decide(principal, change)
    BankAccount.objects.for_school(school).update(is_active=False)
    with clock.frozen(clock.now() + dt.timedelta(hours=24)):
        assert apply_due() == 1
    change.refresh_from_db()
    assert (change.state, change.problem, accounts(school)) == ("failed", "no_such_account", [(OLD, False)])


def test_no_other_door_takes_an_account_into_use() -> None:
    """Services that change accounts at once are called by the setting up of an installation and by approved changes."""
    rooms = Path(services.__file__).parents[2]
    allowed = {"organizations", "sandbox", "payments/changes/accounts.py"}
    words = ("add_bank_account", "take_account_into_use", "deactivate_bank_account", "BankAccount.objects.create")
    found = set()
    for path in rooms.rglob("*.py"):
        inside = path.relative_to(rooms).as_posix()
        if "/tests/" in inside or "/migrations/" in inside:
            continue
        if any(word in path.read_text(encoding="utf-8") for word in words):
            found.add(inside)
    assert {f for f in found if not any(f == a or f.startswith(f"{a}/") for a in allowed)} == set()


def test_channels_banks_and_feeds_open_by_changes_of_two_people_alone() -> None:
    """What opens at once stands in the slices themselves, is called by approvals, and by the command for a school that
    has never collected and by the sandbox, where no second person exists yet."""
    rooms = Path(services.__file__).parents[2]
    opening = re.compile(
        r"\bset_active\([^)]*active=True|\bswitch(?:_bill_partner)?\([^)]*on=True|\bconnect_feed\(|"
        r"\bfeed\.connect\((?![^)]*is_active=False)|\bactivate\("
    )
    allowed = {"payments/partners/operation.py", "cli/bill_partner.py", "banking/feed_changes.py"}
    found = {
        path.relative_to(rooms).as_posix()
        for path in rooms.rglob("*.py")
        if "/tests/" not in path.as_posix() and opening.search(path.read_text(encoding="utf-8"))
    }
    # People's accounts have a switch of the same name; a feed is defined where it is defined.
    others = {f for f in found if f.startswith(("accounts/", "sandbox/")) or f == "banking/feed.py"}
    assert found - others <= allowed


def test_an_account_another_school_took_meanwhile_is_not_taken_again(
    school: School, other_school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    """Asked for when nobody had it, approved, and in the day between another school began to receive there."""
    change = asked(school, accountant)
    decide(principal, change)
    factories.bank_account(other_school, number=MINE, bank_bin="970407")
    with clock.frozen(clock.now() + dt.timedelta(hours=24)):
        assert apply_due() == 1
    change.refresh_from_db()
    assert (change.state, change.problem, accounts(school)) == ("failed", "account_taken", [(OLD, True)])
    assert paid_to(invoice) == OLD


def test_a_number_of_a_pupil_or_an_invoice_is_no_account(
    school: School, other_school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    """Neither when it is asked for nor when it was given in the day between; the change leaves nothing behind."""
    change = asked(school, accountant)
    decide(principal, change)
    with savepoint():
        registry.claim("970407", {MINE: registry.invoice(1)})
    with pytest.raises(ChangeRefusedError, match="account_taken"), savepoint():
        propose_account(other_school, account=NEW, reason="Thêm", actor=Actor(accountant.pk, "x", "web"))
    with clock.frozen(clock.now() + dt.timedelta(hours=24)):
        assert apply_due() == 1
    change.refresh_from_db()
    assert (change.state, change.problem, accounts(school)) == ("failed", "account_taken", [(OLD, True)])


def test_an_account_in_use_is_in_the_registry_of_numbers(
    school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    change = asked(school, accountant)
    decide(principal, change)
    with clock.frozen(clock.now() + dt.timedelta(hours=24)):
        assert apply_due() == 1
    made = BankAccount.objects.for_school(school).get(number=MINE)
    assert registry.holders("970407", [MINE]) == {MINE: f"account:{made.pk}"}
    with pytest.raises(VirtualAccountRefusedError, match="number_taken"), savepoint():
        registry.claim("970407", {MINE: registry.pupil(1)})


def test_who_keeps_the_machines_sees_and_asks_for_no_account(
    school: School, invoice: Invoice, accountant: User, principal: User
) -> None:
    """By the privacy matrix: partners and keys are his, receiving accounts are not."""
    change = asked(school, accountant)
    other = SetupChange.objects.create(
        school=school, kind="channel_keys", subject="x", title="VNPAY · Cổng", reason="Thay khóa", state="proposed",
        proposed_at=clock.now(), proposed_by=accountant.pk,
    )  # fmt: skip
    keeper = signed_in(person(Role.IT_ADMIN, school, "Ngô Văn Quản"))
    pages = {"accounts": 403, "account_new": 403}
    assert {name: keeper.get(reverse(f"workspaces:{name}")).status_code for name in pages} == pages
    form = {**FORM, "thay": invoice.bank_account.public_id}
    assert keeper.post(reverse("workspaces:account_new"), form).status_code == 403
    rule = reverse("payments:own_numbers_rule", args=[invoice.bank_account.public_id])
    assert keeper.post(rule, {"kind": "sequence", "start": "962", "digits": 6, "reason": "x"}).status_code == 403
    feed = {"tai_khoan": invoice.bank_account.public_id, "nha_cung_cap": "sepay", "ly_do": "x"}
    assert keeper.post(reverse("banking:connect"), feed).status_code == 403
    listed = keeper.get(reverse("workspaces:changes")).content.decode()
    assert "VNPAY · Cổng" in listed
    assert MINE not in listed
    for act in ("change", "change_cancel"):
        address = reverse(f"workspaces:{act}", args=[change.public_id])
        answer = keeper.get(address) if act == "change" else keeper.post(address, {"ly_do": "x"})
        assert answer.status_code == 404
    assert keeper.get(reverse("workspaces:change", args=[other.public_id])).status_code == 200
    assert [c.state for c in SetupChange.objects.for_school(school).order_by("pk")] == ["proposed", "proposed"]
    assert accounts(school) == [(OLD, True)]
