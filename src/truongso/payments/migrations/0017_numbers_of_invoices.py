"""Numbers of invoices, and the registry that knows each number of a bank once over all schools."""

import django.db.models.deletion
from django.db import migrations, models

import truongso.kernel.constraints
import truongso.kernel.fields


def register(apps, _schema_editor):
    """Numbers given before: each is its present holder's, else its last one's."""
    rows = apps.get_model("payments", "VirtualAccount")._base_manager.order_by("released_on", "pk")
    holders = {}
    held = list(rows.values_list("bank_bin", "number", "student_id", "released_on"))
    for bank_bin, number, student_id, released_on in held:
        if released_on is not None:
            holders[bank_bin, number] = student_id
    present = {}
    for bank_bin, number, student_id, released_on in held:
        if released_on is None:
            present.setdefault((bank_bin, number), student_id)
    given = apps.get_model("payments", "GivenNumber")
    given._base_manager.bulk_create(
        given(bank_bin=bank_bin, number=number, holder=f"pupil:{student_id}")
        for (bank_bin, number), student_id in {**holders, **present}.items()
    )


class Migration(migrations.Migration):
    dependencies = [
        ("fees", "0004_payment_template"),
        ("organizations", "0005_modules"),
        ("payments", "0016_number_rules_by_two"),
    ]

    operations = [
        migrations.CreateModel(
            name="GivenNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bank_bin", models.CharField(max_length=6)),
                ("number", models.CharField(max_length=19)),
                ("holder", models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="InvoiceNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=19)),
                ("bank_bin", models.CharField(max_length=6)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="virtualaccountrule",
            name="payments_virtualaccountrule_kind",
        ),
        migrations.AddConstraint(
            model_name="virtualaccountrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["pupil_code", "sequence", "bill_code", "bill_seq"])),
                name="payments_virtualaccountrule_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="givennumber",
            constraint=models.UniqueConstraint(fields=("bank_bin", "number"), name="payments_givennumber_once"),
        ),
        migrations.AddField(
            model_name="invoicenumber",
            name="bank_account",
            field=truongso.kernel.fields.SchoolForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.bankaccount"
            ),
        ),
        migrations.AddField(
            model_name="invoicenumber",
            name="invoice",
            field=truongso.kernel.fields.SchoolForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fees.invoice"
            ),
        ),
        migrations.AddField(
            model_name="invoicenumber",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.school",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicenumber",
            constraint=models.UniqueConstraint(fields=("school", "id"), name="payments_invoicenumber_school_row"),
        ),
        migrations.AddConstraint(
            model_name="invoicenumber",
            constraint=models.UniqueConstraint(
                fields=("school", "bank_bin", "number"), name="payments_invoicenumber_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicenumber",
            constraint=models.UniqueConstraint(
                fields=("school", "invoice", "bank_account"), name="payments_invoicenumber_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicenumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", ""), _negated=True), name="payments_invoicenumber_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicenumber",
            constraint=truongso.kernel.constraints.SchoolKey("bank_account", name="payments_invoicenumber_account_key"),
        ),
        migrations.AddConstraint(
            model_name="invoicenumber",
            constraint=truongso.kernel.constraints.SchoolKey("invoice", name="payments_invoicenumber_invoice_key"),
        ),
        migrations.RunPython(register, migrations.RunPython.noop),
    ]
