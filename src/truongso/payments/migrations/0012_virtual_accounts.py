import django.db.models.deletion
import truongso.kernel.constraints
import truongso.kernel.fields
import truongso.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0003_payment_template'),
        ('payments', '0011_doubts_and_samples'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='VirtualAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('number', models.CharField(max_length=19)),
                ('assigned_on', models.DateField()),
                ('released_on', models.DateField(null=True)),
                ('release_reason', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.BigIntegerField(null=True)),
                ('released_by', models.BigIntegerField(null=True)),
                ('bank_account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.bankaccount')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('student', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
            ],
            options={
                'indexes': [models.Index(fields=['number'], name='payments_virtualaccount_number')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_virtualaccount_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='payments_virtualaccount_public'), models.UniqueConstraint(condition=models.Q(('released_on__isnull', True)), fields=('school', 'bank_account', 'number'), name='payments_virtualaccount_one_holder'), models.UniqueConstraint(condition=models.Q(('released_on__isnull', True)), fields=('school', 'student', 'bank_account'), name='payments_virtualaccount_one_number'), models.CheckConstraint(condition=models.Q(('released_on__isnull', True), ('released_on__gte', models.F('assigned_on')), _connector='OR'), name='payments_virtualaccount_dates'), models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='payments_virtualaccount_numbered'), truongso.kernel.constraints.SchoolKey('bank_account', name='payments_virtualaccount_account_key'), truongso.kernel.constraints.SchoolKey('student', name='payments_virtualaccount_student_key')],
            },
        ),
        migrations.CreateModel(
            name='VirtualAccountList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('file_name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('rows', models.JSONField(default=list)),
                ('assigned', models.PositiveIntegerField(default=0)),
                ('uploaded_at', models.DateTimeField()),
                ('uploaded_by', models.BigIntegerField(null=True)),
                ('applied_at', models.DateTimeField(null=True)),
                ('bank_account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.bankaccount')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_virtualaccountlist_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='payments_virtualaccountlist_public'), truongso.kernel.constraints.SchoolKey('bank_account', name='payments_virtualaccountlist_account_key')],
            },
        ),
        migrations.CreateModel(
            name='VirtualAccountRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('prefix', models.CharField(max_length=12)),
                ('digits', models.PositiveSmallIntegerField(default=6)),
                ('on_notices', models.BooleanField(default=False)),
                ('bank_account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.bankaccount')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='payments_virtualaccountrule_school_row'), models.UniqueConstraint(fields=('school', 'bank_account'), name='payments_virtualaccountrule_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['pupil_code', 'sequence'])), name='payments_virtualaccountrule_kind'), models.CheckConstraint(condition=models.Q(('digits__range', (3, 12))), name='payments_virtualaccountrule_digits'), models.CheckConstraint(condition=models.Q(('prefix', ''), _negated=True), name='payments_virtualaccountrule_prefixed'), truongso.kernel.constraints.SchoolKey('bank_account', name='payments_virtualaccountrule_account_key')],
            },
        ),
    ]
