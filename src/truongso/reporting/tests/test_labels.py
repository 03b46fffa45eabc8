"""Periods as people read them, and refusals that say how to write one."""

from __future__ import annotations

import pytest
from django.utils import translation

from truongso.reporting.labels import period_label, period_refusal, source_name
from truongso.reporting.periods import PeriodError, parse


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("2026-11", "Tháng 11/2026"),
        ("2026-Q4", "Quý IV năm 2026"),
        ("2026-H1", "6 tháng đầu năm 2026"),
        ("2026-H2", "6 tháng cuối năm 2026"),
        ("2026", "Năm 2026"),
        ("2026-2027", "Năm học 2026–2027"),
        ("2026-10-05..2026-10-11", "05/10/2026 – 11/10/2026"),
        ("2026-10-05..2026-10-05", "Ngày 05/10/2026"),
    ],
)
def test_labels(key: str, label: str) -> None:
    with translation.override("vi"):
        assert period_label(parse(key)) == label


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("bank", "Ngân hàng"),
        ("counter", "Quầy thu"),
        ("pos:12345678", "Máy POS 12345678"),
        ("vnpay:x7Kq", "VNPAY"),
        ("bill:BIDV", "Thu hộ tại ngân hàng BIDV"),
        ("new-kind", "new-kind"),
    ],
)
def test_sources_of_evidence_have_names(source: str, name: str) -> None:
    with translation.override("vi"):
        assert source_name(source) == name


@pytest.mark.parametrize(
    "text", ["2026-Q5", "2026-02-30..2026-03-01", "2026-02-02..2026-02-01", "2001-01-01..2026-01-01"]
)
def test_every_refusal_has_its_text(text: str) -> None:
    with pytest.raises(PeriodError) as refused:
        parse(text)
    said = period_refusal(refused.value)
    assert said.endswith(".")
    assert "%(" not in said
