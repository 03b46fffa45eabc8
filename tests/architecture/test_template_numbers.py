"""Numbers that programs read back from a page are written without a point between thousands.

`USE_THOUSAND_SEPARATOR` writes 1619 as 1.619 for people; in a form's value or an address it is another number, and
from row 1,000 on nothing fits.
"""

from __future__ import annotations

import re

from tests.architecture.rooms import ROOT

_READ_BACK = re.compile(
    r'\b(?:value|name|href|action|min|max|width|height)="[^"<>]*?\{\{\s*([\w.]+)((?:\|[^}]*)?)\s*\}\}'
)
_NUMBERS = {"pk", "id", "width", "height"}
_TEXTS = {"public_id"}


def offences(template: str) -> list[str]:
    """Expressions of row numbers and sizes in attributes that are read back, without `stringformat` or `unlocalize`."""
    return [
        expression
        for expression, filters in _READ_BACK.findall(template)
        if (last := expression.rpartition(".")[2]) not in _TEXTS
        and (last in _NUMBERS or last.endswith("_id"))
        and not re.search(r"\|(?:stringformat|unlocalize)", filters)
    ]


def test_the_rule_finds_what_it_is_for() -> None:
    assert offences('<option value="{{ guardian.pk }}">') == ["guardian.pk"]
    assert offences('<input name="tk_{{ row.account_id }}" value="x">') == ["row.account_id"]
    assert offences('<a href="/x?y={{ id|default:0 }}">') == ["id"]
    assert offences('<option value="{{ guardian.pk|stringformat:"d" }}" data-x="{{ row.pk }}">') == []
    assert offences('<input value="{{ invoice.public_id }}"><b>{{ row.pk }}</b>') == []


def test_no_template_writes_a_row_number_for_people_where_a_program_reads_it() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {expression}"
        for path in sorted(ROOT.rglob("*.html"))
        for expression in offences(path.read_text(encoding="utf-8"))
    ]
    assert found == []
