"""Masked names: known to who knows them, of no use to others."""

import pytest

from truongso.kernel.masking import masked_name


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Bảo An", "Ng*** B*** An"),
        ("Trần Thị Thu Hằng", "Tr*** Th*** Th*** Hằng"),
        ("Nghiêm Phú Quý", "Ngh*** Ph*** Quý"),
        ("Ưng  Hoàng", "Ư*** Hoàng"),
        ("Lan", "L***"),
        ("NGUYEN VAN HUNG", "NG*** V*** HUNG"),
        ("", ""),
    ],
)
def test_all_but_the_given_name_is_hidden(name: str, masked: str) -> None:
    assert masked_name(name) == masked
