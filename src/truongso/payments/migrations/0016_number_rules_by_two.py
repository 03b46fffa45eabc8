"""Numbers of pupils follow a rule that two people decided on; a number is one bank's, whatever the account."""

from django.db import migrations, models
from django.db.models import F, OuterRef, Q, Subquery

KINDS = [
    "account_add", "account_replace", "channel_open", "channel_keys", "feed_connect", "feed_keys", "bill_open",
    "bill_keys", "number_rule", "go_live",
]  # fmt: skip


def fill_banks(apps, _schema_editor):
    """Numbers of before keep their pupils for money that comes; families see them once a rule is approved."""
    accounts = apps.get_model("organizations", "BankAccount")._base_manager
    found = accounts.filter(pk=OuterRef("bank_account_id")).values("bank_bin")[:1]
    apps.get_model("payments", "VirtualAccount")._base_manager.update(bank_bin=Subquery(found))


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0005_modules"),
        ("payments", "0015_settle_terms"),
    ]

    operations = [
        migrations.RemoveConstraint("setupchange", "payments_setupchange_kind"),
        migrations.AddConstraint(
            "setupchange", models.CheckConstraint(condition=Q(kind__in=KINDS), name="payments_setupchange_kind")
        ),
        migrations.AddField(
            "virtualaccount", "bank_bin", models.CharField(max_length=6, default=""), preserve_default=False
        ),
        migrations.AddField("virtualaccount", "is_of_rule", models.BooleanField(default=False)),
        migrations.AddField("virtualaccountrule", "proposed_by", models.BigIntegerField(null=True)),
        migrations.AddField("virtualaccountrule", "approved_by", models.BigIntegerField(null=True)),
        migrations.RunPython(fill_banks, migrations.RunPython.noop),
        migrations.AddConstraint(
            "virtualaccount",
            models.UniqueConstraint(
                fields=["school", "bank_bin", "number"], name="payments_virtualaccount_one_at_bank",
                condition=Q(released_on__isnull=True),
            ),
        ),
        migrations.AddConstraint(
            "virtualaccountrule",
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by"))),
                name="payments_virtualaccountrule_two",
            ),
        ),
    ]  # fmt: skip
