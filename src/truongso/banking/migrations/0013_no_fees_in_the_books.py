"""Credits that were said to be no fees leave suspense for the account of their kind, as new ones do from now on."""

from django.db import migrations

from truongso.kernel import clock

CHART = {
    "interest": ("5151", "Lãi tiền gửi"),
    "own_transfer": ("1132", "Chuyển tiền giữa các tài khoản của trường"),
    "other_income": ("7118", "Thu nhập khác"),
}
PARKED = ("later", "asked", "send_back")
REASON = "Đã xếp riêng trước khi có loại khoản"


def carry_over(apps, _schema_editor):
    Line, Aside, Decision = (apps.get_model("banking", n) for n in ("BankLine", "Aside", "MatchDecision"))
    now = clock.now()
    standing = Aside._base_manager.filter(ended_at__isnull=True)
    for line in Line._base_manager.filter(state="not_fees").exclude(pk__in=standing.values("line_id")).order_by("pk"):
        said = Decision._base_manager.filter(line_id=line.pk, rule="not_fees").order_by("-pk").first()
        is_interest = said is not None and said.reason.get("code") == "not_fees_interest"
        Aside._base_manager.create(
            school_id=line.school_id, line_id=line.pk, kind="interest" if is_interest else "other_income",
            reason=REASON, made_at=now,
        )
    for aside in standing.exclude(kind__in=PARKED).select_related("line").order_by("pk"):
        _post(apps, aside, now)


def _post(apps, aside, now):
    Account, Period, Entry, Posting = (
        apps.get_model("ledger", n) for n in ("Account", "Period", "Entry", "Posting")
    )
    line, school = aside.line, aside.school_id
    role = aside.kind if aside.kind in CHART else "other_income"
    code, name = CHART[role]
    taken = Account._base_manager.filter(school_id=school, code=code).exclude(role=role).exists()
    account, _made = Account._base_manager.get_or_create(
        school_id=school, role=role, reference=0, defaults={"code": f"{code}.1" if taken else code, "name": name}
    )
    suspense = Account._base_manager.get(school_id=school, role="suspense", reference=0)
    day = line.booked_on
    closed = Period._base_manager.filter(school_id=school, year=day.year, month=day.month, is_closed=True)
    if closed.exists():
        day = clock.today()
    period, _made = Period._base_manager.get_or_create(school_id=school, year=day.year, month=day.month)
    entry = Entry._base_manager.create(
        school_id=school, period_id=period.pk, occurred_on=day, kind="no_fee", source_id=aside.pk, created_at=now
    )
    Posting._base_manager.create(
        school_id=school, entry_id=entry.pk, debit_id=suspense.pk, credit_id=account.pk, amount=line.amount
    )


class Migration(migrations.Migration):

    dependencies = [
        ("banking", "0012_feeds_carried_over"),
        ("ledger", "0004_no_fees"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
