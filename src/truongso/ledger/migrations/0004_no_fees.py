"""Accounts and entries of credits that are no fees of pupils."""

from django.db import migrations, models

ROLES = [
    "cash", "bank", "in_transit", "receivable", "suspense", "family_credit", "revenue_tuition", "revenue_service",
    "revenue_agreed", "pass_through", "on_behalf", "donation", "refund_due", "collection_fee", "cash_difference",
    "interest", "own_transfer", "other_income",
]  # fmt: skip
KINDS = [
    "invoice", "adjustment", "bank_line", "payment", "reversal", "settlement", "cash_day", "deposit", "deposit_link",
    "credit_use", "refund", "refund_paid", "no_fee",
]  # fmt: skip


class Migration(migrations.Migration):

    dependencies = [("ledger", "0003_deposit_link")]

    operations = [
        migrations.RemoveConstraint("account", "ledger_account_role_known"),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(condition=models.Q(("role__in", ROLES)), name="ledger_account_role_known"),
        ),
        migrations.RemoveConstraint("entry", "ledger_entry_kind"),
        migrations.AddConstraint(
            "entry", models.CheckConstraint(condition=models.Q(("kind__in", KINDS)), name="ledger_entry_kind")
        ),
    ]
