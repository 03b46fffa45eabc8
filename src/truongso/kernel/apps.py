from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate


class KernelConfig(AppConfig):
    name = "truongso.kernel"
    label = "kernel"
    verbose_name = "Kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from truongso.kernel import (  # noqa: PLC0415 - needs loaded apps
            database_roles,
            production,
            report_views,
            row_security,
            triggers,
        )

        # Django rebuilds SQLite tables on schema changes and silently drops their triggers, so the whole set is taken
        # off before and laid again after every migrate. These are the framework hooks in use; rooms use the outbox.
        pre_migrate.connect(triggers.remove_before_migrate, dispatch_uid="truongso.triggers.off")
        post_migrate.connect(triggers.install_after_migrate, dispatch_uid="truongso.triggers")
        post_migrate.connect(row_security.install_after_migrate, dispatch_uid="truongso.row_security")
        pre_migrate.connect(report_views.remove_before_migrate, dispatch_uid="truongso.report_views.off")
        post_migrate.connect(report_views.install_after_migrate, dispatch_uid="truongso.report_views")
        post_migrate.connect(database_roles.lay_after_migrate, dispatch_uid="truongso.roles")
        checks.register(production.cache_problems, checks.Tags.security, deploy=True)
