"""Feeds that schools were already using stay in use; what their lists lack is still to be written down."""

from django.db import migrations

from truongso.kernel import clock
from truongso.kernel.ids import new_public_id

NAMES = {"sepay": "SePay", "casso": "Casso", "payos": "payOS"}


def carry_over(apps, _schema_editor):
    File = apps.get_model("payments", "PartnerFile")
    now = clock.now()
    used = {}
    for feed in apps.get_model("banking", "FeedConnection")._base_manager.order_by("pk"):
        key = (feed.school_id, feed.provider)
        used[key] = used.get(key, False) or feed.is_active
    for (school_id, provider), is_used in used.items():
        File._base_manager.create(
            school_id=school_id, kind="feed", subject=provider, public_id=new_public_id(),
            name=NAMES.get(provider, provider), live_at=now if is_used else None, is_carried_over=is_used,
            updated_at=now,
        )


class Migration(migrations.Migration):

    dependencies = [
        ("banking", "0011_closing"),
        ("payments", "0014_partners_carried_over"),
    ]

    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
