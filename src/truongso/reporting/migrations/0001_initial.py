import django.db.models.deletion
import truongso.kernel.constraints
import truongso.kernel.fields
import truongso.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('ledger', '0003_deposit_link'),
        ('organizations', '0005_modules'),
        ('payments', '0014_partners_carried_over'),
    ]

    operations = [
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('period', models.CharField(max_length=10)),
                ('pattern', models.CharField(max_length=20)),
                ('subject', models.CharField(blank=True, max_length=32)),
                ('params', models.JSONField(default=dict)),
                ('amount', truongso.kernel.fields.DongField(default=0)),
                ('found_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('gone_at', models.DateTimeField(null=True)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('reviewed_by', models.BigIntegerField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='reporting_flag_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='reporting_flag_public'), models.UniqueConstraint(fields=('school', 'period', 'pattern', 'subject'), name='reporting_flag_once'), models.CheckConstraint(condition=models.Q(('pattern__in', ['one_account', 'unsettled_slips', 'cash_lines', 'round_splits', 'share_up_total_down'])), name='reporting_flag_pattern')],
            },
        ),
        migrations.CreateModel(
            name='FlagLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('flag', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='reporting.flag')),
                ('payment', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.payment')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='reporting_flagline_school_row'), models.UniqueConstraint(fields=('school', 'flag', 'payment'), name='reporting_flagline_once'), truongso.kernel.constraints.SchoolKey('flag', name='reporting_flagline_flag_key'), truongso.kernel.constraints.SchoolKey('payment', name='reporting_flagline_payment_key')],
            },
        ),
        migrations.CreateModel(
            name='FlagNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('flag', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='reporting.flag')),
                ('of_school', models.BooleanField()),
                ('text', models.CharField(max_length=1000)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'flag'], name='reporting_flagnote_flag')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='reporting_flagnote_school_row'), truongso.kernel.constraints.SchoolKey('flag', name='reporting_flagnote_flag_key'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='reporting_flagnote_written')],
            },
        ),
        migrations.CreateModel(
            name='FlagCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('checked_at', models.DateTimeField(null=True)),
                ('due', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='reporting_flagcheck_school_row'), models.UniqueConstraint(fields=('school',), name='reporting_flagcheck_once'), models.CheckConstraint(condition=models.Q(('checked_at__isnull', False), ('due', True), _connector='OR'), name='reporting_flagcheck_looked')],
            },
        ),
        migrations.CreateModel(
            name='PostingSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('grouping', models.CharField(default='day', max_length=8)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='reporting_postingsetting_school_row'), models.UniqueConstraint(fields=('school',), name='reporting_postingsetting_once'), models.CheckConstraint(condition=models.Q(('grouping__in', ['entry', 'day'])), name='reporting_postingsetting_grouping')],
            },
        ),
        migrations.CreateModel(
            name='PostingAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('account', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('code', models.CharField(max_length=20)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='reporting_postingaccount_school_row'), models.UniqueConstraint(fields=('school', 'account'), name='reporting_postingaccount_once'), truongso.kernel.constraints.SchoolKey('account', name='reporting_postingaccount_account_key'), models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='reporting_postingaccount_coded')],
            },
        ),
        migrations.CreateModel(
            name='PostingFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                ('number', models.PositiveIntegerField()),
                ('year', models.PositiveSmallIntegerField()),
                ('month', models.PositiveSmallIntegerField()),
                ('grouping', models.CharField(max_length=8)),
                ('entries', models.PositiveIntegerField()),
                ('vouchers', models.PositiveIntegerField()),
                ('last_voucher', models.PositiveIntegerField()),
                ('amount', truongso.kernel.fields.DongField()),
                ('sha256', models.CharField(max_length=64)),
                ('csv', models.BinaryField()),
                ('xlsx', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.BigIntegerField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='reporting_postingfile_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='reporting_postingfile_public'), models.UniqueConstraint(fields=('school', 'number'), name='reporting_postingfile_number'), models.CheckConstraint(condition=models.Q(('grouping__in', ['entry', 'day'])), name='reporting_postingfile_grouping'), models.CheckConstraint(condition=models.Q(('month__gte', 1), ('month__lte', 12)), name='reporting_postingfile_month')],
            },
        ),
        migrations.CreateModel(
            name='PostedEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                ('file', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posted', to='reporting.postingfile')),
                ('entry', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'file'], name='reporting_postedentry_file')],
                'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='reporting_postedentry_school_row'), models.UniqueConstraint(fields=('school', 'entry'), name='reporting_postedentry_once'), truongso.kernel.constraints.SchoolKey('file', name='reporting_postedentry_file_key'), truongso.kernel.constraints.SchoolKey('entry', name='reporting_postedentry_entry_key')],
            },
        ),
    ]
