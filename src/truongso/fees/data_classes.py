"""What the tables of fees hold, of whom, what for and how long."""

from __future__ import annotations

from truongso.kernel.data_classes import Keep, Purpose, Subject, Table, table

TABLES: list[Table] = [
    table(
        "fees.FeeItem",
        Subject.NOBODY,
        Purpose.COLLECTION,
        Keep.SCHOOL,
        public="code name legal_basis",
        internal="nature unit note",
        technical="is_voluntary is_active",
    ),
    table(
        "fees.FeeRate",
        Subject.NOBODY,
        Purpose.COLLECTION,
        Keep.SCHOOL,
        public="grade amount cap valid_from valid_to document_number deciding_body",
    ),
    table(
        "fees.ReductionRule",
        Subject.NOBODY,
        Purpose.COLLECTION,
        Keep.SCHOOL,
        public="code name nature percent everyone ownership legal_basis valid_from valid_to",
    ),
    table(
        "fees.Exemption",
        Subject.PUPIL,
        Purpose.COLLECTION,
        Keep.SUPPORTING,
        open_because=(
            "Pricing joins the category of every pupil of a round with the rules of law; the voucher names its basis. "
            "Pages show that there is a reduction, how much and until when; the category opens with a reason, as does "
            "the document, which is sealed."
        ),
        technical="valid_from valid_to created_at",
        actor="created_by",
        sensitive="rule_code document",
    ),
    table(
        "fees.OptIn",
        Subject.PUPIL,
        Purpose.COLLECTION,
        Keep.SUPPORTING,
        technical="valid_from valid_to created_at",
        actor="created_by",
    ),
    table(
        "fees.CollectionRound",
        Subject.NOBODY,
        Purpose.COLLECTION,
        Keep.SUPPORTING,
        internal="name",
        technical="public_id priced_on due_on allows_partial state planned_at issued_at closed_at created_at",
        actor="created_by",
    ),
    table(
        "fees.RoundItem",
        Subject.NOBODY,
        Purpose.COLLECTION,
        Keep.SUPPORTING,
        technical="quantity",
    ),
    table(
        "fees.RoundClass",
        Subject.NOBODY,
        Purpose.COLLECTION,
        Keep.SUPPORTING,
    ),
    table(
        "fees.PlannedLine",
        Subject.PUPIL,
        Purpose.COLLECTION,
        Keep.SUPPORTING,
        open_because=(
            "Says the legal basis of a reduction (an article of law), which the accountant checks before issuing; "
            "gone with the draft."
        ),
        technical="quantity reduction_percent",
        money="unit_amount gross reduction amount",
        sensitive="reduction_basis",
    ),
    table(
        "fees.Invoice",
        Subject.PUPIL,
        Purpose.ACCOUNTING,
        Keep.VOUCHER,
        public="beneficiary_name",
        internal="reason",
        technical="public_id due_on issued_at cancelled_at",
        money="code total paid",
        personal="payer_name student_name class_name search_fold sort_key",
    ),
    table(
        "fees.InvoiceLine",
        Subject.PUPIL,
        Purpose.ACCOUNTING,
        Keep.VOUCHER,
        open_because=(
            "The legal basis of a reduction is part of the voucher, which may not change; it names the article, "
            "no document of the family."
        ),
        internal="description nature legal_basis",
        technical="kind quantity reduction_percent created_at",
        actor="created_by",
        money="unit_amount gross reduction amount credited paid",
        sensitive="reduction_basis",
    ),
]
