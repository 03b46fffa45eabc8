"""What the tables of organizations hold, of whom, what for and how long."""

from __future__ import annotations

from truongso.kernel.data_classes import Keep, Purpose, Subject, Table, table

TABLES: list[Table] = [
    table(
        "organizations.OrgUnit",
        Subject.NOBODY,
        Purpose.SETUP,
        Keep.SCHOOL,
        public="kind code name valid_from valid_to document",
    ),
    table(
        "organizations.School",
        Subject.NOBODY,
        Purpose.SETUP,
        Keep.SCHOOL,
        public=(
            "code slug name short_name level ownership area address phone email website tax_code support_contact "
            "support_phone support_hours answer_days fanpage has_public_page"
        ),
        internal="budget_code identification_code invoice_prefix switched_off",
    ),
    table(
        "organizations.SchoolSite",
        Subject.NOBODY,
        Purpose.SETUP,
        Keep.SCHOOL,
        public="name address",
    ),
    table(
        "organizations.Supervision",
        Subject.NOBODY,
        Purpose.SETUP,
        Keep.SCHOOL,
        public="function valid_from valid_to",
    ),
    table(
        "organizations.SchoolYear",
        Subject.NOBODY,
        Purpose.SETUP,
        Keep.SCHOOL,
        public="code starts_on ends_on",
    ),
    table(
        "organizations.BankAccount",
        Subject.NOBODY,
        Purpose.SETUP,
        Keep.SCHOOL,
        public="holder_name",
        internal="label",
        technical="public_id is_active replaced_at created_at",
        money="bank_bin number",
    ),
    table(
        "organizations.PaymentTemplate",
        Subject.NOBODY,
        Purpose.SETUP,
        Keep.SCHOOL,
        public="basis",
        technical="public_id state number valid_from created_at published_at",
        actor="created_by published_by",
    ),
    table(
        "organizations.PaymentTemplateField",
        Subject.NOBODY,
        Purpose.SETUP,
        Keep.SCHOOL,
        public="position source label note",
    ),
]
