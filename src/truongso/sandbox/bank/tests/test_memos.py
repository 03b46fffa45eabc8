"""How memos travel: exact strings for every channel."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from truongso.kernel.clock import SCHOOL_TIME
from truongso.sandbox.bank.memos import (
    CHANNELS,
    NARRATIVE_LIMIT,
    STEPS,
    Trip,
    UnknownChannelError,
    plain,
    travel,
)
from truongso.sandbox.bank.web.texts import CHANNELS as OFFERED

MEMO = "VTK7M2QXP hoc phi"
TRIP = Trip(
    number=1,
    payer_account="0011001234567",
    payer_name="Nguyễn Văn Bình",
    receiver_account="9000000000101",
    receiver_name="TRUONG TIEU HOC LE VAN TAM",
    receiver_bin="970436",
    at=dt.datetime(2026, 10, 5, 19, 42, 7, tzinfo=SCHOOL_TIME),
    payer_bin="971011",
)
FROM_TO = "CT tu 0011001234567 NGUYEN VAN BINH toi 9000000000101 TRUONG TIEU HOC LE VAN TAM tai"
EXPECTED = {
    "intact": "VTK7M2QXP hoc phi",
    "upper": "VTK7M2QXP HOC PHI",
    "lower": "vtk7m2qxp hoc phi",
    "spaced": "VTK 7M2 QXP hoc phi",
    "dotted": "VTK.7M2.QXP hoc phi",
    "mistyped": "VTK7M3QXP hoc phi",
    "missing": "VTK7MQXP hoc phi",
    "doubled": "VTK7M22QXP hoc phi",
    "swapped": "VTK72MQXP hoc phi",
    "truncated": "VTK7M2QXP ho",
    "cut_in_code": "VTK7M",
    "removed": "NGUYEN VAN BINH chuyen tien",
    "mbvcb": f"MBVCB.85522652656.328906.VTK7M2QXP hoc phi.{FROM_TO} Vietcombank",
    "momo": "230312798059-VTK7M2QXP hoc phi-CHUYEN TIEN-OQCHK0RH9450-MOMO230312798059MOMO",
    "old_momo": "MoMoT0674522104T30312798059T970416TVTK7M2QXP hoc phi GD 328906-100526 19:42:07",
    "acsp": "VTK7M2QXP hoc phi- Ma GD ACSP/ AT328906",
    "trace": "VTK7M2QXP hoc phi   Ma giao dich  Trace328906 Trace 328906",
    "ibft": "IBFT VTK7M2QXP hoc phi GD 5340IBT15N31S9JO 051026-19:42:07",
    "fast247": "CT nhanh 247 den: VTK7M2QXP hoc phi",
    "card_account": "TKThe :0011001234567, tai Techcombank. VTK7M2QXP hoc phi FT26762705165561"
    " -CTLNHIDI929894421377274-1/1-CRE-002",
    "bidv": "9000000000101 VTK7M2QXP hoc phi; thoi gian GD:05102026 19:42:07",
    "agribank": "MB 9000000000101 VTK7M2QXP hoc phi- Ma GD ACSP/ HB328906",
    "from_payer": "MB VTK7M2QXP hoc phi. TU: NGUYEN VAN BINH",
    "mobile_money": "VTK7M2QXP hoc phi. VNPT MONEY 0011001234567 GD 640579567842",
    "wrap35": "VTK7M2QXP hoc phi",
}


def told(channel: str, trip: Trip = TRIP, memo: str = MEMO) -> str:
    return travel(memo, channel, trip).told


def test_every_channel_word_for_word() -> None:
    assert {channel: told(channel) for channel in CHANNELS} == EXPECTED


def test_the_receiving_bank_ends_the_vietcombank_frame() -> None:
    head = f"MBVCB.85522652656.328906.VTK7M2QXP hoc phi.{FROM_TO}"
    assert told("mbvcb", replace(TRIP, receiver_bin="970422")) == f"{head} MB- Ma GD ACSP/ at328906"
    assert told("mbvcb", replace(TRIP, receiver_bin="970418")) == (
        f"{head} BIDV -CTLNHIDI929894421377274-1/1-CRE-002; thoi gian GD:05/10/2026 19:42:07"
    )


def test_steps_join_in_order_and_breaks_come_last() -> None:
    arrived = travel(MEMO, "spaced+mbvcb+wrap35", replace(TRIP, receiver_bin="970422"))
    assert arrived.told == (
        "MBVCB.85522652656.328906.VTK 7M2 QX  P hoc phi.CT tu 0011001234567 NGUYE"
        "  N VAN BINH toi 9000000000101 TRUONG   TIEU HOC LE VAN TAM tai MB- Ma GD   ACSP/ at328906"
    )
    assert arrived.whole == (f"MBVCB.85522652656.328906.VTK 7M2 QXP hoc phi.{FROM_TO} MB- Ma GD ACSP/ at328906")
    assert told("momo+upper").startswith("230312798059-VTK7M2QXP HOC PHI-CHUYEN TIEN-")


@pytest.mark.parametrize("channel", ["", "fax", "wrap35+mbvcb", "intact+", "INTACT"])
def test_unknown_channels(channel: str) -> None:
    with pytest.raises(UnknownChannelError):
        told(channel)


def test_accents_go_and_odd_memos_survive_every_step() -> None:
    assert plain("Nộp học phí cho Đỗ  Ân\n") == "Nop hoc phi cho Do An"
    for memo in ("", "A", "AAAAAAA", "x" * 300, "日本"):
        for step in STEPS:
            assert len(told(step, memo=memo)) <= NARRATIVE_LIMIT


def test_other_transfers_get_other_numbers() -> None:
    assert told("acsp", replace(TRIP, number=2)) != EXPECTED["acsp"]
    assert {told("mistyped", replace(TRIP, number=n)) for n in range(200)} == {
        "WTK7M2QXP hoc phi",
        "VUK7M2QXP hoc phi",
        "VTM7M2QXP hoc phi",
        "VTK8M2QXP hoc phi",
        "VTK7N2QXP hoc phi",
        "VTK7M3QXP hoc phi",
        "VTK7M2RXP hoc phi",
        "VTK7M2QYP hoc phi",
        "VTK7M2QXQ hoc phi",
    }


def test_the_page_offers_what_exists() -> None:
    for channel in OFFERED:
        assert told(channel)
    used = {step for channel in OFFERED for step in channel.split("+")}
    assert used == set(CHANNELS) - {"lower"}
