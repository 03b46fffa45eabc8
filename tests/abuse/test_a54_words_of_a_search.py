"""A54: a search of many words asks one condition a word more, not twice as much with each."""

from __future__ import annotations

import pytest

from truongso.payments.virtual_accounts.queries import invoice_numbers, numbers

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("search", [numbers, invoice_numbers])
def test_a_search_of_many_words_is_a_short_question(search: object) -> None:
    assert callable(search)
    lengths = [len(str(search(1, words=" ".join("abcdefgh"[:words])).query)) for words in (1, 2, 7, 8)]
    assert lengths[3] - lengths[2] == lengths[1] - lengths[0]
