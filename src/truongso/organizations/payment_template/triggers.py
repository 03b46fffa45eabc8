"""Guards of the template: four mandatory fields or no publication; a published version stays as it is."""

from truongso.kernel.triggers import refuse
from truongso.organizations.payment_template.types import MANDATORY

_FOUR = ", ".join(f"'{source.value}'" for source in MANDATORY)
_PRESENT = (
    "(SELECT COUNT(*) FROM organizations_paymenttemplatefield f "
    f"WHERE f.template_id = NEW.id AND f.source IN ({_FOUR}))"
)
_KEPT = "a published template is fixed"
_TABLE, _FIELDS = "organizations_paymenttemplate", "organizations_paymenttemplatefield"


def _is_published(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_TABLE} t WHERE t.id = {row}.template_id AND t.state = 'published')"


TRIGGERS = [
    refuse("draft_first", _TABLE, "INSERT", "NEW.state <> 'draft'", "a template begins as a draft"),
    refuse("fixed", _TABLE, "UPDATE", "OLD.state = 'published'", _KEPT),
    refuse("kept", _TABLE, "DELETE", "OLD.state = 'published'", _KEPT),
    refuse(
        "complete", _TABLE, "UPDATE OF state", f"NEW.state = 'published' AND {_PRESENT} <> {len(MANDATORY)}",
        "a template has the four mandatory fields",
    ),
    refuse("field_added", _FIELDS, "INSERT", _is_published("NEW"), _KEPT),
    refuse("field_changed", _FIELDS, "UPDATE", f"{_is_published('OLD')} OR {_is_published('NEW')}", _KEPT),
    refuse("field_gone", _FIELDS, "DELETE", _is_published("OLD"), _KEPT),
]  # fmt: skip
