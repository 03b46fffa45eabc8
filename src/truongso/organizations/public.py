"""What other rooms may use of organizations."""

from truongso.organizations.models import BankAccount, OrgUnit, School, SchoolYear
from truongso.organizations.queries import (
    bank_accounts,
    school_by_code,
    school_year_on,
    school_years,
    schools_by_id,
    schools_under,
    supervising_unit,
    unit_path,
    units_on,
    units_under,
)
from truongso.organizations.services import (
    add_bank_account,
    create_school,
    create_unit,
    deactivate_bank_account,
    end_unit,
    ensure_school_year,
    lock_school,
    supervise,
)

__all__ = [
    "BankAccount",
    "OrgUnit",
    "School",
    "SchoolYear",
    "add_bank_account",
    "bank_accounts",
    "create_school",
    "create_unit",
    "deactivate_bank_account",
    "end_unit",
    "ensure_school_year",
    "lock_school",
    "school_by_code",
    "school_year_on",
    "school_years",
    "schools_by_id",
    "schools_under",
    "supervise",
    "supervising_unit",
    "unit_path",
    "units_on",
    "units_under",
]
