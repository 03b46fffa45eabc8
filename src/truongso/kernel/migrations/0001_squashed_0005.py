import django.db.models.deletion
import truongso.kernel.new_tables
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('kernel', '0001_initial'),
        ('kernel', '0002_tally'),
        ('kernel', '0003_data_keys'),
        ('kernel', '0004_kept_heads'),
        ('kernel', '0005_where_from'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        truongso.kernel.new_tables.CreateTables(
            tables=[
                migrations.CreateModel(
                    name='AuditHead',
                    fields=[
                        ('school_id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('seq', models.BigIntegerField(default=0)),
                        ('hash', models.CharField(default='', max_length=64)),
                    ],
                ),
                migrations.CreateModel(
                    name='AuditEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school_id', models.BigIntegerField()),
                        ('seq', models.BigIntegerField()),
                        ('at', models.DateTimeField()),
                        ('actor_id', models.BigIntegerField(null=True)),
                        ('actor_label', models.CharField(max_length=120)),
                        ('channel', models.CharField(max_length=12)),
                        ('action', models.CharField(max_length=80)),
                        ('subject_kind', models.CharField(max_length=40)),
                        ('subject_id', models.CharField(max_length=40)),
                        ('params', models.JSONField(default=dict)),
                        ('reason', models.CharField(blank=True, max_length=500)),
                        ('request_id', models.CharField(blank=True, default='', max_length=16)),
                        ('source', models.CharField(blank=True, default='', max_length=50)),
                        ('device', models.CharField(blank=True, default='', max_length=80)),
                        ('prev_hash', models.CharField(blank=True, max_length=64)),
                        ('hash', models.CharField(max_length=64)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['school_id', 'subject_kind', 'subject_id'], name='kernel_audit_subject')],
                        'constraints': [models.UniqueConstraint(fields=('school_id', 'seq'), name='kernel_audit_seq'), models.UniqueConstraint(fields=('school_id', 'prev_hash'), name='kernel_audit_no_fork')],
                    },
                ),
                migrations.CreateModel(
                    name='KeptHead',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school_id', models.BigIntegerField()),
                        ('day', models.DateField()),
                        ('seq', models.BigIntegerField()),
                        ('hash', models.CharField(blank=True, max_length=64)),
                        ('kept_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school_id', 'day'), name='kernel_kepthead_once')],
                    },
                ),
                migrations.CreateModel(
                    name='OutboxEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school_id', models.BigIntegerField()),
                        ('topic', models.CharField(max_length=80)),
                        ('version', models.PositiveSmallIntegerField(default=1)),
                        ('payload', models.JSONField()),
                        ('created_at', models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name='Job',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school_id', models.BigIntegerField()),
                        ('kind', models.CharField(max_length=60)),
                        ('key', models.CharField(max_length=120)),
                        ('params', models.JSONField(default=dict)),
                        ('state', models.CharField(default='waiting', max_length=10)),
                        ('done', models.BigIntegerField(default=0)),
                        ('total', models.BigIntegerField(default=0)),
                        ('result', models.JSONField(default=dict)),
                        ('error', models.CharField(blank=True, max_length=300)),
                        ('started_by', models.BigIntegerField(null=True)),
                        ('created_at', models.DateTimeField()),
                        ('updated_at', models.DateTimeField()),
                        ('finished_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school_id', 'kind', 'key'), name='kernel_job_once'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'running', 'done', 'failed'])), name='kernel_job_state')],
                    },
                ),
                migrations.CreateModel(
                    name='DataKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school_id', models.BigIntegerField()),
                        ('use', models.CharField(max_length=5)),
                        ('number', models.PositiveSmallIntegerField()),
                        ('wrapped', models.TextField(blank=True)),
                        ('created_at', models.DateTimeField()),
                        ('destroyed_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school_id', 'use', 'number'), name='kernel_datakey_once'), models.CheckConstraint(condition=models.Q(('use__in', ['seal', 'blind'])), name='kernel_datakey_use'), models.CheckConstraint(condition=models.Q(models.Q(('destroyed_at__isnull', True), models.Q(('wrapped', ''), _negated=True)), models.Q(('destroyed_at__isnull', False), ('wrapped', '')), _connector='OR'), name='kernel_datakey_destroyed')],
                    },
                ),
                migrations.CreateModel(
                    name='Tally',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=64, unique=True)),
                        ('count', models.PositiveIntegerField()),
                        ('ends_at', models.DateTimeField(db_index=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='OutboxDelivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='kernel.outboxevent')),
                        ('handler', models.CharField(max_length=120)),
                        ('attempts', models.PositiveIntegerField(default=0)),
                        ('next_attempt_at', models.DateTimeField()),
                        ('done_at', models.DateTimeField(null=True)),
                        ('last_error', models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['next_attempt_at'], name='kernel_outbox_due')],
                        'constraints': [models.UniqueConstraint(fields=('event', 'handler'), name='kernel_outbox_once')],
                    },
                ),
            ],
        ),
    ]
