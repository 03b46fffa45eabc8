"""Keys to rows that never go are asked once a statement instead of once a row (ADR 0012)."""

import truongso.kernel.constraints
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("payments", "0022_stripped_notices")]

    operations = [
        migrations.RemoveConstraint(
            model_name='allocation',
            name='payments_allocation_payment_key',
        ),
        migrations.RemoveConstraint(
            model_name='allocation',
            name='payments_allocation_invoice_key',
        ),
        migrations.RemoveConstraint(
            model_name='allocation',
            name='payments_allocation_line_key',
        ),
        migrations.RemoveConstraint(
            model_name='allocation',
            name='payments_allocation_reverses_key',
        ),
        migrations.RemoveConstraint(
            model_name='allocation',
            name='payments_allocation_move_key',
        ),
        migrations.RemoveConstraint(
            model_name='payment',
            name='payments_payment_evidence_key',
        ),
        migrations.RemoveConstraint(
            model_name='payment',
            name='payments_payment_family_key',
        ),
        migrations.RemoveConstraint(
            model_name='receipt',
            name='payments_receipt_payment_key',
        ),
        migrations.RemoveConstraint(
            model_name='receiptsignature',
            name='payments_receiptsignature_receipt_key',
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=truongso.kernel.constraints.SchoolKey('payment', kept=True, name='payments_allocation_payment_key'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=truongso.kernel.constraints.SchoolKey('invoice', kept=True, name='payments_allocation_invoice_key'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=truongso.kernel.constraints.SchoolKey('line', kept=True, name='payments_allocation_line_key'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=truongso.kernel.constraints.SchoolKey('reverses', kept=True, name='payments_allocation_reverses_key'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=truongso.kernel.constraints.SchoolKey('move', kept=True, name='payments_allocation_move_key'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=truongso.kernel.constraints.SchoolKey('evidence', kept=True, name='payments_payment_evidence_key'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=truongso.kernel.constraints.SchoolKey('family', kept=True, name='payments_payment_family_key'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=truongso.kernel.constraints.SchoolKey('payment', kept=True, name='payments_receipt_payment_key'),
        ),
        migrations.AddConstraint(
            model_name='receiptsignature',
            constraint=truongso.kernel.constraints.SchoolKey('receipt', kept=True, name='payments_receiptsignature_receipt_key'),
        ),
    ]
