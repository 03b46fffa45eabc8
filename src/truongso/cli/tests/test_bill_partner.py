"""`truongso bill-partner`: a shared bank, its key printed once, one line for what is wrong."""

from __future__ import annotations

import json

import pytest
from tests import money

from truongso.cli.main import main
from truongso.kernel.db import transaction
from truongso.organizations.models import School
from truongso.payments.bills.models import BillPartner, BillService
from truongso.payments.public import book

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_shared_bank_for_two_schools(
    school: School, other_school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["bill-partner", "Vietcombank", "--bin", "970436", "--school", school.code, "--school", other_school.code]
    assert main([*command, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    partner = BillPartner.objects.get()
    assert (said["code"], said["key"], said["schools"]) == ("vietcombank", partner.key_id, ["79-THU", "79-KHAC"])
    assert partner.owner_id is None
    assert said["secret"] not in json.dumps(partner.sealed_secrets)
    assert BillService.objects.across_schools("tests count everything").filter(is_active=True).count() == 2


@pytest.mark.parametrize(
    ("extra", "text"),
    [
        (["--school", "99-KHONG"], "không có trường nào mang mã “99-KHONG”"),
        (["--bin", "000000"], "Chọn ngân hàng trong danh sách"),
        (["--network", "300.1.1.1"], "không phải địa chỉ mạng"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    school: School, capsys: pytest.CaptureFixture[str], extra: list[str], text: str
) -> None:
    assert main(["bill-partner", "Vietcombank", *extra]) == 1
    said = capsys.readouterr()
    assert (text in said.err, said.err.count("\n"), said.out) == (True, 1, "")
    assert not BillPartner.objects.exists()


def test_a_school_that_collects_decides_by_two_people(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    invoice = money.invoice(school, [250_000])
    with transaction():
        book(school.pk, booking=money.booking((invoice, 250_000)), actor=money.ACTOR)
    assert main(["bill-partner", "Vietcombank", "--school", school.code]) == 1
    assert "trường 79-THU đã thu tiền" in capsys.readouterr().err
    assert (BillPartner.objects.count(), BillService.objects.for_school(school).count()) == (0, 0)
