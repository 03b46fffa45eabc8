"""What other rooms may use of organizations."""

from truongso.organizations.labels import LEVELS
from truongso.organizations.models import BankAccount, OrgUnit, School, SchoolYear
from truongso.organizations.payment_template.models import PaymentTemplate, PaymentTemplateField
from truongso.organizations.payment_template.queries import draft_of as template_draft
from truongso.organizations.payment_template.queries import extra_sources as template_extra_sources
from truongso.organizations.payment_template.queries import publisher_of as template_publisher
from truongso.organizations.payment_template.queries import publisher_of_school as template_publisher_of_school
from truongso.organizations.payment_template.queries import standard_specs as standard_template
from truongso.organizations.payment_template.queries import template_for
from truongso.organizations.payment_template.queries import version_on as template_on
from truongso.organizations.payment_template.queries import versions as template_versions
from truongso.organizations.payment_template.services import discard_draft as discard_template_draft
from truongso.organizations.payment_template.services import publish as publish_template
from truongso.organizations.payment_template.services import save_draft as save_template_draft
from truongso.organizations.payment_template.texts import FIELD_NAMES
from truongso.organizations.payment_template.texts import refusal_text as template_refusal_text
from truongso.organizations.payment_template.types import (
    LABEL_LENGTH,
    MANDATORY,
    MOST_EXTRA,
    NOTE_LENGTH,
    PERSONAL,
    Change,
    FieldChange,
    FieldSource,
    FieldSpec,
    TemplateRefusedError,
)
from truongso.organizations.payment_template.types import compare as compare_templates
from truongso.organizations.queries import (
    bank_accounts,
    has_bank_account,
    places_under,
    readable_accounts,
    registered_account,
    school_by_code,
    school_by_slug,
    school_year_on,
    school_years,
    schools_by_id,
    schools_under,
    schools_with_account,
    successors,
    supervising_unit,
    unit_path,
    units_on,
    units_under,
)
from truongso.organizations.services import (
    AccountData,
    SchoolProfile,
    add_bank_account,
    checked_account,
    create_school,
    create_unit,
    deactivate_bank_account,
    end_unit,
    ensure_school_year,
    lock_school,
    save_profile,
    supervise,
    switch_modules,
    take_account_into_use,
)

__all__ = [
    "FIELD_NAMES",
    "LABEL_LENGTH",
    "LEVELS",
    "MANDATORY",
    "MOST_EXTRA",
    "NOTE_LENGTH",
    "PERSONAL",
    "AccountData",
    "BankAccount",
    "Change",
    "FieldChange",
    "FieldSource",
    "FieldSpec",
    "OrgUnit",
    "PaymentTemplate",
    "PaymentTemplateField",
    "School",
    "SchoolProfile",
    "SchoolYear",
    "TemplateRefusedError",
    "add_bank_account",
    "bank_accounts",
    "checked_account",
    "compare_templates",
    "create_school",
    "create_unit",
    "deactivate_bank_account",
    "discard_template_draft",
    "end_unit",
    "ensure_school_year",
    "has_bank_account",
    "lock_school",
    "places_under",
    "publish_template",
    "readable_accounts",
    "registered_account",
    "save_profile",
    "save_template_draft",
    "school_by_code",
    "school_by_slug",
    "school_year_on",
    "school_years",
    "schools_by_id",
    "schools_under",
    "schools_with_account",
    "standard_template",
    "successors",
    "supervise",
    "supervising_unit",
    "switch_modules",
    "take_account_into_use",
    "template_draft",
    "template_extra_sources",
    "template_for",
    "template_on",
    "template_publisher",
    "template_publisher_of_school",
    "template_refusal_text",
    "template_versions",
    "unit_path",
    "units_on",
    "units_under",
]
