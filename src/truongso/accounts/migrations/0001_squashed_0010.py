import django.db.models.deletion
import truongso.kernel.clock
import truongso.kernel.constraints
import truongso.kernel.fields
import truongso.kernel.ids
import truongso.kernel.new_tables
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_sign_in_hardening'),
        ('accounts', '0003_people_and_rights'),
        ('accounts', '0004_policy'),
        ('accounts', '0005_hygiene'),
        ('accounts', '0006_support'),
        ('accounts', '0007_security_events'),
        ('accounts', '0008_unit_reviews'),
        ('accounts', '0009_countries'),
        ('accounts', '0010_operator_reviews'),
    ]

    initial = True

    dependencies = [
        ('organizations', '0005_modules'),
    ]

    operations = [
        truongso.kernel.new_tables.CreateTables(
            tables=[
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26, unique=True)),
                        ('username', models.CharField(max_length=80, unique=True)),
                        ('full_name', models.CharField(max_length=120)),
                        ('email', models.EmailField(blank=True, max_length=254)),
                        ('phone', models.CharField(blank=True, max_length=20)),
                        ('is_active', models.BooleanField(default=True)),
                        ('created_at', models.DateTimeField(default=truongso.kernel.clock.now, editable=False)),
                        ('password_changed_at', models.DateTimeField(null=True)),
                        ('activated_at', models.DateTimeField(editable=False, null=True)),
                        ('password_kept_at', models.DateTimeField(editable=False, null=True)),
                        ('change_required', models.CharField(blank=True, default='', editable=False, max_length=40)),
                        ('second_factor_since', models.DateTimeField(editable=False, null=True)),
                        ('resumed_at', models.DateTimeField(editable=False, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('email', ''), _negated=True), fields=('email',), name='accounts_user_email')],
                    },
                ),
                migrations.CreateModel(
                    name='HygieneSweep',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('done_on', models.DateField()),
                    ],
                ),
                migrations.CreateModel(
                    name='AuthPolicy',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.orgunit')),
                        ('school', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('valid_from', models.DateField()),
                        ('profile', models.CharField(max_length=8)),
                        ('min_len_single', models.PositiveSmallIntegerField()),
                        ('min_len_mfa', models.PositiveSmallIntegerField()),
                        ('composition', models.CharField(max_length=8)),
                        ('composition_free_from', models.PositiveSmallIntegerField()),
                        ('rotation', models.CharField(max_length=12)),
                        ('rotation_days', models.PositiveSmallIntegerField()),
                        ('history', models.PositiveSmallIntegerField()),
                        ('factor_roles', models.JSONField()),
                        ('grace_days', models.PositiveSmallIntegerField()),
                        ('grace_days_sensitive', models.PositiveSmallIntegerField()),
                        ('idle_minutes', models.PositiveSmallIntegerField()),
                        ('idle_minutes_sensitive', models.PositiveSmallIntegerField()),
                        ('life_hours', models.PositiveSmallIntegerField()),
                        ('life_hours_sensitive', models.PositiveSmallIntegerField()),
                        ('review_days', models.PositiveSmallIntegerField()),
                        ('dormant_days', models.PositiveSmallIntegerField(default=45)),
                        ('note', models.CharField(blank=True, max_length=300)),
                        ('set_by', models.BigIntegerField(null=True)),
                        ('set_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('profile__in', ['letter', 'nist'])), name='accounts_authpolicy_profile'), models.CheckConstraint(condition=models.Q(('composition__in', ['off', 'nudge', 'required'])), name='accounts_authpolicy_composition'), models.CheckConstraint(condition=models.Q(('rotation__in', ['off', 'remind', 'force_pwonly', 'force_all'])), name='accounts_authpolicy_rotation'), models.CheckConstraint(condition=models.Q(models.Q(('school__isnull', True), ('unit__isnull', False)), models.Q(('school__isnull', False), ('unit__isnull', True)), _connector='OR'), name='accounts_authpolicy_place'), models.CheckConstraint(condition=models.Q(('composition_free_from__gte', 15), ('min_len_mfa__gte', 8), ('min_len_single__gte', 8)), name='accounts_authpolicy_least'), models.UniqueConstraint(fields=('unit', 'valid_from'), name='accounts_authpolicy_unit_day'), models.UniqueConstraint(fields=('school', 'valid_from'), name='accounts_authpolicy_school_day')],
                    },
                ),
                migrations.CreateModel(
                    name='TryCount',
                    fields=[
                        ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ('tries', models.PositiveIntegerField(default=0)),
                        ('free_at', models.DateTimeField()),
                        ('touched_at', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['touched_at'], name='accounts_trycount_age')],
                    },
                ),
                migrations.CreateModel(
                    name='StaffList',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                        ('file_name', models.CharField(max_length=200)),
                        ('rows', models.JSONField()),
                        ('uploaded_by', models.BigIntegerField()),
                        ('uploaded_at', models.DateTimeField()),
                        ('applied_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='accounts_stafflist_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='accounts_stafflist_public')],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                        ('role', models.CharField(max_length=24)),
                        ('school', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.orgunit')),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(null=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['accountant', 'cashier', 'principal', 'homeroom_teacher', 'subject_teacher', 'it_admin', 'support', 'parent', 'pupil', 'officer', 'office', 'operator'])), name='accounts_membership_role'), models.CheckConstraint(condition=models.Q(models.Q(('school__isnull', False), ('unit__isnull', True)), models.Q(('school__isnull', True), ('unit__isnull', False)), models.Q(('role', 'operator'), ('school__isnull', True), ('unit__isnull', True)), _connector='OR'), name='accounts_membership_place'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='accounts_membership_dates'), models.UniqueConstraint(fields=('user', 'role', 'school', 'unit', 'valid_from'), name='accounts_membership_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ActivationLink',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='activation_links', to=settings.AUTH_USER_MODEL)),
                        ('token_hash', models.CharField(max_length=64, unique=True)),
                        ('created_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField()),
                        ('used_at', models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='CodeSheet',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='code_sheet', to=settings.AUTH_USER_MODEL)),
                        ('codes', models.TextField()),
                        ('count', models.PositiveSmallIntegerField()),
                        ('used', models.PositiveSmallIntegerField(default=0)),
                        ('created_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('used__lte', models.F('count'))), name='accounts_codesheet_used')],
                    },
                ),
                migrations.CreateModel(
                    name='UsedCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('code_hash', models.CharField(max_length=64)),
                        ('used_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'code_hash'), name='accounts_usedcode_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SharedAccount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='shared', to=settings.AUTH_USER_MODEL)),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('since', models.DateTimeField()),
                        ('set_by', models.BigIntegerField(null=True)),
                        ('reason', models.CharField(max_length=300)),
                    ],
                ),
                migrations.CreateModel(
                    name='ReviewRound',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26, unique=True)),
                        ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.orgunit')),
                        ('classes', models.JSONField()),
                        ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('started_at', models.DateTimeField()),
                        ('due_on', models.DateField()),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('signed_at', models.DateTimeField(null=True)),
                        ('digest', models.CharField(blank=True, max_length=64)),
                        ('note', models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('signed_at__isnull', True), ('signed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('signed_at__isnull', False), ('signed_by__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='accounts_reviewround_signed')],
                    },
                ),
                migrations.CreateModel(
                    name='LeakReport',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26, unique=True)),
                        ('school', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.orgunit')),
                        ('file_name', models.CharField(max_length=200)),
                        ('source', models.CharField(blank=True, max_length=300)),
                        ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('uploaded_at', models.DateTimeField()),
                        ('handled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('handled_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('school__isnull', False), ('unit__isnull', True)), models.Q(('school__isnull', True), ('unit__isnull', False)), _connector='OR'), name='accounts_leakreport_place'), models.CheckConstraint(condition=models.Q(models.Q(('handled_at__isnull', True), ('handled_by__isnull', True)), models.Q(('handled_at__isnull', False), ('handled_by__isnull', False)), _connector='OR'), name='accounts_leakreport_handled')],
                    },
                ),
                migrations.CreateModel(
                    name='IdleWarning',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('used_at', models.DateTimeField()),
                        ('warned_on', models.DateField()),
                        ('suspend_on', models.DateField()),
                        ('is_told', models.BooleanField()),
                        ('suspended_at', models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='MailRulesRead',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mail_rules', to=settings.AUTH_USER_MODEL)),
                        ('version', models.PositiveSmallIntegerField()),
                        ('read_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'version'), name='accounts_mailrulesread_once')],
                    },
                ),
                migrations.CreateModel(
                    name='UsedPassword',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('password', models.CharField(max_length=128)),
                        ('until', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['user', '-until'], name='accounts_usedpassword_user')],
                    },
                ),
                migrations.CreateModel(
                    name='Device',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26, unique=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL)),
                        ('token_hash', models.CharField(max_length=64)),
                        ('label', models.CharField(max_length=80)),
                        ('first_seen_at', models.DateTimeField()),
                        ('last_seen_at', models.DateTimeField()),
                        ('trusted_until', models.DateTimeField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'token_hash'), name='accounts_device_once'), models.CheckConstraint(condition=models.Q(('token_hash', ''), _negated=True), name='accounts_device_token')],
                    },
                ),
                migrations.CreateModel(
                    name='SignInCountry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='countries', to=settings.AUTH_USER_MODEL)),
                        ('country', models.CharField(max_length=2)),
                        ('first_at', models.DateTimeField()),
                        ('last_at', models.DateTimeField()),
                        ('attested_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'country'), name='accounts_signincountry_once'), models.CheckConstraint(condition=models.Q(('country', ''), _negated=True), name='accounts_signincountry_said'), models.CheckConstraint(condition=models.Q(('last_at__gte', models.F('first_at'))), name='accounts_signincountry_times')],
                    },
                ),
                migrations.CreateModel(
                    name='SecurityEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=64, unique=True)),
                        ('kind', models.CharField(max_length=14)),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('name_hash', models.CharField(blank=True, max_length=64)),
                        ('method', models.CharField(blank=True, max_length=60)),
                        ('route', models.CharField(blank=True, max_length=80)),
                        ('status', models.PositiveSmallIntegerField(null=True)),
                        ('source', models.CharField(blank=True, max_length=50)),
                        ('device', models.CharField(blank=True, max_length=80)),
                        ('request_id', models.CharField(blank=True, max_length=16)),
                        ('first_at', models.DateTimeField()),
                        ('last_at', models.DateTimeField()),
                        ('count', models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['user', '-last_at'], name='accounts_security_user'), models.Index(fields=['last_at'], name='accounts_security_age')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['signed_in', 'failed', 'factor_failed', 'slowed', 'signed_out', 'refused', 'country'])), name='accounts_securityevent_kind'), models.CheckConstraint(condition=models.Q(('last_at__gte', models.F('first_at'))), name='accounts_securityevent_times'), models.CheckConstraint(condition=models.Q(('count__gte', 1)), name='accounts_securityevent_count')],
                    },
                ),
                migrations.CreateModel(
                    name='SupportGrant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26, unique=True)),
                        ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('areas', models.JSONField()),
                        ('hours', models.PositiveSmallIntegerField()),
                        ('reason', models.CharField(max_length=300)),
                        ('asked_at', models.DateTimeField()),
                        ('decision', models.CharField(blank=True, max_length=8)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('decision_reason', models.CharField(blank=True, max_length=300)),
                        ('ended_at', models.DateTimeField(null=True)),
                        ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['school', 'asked_at'], name='accounts_support_school')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('decision', ''), ('decision__in', ['approved', 'refused']), _connector='OR'), name='accounts_supportgrant_decision'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='accounts_supportgrant_decided'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('user')), _negated=True), _connector='OR'), name='accounts_supportgrant_other'), models.CheckConstraint(condition=models.Q(('hours__gte', 1), ('hours__lte', 4)), name='accounts_supportgrant_hours'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('decision', 'refused'), _negated=True)), _connector='OR'), name='accounts_supportgrant_ended'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='accounts_supportgrant_reason'), models.UniqueConstraint(condition=models.Q(('decision', ''), ('ended_at__isnull', True)), fields=('school', 'user'), name='accounts_supportgrant_open')],
                    },
                ),
                migrations.CreateModel(
                    name='AccountRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26, unique=True)),
                        ('kind', models.CharField(max_length=12)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to=settings.AUTH_USER_MODEL)),
                        ('school', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.orgunit')),
                        ('role', models.CharField(blank=True, max_length=24)),
                        ('valid_from', models.DateField(null=True)),
                        ('valid_to', models.DateField(null=True)),
                        ('membership', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('reason', models.CharField(blank=True, max_length=300)),
                        ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('proposed_at', models.DateTimeField()),
                        ('proposer_approves', models.BooleanField()),
                        ('decision', models.CharField(blank=True, max_length=8)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('decision_reason', models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('decision', '')), fields=['school'], name='accounts_request_waiting')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['grant', 'end', 'link', 'lost_factor', 'suspend', 'resume'])), name='accounts_accountrequest_kind'), models.CheckConstraint(condition=models.Q(('decision', ''), ('decision__in', ['approved', 'refused']), _connector='OR'), name='accounts_accountrequest_decision'), models.CheckConstraint(condition=models.Q(('role', ''), ('role__in', ['accountant', 'cashier', 'principal', 'homeroom_teacher', 'subject_teacher', 'it_admin', 'support', 'parent', 'pupil', 'officer', 'office', 'operator']), _connector='OR'), name='accounts_accountrequest_role'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='accounts_accountrequest_decided'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), models.Q(('proposed_by', models.F('user')), _negated=True)), name='accounts_accountrequest_two'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('user')), _negated=True), _connector='OR'), name='accounts_accountrequest_other'), models.CheckConstraint(condition=models.Q(('school__isnull', False), ('unit__isnull', False), _connector='OR'), name='accounts_accountrequest_place'), models.UniqueConstraint(condition=models.Q(('decision', '')), fields=('user', 'kind', 'role'), name='accounts_accountrequest_open')],
                    },
                ),
                migrations.CreateModel(
                    name='UnitReviewItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('account_class', models.CharField(max_length=8)),
                        ('roles', models.CharField(blank=True, max_length=200)),
                        ('last_used_at', models.DateTimeField(null=True)),
                        ('decision', models.CharField(blank=True, max_length=16)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('reason', models.CharField(blank=True, max_length=300)),
                        ('waits', models.BooleanField(default=False)),
                        ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='accounts.reviewround')),
                        ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.orgunit')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('round', 'user'), name='accounts_unitreviewitem_once'), models.CheckConstraint(condition=models.Q(('account_class__in', ['staff', 'shared', 'parent', 'pupil'])), name='accounts_unitreviewitem_class'), models.CheckConstraint(condition=models.Q(('decision', ''), ('decision__in', ['confirmed', 'disabled', 'owner_changed', 'expired', 'spared', 'elsewhere']), _connector='OR'), name='accounts_unitreviewitem_decision'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decision', '')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', True), ('decision__in', ['elsewhere', 'expired', 'spared'])), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decision__in', ['', 'elsewhere', 'expired', 'spared']), _negated=True)), _connector='OR'), name='accounts_unitreviewitem_decided'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('user')), _negated=True), _connector='OR'), name='accounts_unitreviewitem_other')],
                    },
                ),
                migrations.CreateModel(
                    name='Review',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('public_id', truongso.kernel.fields.PublicIdField(default=truongso.kernel.ids.new_public_id, editable=False, max_length=26)),
                        ('round', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.reviewround')),
                        ('classes', models.JSONField()),
                        ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('started_at', models.DateTimeField()),
                        ('due_on', models.DateField()),
                        ('reminded', models.PositiveSmallIntegerField(default=0)),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('signed_at', models.DateTimeField(null=True)),
                        ('digest', models.CharField(blank=True, max_length=64)),
                        ('note', models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='accounts_review_school_row'), models.UniqueConstraint(fields=('school', 'public_id'), name='accounts_review_public'), models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('school',), name='accounts_review_open'), models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('signed_at__isnull', True), ('signed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('signed_at__isnull', False), ('signed_by__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='accounts_review_signed')],
                    },
                ),
                migrations.CreateModel(
                    name='LeakRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='accounts.leakreport')),
                        ('row', models.PositiveIntegerField()),
                        ('masked', models.CharField(blank=True, max_length=120)),
                        ('fault', models.CharField(blank=True, max_length=20)),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('school', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('outcome', models.CharField(blank=True, max_length=12)),
                        ('is_told', models.BooleanField(default=False)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('report', 'row'), name='accounts_leakrow_once'), models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('report', 'user'), name='accounts_leakrow_user'), models.CheckConstraint(condition=models.Q(('outcome', ''), models.Q(('outcome__in', ['link', 'change', 'signed_out']), ('user__isnull', False)), _connector='OR'), name='accounts_leakrow_outcome')],
                    },
                ),
                migrations.CreateModel(
                    name='ReviewItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.school')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('account_class', models.CharField(max_length=8)),
                        ('roles', models.CharField(blank=True, max_length=200)),
                        ('last_used_at', models.DateTimeField(null=True)),
                        ('decision', models.CharField(blank=True, max_length=16)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('reason', models.CharField(blank=True, max_length=300)),
                        ('waits', models.BooleanField(default=False)),
                        ('review', truongso.kernel.fields.SchoolForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='accounts.review')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['school', 'review', 'decision'], name='accounts_reviewitem_of')],
                        'constraints': [models.UniqueConstraint(fields=('school', 'id'), name='accounts_reviewitem_school_row'), truongso.kernel.constraints.SchoolKey('review', name='accounts_reviewitem_review'), models.UniqueConstraint(fields=('school', 'review', 'user'), name='accounts_reviewitem_once'), models.CheckConstraint(condition=models.Q(('account_class__in', ['staff', 'shared', 'parent', 'pupil'])), name='accounts_reviewitem_class'), models.CheckConstraint(condition=models.Q(('decision', ''), ('decision__in', ['confirmed', 'disabled', 'owner_changed', 'expired', 'spared', 'elsewhere']), _connector='OR'), name='accounts_reviewitem_decision'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decision', '')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', True), ('decision__in', ['elsewhere', 'expired', 'spared'])), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decision__in', ['', 'elsewhere', 'expired', 'spared']), _negated=True)), _connector='OR'), name='accounts_reviewitem_decided'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('user')), _negated=True), _connector='OR'), name='accounts_reviewitem_other')],
                    },
                ),
            ],
        ),
    ]
