import datetime
import django.db.models.deletion
import truongso.kernel.fields
import truongso.kernel.ids
import truongso.kernel.new_tables
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('messaging', '0001_initial'),
        ('messaging', '0002_stops_of_families'),
        ('messaging', '0003_recipient_names'),
    ]

    initial = True

    dependencies = [
        ('organizations', '0005_modules'),
    ]

    operations = [
        truongso.kernel.new_tables.CreateTables(
            tables=[
                migrations.CreateModel(
                    name='Channel',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('kind', models.CharField(max_length=8)),
                        ('is_active', models.BooleanField(default=False)),
                        ('sender', models.CharField(blank=True, max_length=120)),
                        ('endpoint', models.CharField(blank=True, max_length=300)),
                        ('sealed_secret', models.TextField(blank=True)),
                        ('updated_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='messaging_channel_school_row'), models.UniqueConstraint(fields=('school', 'kind'), name='messaging_channel_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['email', 'zalo', 'sms', 'file'])), name='messaging_channel_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='SendingRules',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('quiet_from', models.TimeField(default=datetime.time(21, 0))),
                        ('quiet_to', models.TimeField(default=datetime.time(7, 0))),
                        ('per_day', models.PositiveSmallIntegerField(default=2)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='messaging_sendingrules_school_row'), models.UniqueConstraint(fields=('school',), name='messaging_sendingrules_once'), models.CheckConstraint(condition=models.Q(('per_day__gte', 1), ('per_day__lte', 20)), name='messaging_sendingrules_per_day')],
                    },
                ),
                migrations.CreateModel(
                    name='Template',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('code', models.CharField(max_length=40)),
                        ('kind', models.CharField(max_length=8)),
                        ('subject', models.CharField(blank=True, max_length=120)),
                        ('text', models.TextField()),
                        ('updated_at', models.DateTimeField()),
                        ('updated_by', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='messaging_template_school_row'), models.UniqueConstraint(fields=('school', 'code', 'kind'), name='messaging_template_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['email', 'zalo', 'sms', 'file'])), name='messaging_template_kind'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='messaging_template_worded')],
                    },
                ),
                migrations.CreateModel(
                    name='OptOut',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('kind', models.CharField(max_length=8)),
                        ('address', models.CharField(max_length=254)),
                        ('by_family', models.BooleanField(default=False)),
                        ('created_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='messaging_optout_school_row'), models.UniqueConstraint(fields=('school', 'kind', 'address', 'by_family'), name='messaging_optout_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['email', 'zalo', 'sms', 'file'])), name='messaging_optout_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='Delivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                        ('kind', models.CharField(max_length=8)),
                        ('address', models.CharField(max_length=254)),
                        ('recipient_name', models.CharField(blank=True, default='', max_length=120)),
                        ('template', models.CharField(max_length=40)),
                        ('subject', models.CharField(blank=True, max_length=200)),
                        ('body', models.TextField()),
                        ('essential', models.BooleanField(default=False)),
                        ('dedupe_key', models.CharField(max_length=160)),
                        ('state', models.CharField(default='queued', max_length=8)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('next_attempt_at', models.DateTimeField()),
                        ('provider_id', models.CharField(blank=True, max_length=120)),
                        ('problem', models.CharField(blank=True, max_length=80)),
                        ('created_at', models.DateTimeField()),
                        ('finished_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['next_attempt_at'], name='messaging_delivery_due'), models.Index(fields=['school', 'kind', 'address', 'finished_at'], name='messaging_delivery_address')],
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='messaging_delivery_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='messaging_delivery_public'), models.UniqueConstraint(fields=('school', 'dedupe_key'), name='messaging_delivery_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['email', 'zalo', 'sms', 'file'])), name='messaging_delivery_kind'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sent', 'failed', 'skipped'])), name='messaging_delivery_state'), models.CheckConstraint(condition=models.Q(('address', ''), _negated=True), name='messaging_delivery_addressed'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state', 'queued')), models.Q(models.Q(('state', 'queued'), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='messaging_delivery_finished')],
                    },
                ),
            ],
        ),
    ]
