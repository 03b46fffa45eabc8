import django.db.models.deletion
from django.db import migrations, models

import truongso.kernel.constraints
import truongso.kernel.fields


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0003_payment_template'),
    ]

    operations = [
        migrations.AddField(
            model_name='bankaccount',
            name='replaced_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='bankaccount',
            name='replaced_by',
            field=truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='organizations.bankaccount'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=truongso.kernel.constraints.SchoolKey('replaced_by', name='organizations_bankaccount_successor'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('replaced_at__isnull', True), ('replaced_by__isnull', True)), models.Q(('is_active', False), ('replaced_at__isnull', False), ('replaced_by__isnull', False)), _connector='OR'), name='organizations_bankaccount_replaced'),
        ),
    ]
