import django.db.models.deletion
import truongso.kernel.constraints
import truongso.kernel.fields
import truongso.kernel.ids
import truongso.kernel.new_tables
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('organizations', '0001_initial'),
        ('organizations', '0002_public_pages'),
        ('organizations', '0003_payment_template'),
        ('organizations', '0004_successors'),
        ('organizations', '0005_modules'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        truongso.kernel.new_tables.CreateTables(
            tables=[
                migrations.CreateModel(
                    name='OrgUnit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=24)),
                        ('code', models.CharField(max_length=20)),
                        ('name', models.CharField(max_length=200)),
                        ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organizations.orgunit')),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(null=True)),
                        ('document', models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('code', 'valid_from'), name='organizations_orgunit_code'), models.CheckConstraint(condition=models.Q(('kind__in', ['ministry', 'department', 'district_division', 'commune', 'commune_division'])), name='organizations_orgunit_kind'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='organizations_orgunit_dates')],
                    },
                ),
                migrations.CreateModel(
                    name='School',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=20, unique=True)),
                        ('slug', models.SlugField(max_length=60, unique=True)),
                        ('name', models.CharField(max_length=200)),
                        ('short_name', models.CharField(max_length=80)),
                        ('level', models.CharField(max_length=20)),
                        ('ownership', models.CharField(default='public', max_length=20)),
                        ('area', models.CharField(default='urban', max_length=24)),
                        ('address', models.CharField(blank=True, max_length=300)),
                        ('phone', models.CharField(blank=True, max_length=20)),
                        ('email', models.EmailField(blank=True, max_length=254)),
                        ('website', models.URLField(blank=True)),
                        ('tax_code', models.CharField(blank=True, max_length=20)),
                        ('budget_code', models.CharField(blank=True, max_length=20)),
                        ('identification_code', models.CharField(blank=True, max_length=35)),
                        ('invoice_prefix', models.CharField(max_length=2)),
                        ('support_contact', models.CharField(blank=True, max_length=200)),
                        ('support_phone', models.CharField(blank=True, max_length=20)),
                        ('support_hours', models.CharField(blank=True, max_length=120)),
                        ('answer_days', models.PositiveSmallIntegerField(default=1)),
                        ('fanpage', models.URLField(blank=True)),
                        ('has_public_page', models.BooleanField(default=False)),
                        ('switched_off', models.JSONField(blank=True, default=list)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('level__in', ['preschool', 'primary', 'lower_secondary', 'upper_secondary'])), name='organizations_school_level'), models.CheckConstraint(condition=models.Q(('ownership__in', ['public', 'people_founded', 'private'])), name='organizations_school_ownership'), models.CheckConstraint(condition=models.Q(('area__in', ['urban', 'rural', 'mountain', 'especially_difficult'])), name='organizations_school_area'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='organizations_school_named'), models.CheckConstraint(condition=models.Q(('answer_days__gte', 1), ('answer_days__lte', 10)), name='organizations_school_answers'), models.CheckConstraint(condition=models.Q(('has_public_page', False), models.Q(('support_contact', ''), ('support_phone', ''), _connector='OR', _negated=True), _connector='OR'), name='organizations_school_supported')],
                    },
                ),
                migrations.CreateModel(
                    name='SchoolYear',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=9, unique=True)),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField()),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='organizations_schoolyear_dates')],
                    },
                ),
                migrations.CreateModel(
                    name='PaymentTemplate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26, unique=True)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_templates', to='organizations.orgunit')),
                        ('state', models.CharField(default='draft', max_length=9)),
                        ('number', models.PositiveSmallIntegerField(null=True)),
                        ('valid_from', models.DateField(null=True)),
                        ('basis', models.CharField(blank=True, max_length=200)),
                        ('created_at', models.DateTimeField()),
                        ('created_by', models.BigIntegerField(null=True)),
                        ('published_at', models.DateTimeField(null=True)),
                        ('published_by', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'published'])), name='organizations_paymenttemplate_state'), models.UniqueConstraint(fields=('unit', 'number'), name='organizations_paymenttemplate_number'), models.UniqueConstraint(fields=('unit', 'valid_from'), name='organizations_paymenttemplate_day'), models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('unit',), name='organizations_paymenttemplate_one_draft'), models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('published_at__isnull', True), ('state', 'draft'), ('valid_from__isnull', True)), models.Q(('number__isnull', False), ('published_at__isnull', False), ('state', 'published'), ('valid_from__isnull', False)), _connector='OR'), name='organizations_paymenttemplate_dated')],
                    },
                ),
                migrations.CreateModel(
                    name='SchoolSite',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('name', models.CharField(max_length=120)),
                        ('address', models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='organizations_schoolsite_school_row'), models.UniqueConstraint(fields=('school', 'name'), name='organizations_schoolsite_name')],
                    },
                ),
                migrations.CreateModel(
                    name='Supervision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supervisions', to='organizations.school')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supervisions', to='organizations.orgunit')),
                        ('function', models.CharField(max_length=20)),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'function', 'unit', 'valid_from'), name='organizations_supervision_once'), models.CheckConstraint(condition=models.Q(('function__in', ['state_management', 'professional', 'finance', 'reporting'])), name='organizations_supervision_function'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='organizations_supervision_dates')],
                    },
                ),
                migrations.CreateModel(
                    name='BankAccount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                        ('bank_bin', models.CharField(max_length=6)),
                        ('number', models.CharField(max_length=19)),
                        ('holder_name', models.CharField(max_length=120)),
                        ('label', models.CharField(blank=True, max_length=80)),
                        ('is_active', models.BooleanField(default=True)),
                        ('replaced_by', truongso.kernel.fields.SchoolForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='organizations.bankaccount')),
                        ('replaced_at', models.DateTimeField(null=True)),
                        ('created_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='organizations_bankaccount_school_row'), truongso.kernel.constraints.SchoolKey('replaced_by', name='organizations_bankaccount_successor'), models.CheckConstraint(condition=models.Q(models.Q(('replaced_at__isnull', True), ('replaced_by__isnull', True)), models.Q(('is_active', False), ('replaced_at__isnull', False), ('replaced_by__isnull', False)), _connector='OR'), name='organizations_bankaccount_replaced'), models.UniqueConstraint(fields=('school', 'bank_bin', 'number'), name='organizations_bankaccount_number'), models.UniqueConstraint(fields=('school', 'public_id'), name='organizations_bankaccount_public'), models.CheckConstraint(condition=models.Q(('holder_name', ''), _negated=True), name='organizations_bankaccount_holder'), models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='organizations_bankaccount_numbered')],
                    },
                ),
                migrations.CreateModel(
                    name='PaymentTemplateField',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fields', to='organizations.paymenttemplate')),
                        ('position', models.PositiveSmallIntegerField()),
                        ('source', models.CharField(max_length=16)),
                        ('label', models.CharField(max_length=24)),
                        ('note', models.CharField(blank=True, max_length=80)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('template', 'position'), name='organizations_templatefield_place'), models.UniqueConstraint(fields=('template', 'source'), name='organizations_templatefield_once'), models.CheckConstraint(condition=models.Q(('source__in', ['payer', 'beneficiary', 'reason', 'invoice_code', 'pupil', 'pupil_code', 'class', 'school_year', 'round', 'due_day', 'school', 'support_phone', 'support_hours'])), name='organizations_templatefield_source'), models.CheckConstraint(condition=models.Q(('label', ''), _negated=True), name='organizations_templatefield_named')],
                    },
                ),
            ],
        ),
    ]
