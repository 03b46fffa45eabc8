"""Mobile Money known by the operator's frame in a memo, never by the payer's words."""

from __future__ import annotations

import pytest

from truongso.banking.matching.mobile_money import known_frames, operator_of


def test_every_frame_knows_its_example() -> None:
    assert [(f.operator, operator_of(f.example)) for f in known_frames()] == [
        (f.operator, f.operator) for f in known_frames()
    ]


@pytest.mark.parametrize(
    "memo",
    [
        "", "TSK7M2Q9A hoc phi", "me nop qua viettel money cho con", "Viettel Money", "nap viettel 0966000111",
        "VNPT tra tien hoc", "MBVCB.2427229823.174242.TSK7M2Q9A", "MOMO74195055998MOMO TSK7M2Q9A",
        "nop tien viettelpay 123",
    ],
)  # fmt: skip
def test_what_the_payer_writes_is_no_frame(memo: str) -> None:
    assert operator_of(memo) is None
