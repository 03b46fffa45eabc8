"""Partners that schools were already using stay in use; what their lists lack is still to be written down."""

from django.db import migrations

from truongso.kernel import clock
from truongso.kernel.ids import new_public_id

NAMES = {"vnpay": "VNPAY", "momo": "MoMo", "zalopay": "ZaloPay", "payos": "payOS"}


def carry_over(apps, _schema_editor):
    File = apps.get_model("payments", "PartnerFile")
    now = clock.now()
    found = {}

    def note(key, name, is_used):
        found[key] = (name, is_used or found.get(key, ("", False))[1])

    for c in apps.get_model("payments", "Channel")._base_manager.order_by("pk"):
        note((c.school_id, "gateway", c.public_id), f"{NAMES[c.provider]} · {c.label}", c.is_active)
    for t in apps.get_model("payments", "PosTerminal")._base_manager.order_by("pk"):
        note((t.school_id, "acquirer", t.acquirer), t.acquirer, t.is_active)
    for s in apps.get_model("payments", "BillService")._base_manager.select_related("partner").order_by("pk"):
        note((s.school_id, "bill", s.partner.public_id), s.partner.name, s.is_active)
    for (school_id, kind, subject), (name, is_used) in found.items():
        File._base_manager.create(
            school_id=school_id, kind=kind, subject=subject, public_id=new_public_id(), name=name[:120],
            live_at=now if is_used else None, is_carried_over=is_used, updated_at=now,
        )


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0013_setup_by_two"),
    ]

    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
