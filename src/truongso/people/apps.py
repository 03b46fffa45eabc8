from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "truongso.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The pupil's page leads to what the family may ask about its data; accounts learn where families are written
        to."""
        from truongso.accounts.public import set_family_record  # noqa: PLC0415 - models are ready only now
        from truongso.people.family_accounts.contact import way_of_user  # noqa: PLC0415
        from truongso.people.panels import add_panel  # noqa: PLC0415
        from truongso.people.privacy.panel import pupil_panel  # noqa: PLC0415

        add_panel("people.privacy", pupil_panel)
        set_family_record(way_of_user)
