"""A school takes another receiving account into use: new codes name it, papers printed before are still good."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.decide import decide_lines
from truongso.banking.tests.helpers import arrive
from truongso.fees.models import Invoice
from truongso.fees.public import copy_round
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.organizations.public import AccountData, successors, take_account_into_use
from truongso.organizations.types import OrganizationError
from truongso.payments.public import group_invoices, group_payload, invoice_payload
from truongso.payments.vietqr import decode
from truongso.workspaces.qr_check import QrVerdict, check_qr
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day", "verify_after")]

NEW = AccountData("970418", "12310000777888", "TRUONG TIEU HOC LE VAN TAM")
THIRD = AccountData("970415", "110000222333", "TRUONG TIEU HOC LE VAN TAM MOI")


def move(school: School, actor: Actor, to: AccountData, replaces: BankAccount | None) -> BankAccount:
    with savepoint():
        return take_account_into_use(actor=actor, school=school, account=to, replaces=replaces)


def state_of(account: BankAccount, memo: str, amount: int, reference: str, actor: Actor) -> str:
    """What becomes of a credit with this memo."""
    came = arrive(account, memo, amount, reference)
    with savepoint():
        decide_lines(account.school_id, [came], actor=actor)
    came.refresh_from_db()
    return str(came.state)


def again(invoice: Invoice) -> Invoice:
    """The invoice read anew, as a page would."""
    found: Invoice = Invoice.objects.for_school(invoice.school_id).select_related("school", "round").get(pk=invoice.pk)
    return found


def test_codes_follow_and_the_printed_one_is_known_as_the_schools(school: School, actor: Actor, client: Client) -> None:
    invoice = money.invoice(school, [250_000])
    printed = invoice_payload(invoice)
    made = move(school, actor, NEW, invoice.bank_account)
    code = decode(invoice_payload(again(invoice)))
    assert (code.bank_bin, code.account, code.amount) == ("970418", "12310000777888", Dong(250_000))
    assert (check_qr(printed).verdict, check_qr(printed).verdict.is_safe) == (QrVerdict.FORMER_ACCOUNT, False)
    assert check_qr(invoice_payload(again(invoice))).verdict is QrVerdict.GENUINE
    for address in (f"/p/{invoice.public_id}", f"/kt/{invoice.public_id[:12]}"):
        shown = text(client.get(address))
        assert ("1231 0000 7778 88" in shown, "0071 0001 2345 6" in shown) == (True, False), address
    assert "Mã in trước khi trường đổi tài khoản nhận tiền" in text(client.post("/kt/qr", {"payload": printed}))
    assert again(invoice).bank_account_id == invoice.bank_account_id, "the row keeps what it was issued with"
    assert successors(school.pk) == {invoice.bank_account_id: made.pk}


def test_statements_of_the_old_account_are_still_read_and_new_rounds_take_the_new_one(
    school: School, actor: Actor, client: Client
) -> None:
    invoice = money.invoice(school, [250_000])
    new = move(school, actor, NEW, invoice.bank_account)
    factories.login(client, factories.user(Role.ACCOUNTANT, school=school))
    uploads = client.get("/thu/sao-ke").content.decode()
    assert (invoice.bank_account.number in uploads, NEW.number in uploads) == (True, True)
    offered = client.get("/thu/dot-thu/moi").content.decode()
    assert (invoice.bank_account.public_id in offered, new.public_id in offered) == (False, True)
    with savepoint():
        copied = copy_round(
            school.pk, source_id=invoice.round_id, name="Tháng sau", priced_on=clock.today(), due_on=clock.today(),
            actor=actor,
        )  # fmt: skip
    assert copied.bank_account_id == new.pk


def test_the_holder_shown_is_that_of_the_account_paid_to(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [250_000])
    move(school, actor, THIRD, invoice.bank_account)
    found = again(invoice)
    assert (found.beneficiary_name, found.receiver_name) == (
        "TRUONG TIEU HOC LE VAN TAM", "TRUONG TIEU HOC LE VAN TAM MOI"
    )  # fmt: skip


def test_money_on_either_account_is_matched_by_its_code(school: School, actor: Actor) -> None:
    by_paper, by_screen, together, with_it = (
        money.invoice(school, [amount], full_name=name)
        for amount, name in ((250_000, "Nguyễn Bảo An"), (260_000, "Lê Minh Châu"), (270_000, "Lý Thị Mẩy"),
                             (280_000, "Giàng A Páo"))
    )  # fmt: skip
    old = by_paper.bank_account
    printed = group_invoices(school.pk, invoice_ids=[together.pk, with_it.pk])
    new = move(school, actor, NEW, old)
    assert state_of(old, f"{by_paper.code} HOC PHI", 250_000, "FT1", actor) == "matched"
    assert state_of(new, f"{by_screen.code} HOC PHI", 260_000, "FT2", actor) == "matched"
    assert decode(group_payload(printed, [again(together), again(with_it)])).account == NEW.number
    assert state_of(new, f"{printed.code} GOP 2 PHIEU", 550_000, "FT3", actor) == "matched"
    paid = [again(i).paid for i in (by_paper, by_screen, together, with_it)]
    assert paid == [Dong(250_000), Dong(260_000), Dong(270_000), Dong(280_000)]


def test_replacing_twice_leads_straight_to_the_last_and_going_back_is_possible(school: School, actor: Actor) -> None:
    first = factories.bank_account(school)
    second = move(school, actor, NEW, first)
    third = move(school, actor, THIRD, second)
    assert successors(school.pk) == {first.pk: third.pk, second.pk: third.pk}
    back = move(school, actor, AccountData(first.bank_bin, first.number, "gõ khác"), third)
    assert (back.pk, back.holder_name, back.is_active) == (first.pk, first.holder_name, True)
    assert successors(school.pk) == {second.pk: first.pk, third.pk: first.pk}


def test_what_cannot_be_replaced_is_refused(school: School, other_school: School, actor: Actor) -> None:
    old, foreign = factories.bank_account(school), factories.bank_account(other_school, number="5555000055")
    new = move(school, actor, NEW, old)
    before = list(BankAccount.objects.across_schools("all").order_by("pk").values())
    for account, replaces, code in (
        (THIRD, old, "account_not_in_use"), (THIRD, foreign, "account_not_in_use"),
        (NEW, None, "account_known"), (NEW, new, "account_known"),
    ):  # fmt: skip
        with pytest.raises(OrganizationError) as refusal:
            move(school, actor, account, replaces)
        assert refusal.value.code == code
    assert list(BankAccount.objects.across_schools("all").order_by("pk").values()) == before


@pytest.mark.parametrize("change", [{"number": "99990000"}, {"bank_bin": "970422"}, {"holder_name": "NGUYEN VAN A"}])
def test_no_account_turns_into_another_in_the_database(school: School, change: dict[str, str]) -> None:
    account = factories.bank_account(school)
    with pytest.raises(IntegrityError, match="keeps its number and holder"), savepoint():
        BankAccount.objects.for_school(school).filter(pk=account.pk).update(**change)
    with pytest.raises(IntegrityError, match="never deleted"), savepoint():
        account.delete()
    account.refresh_from_db()
    assert (account.number, account.holder_name) == ("0071000123456", "TRUONG TIEU HOC LE VAN TAM")
