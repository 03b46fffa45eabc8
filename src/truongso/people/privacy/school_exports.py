"""The whole school's data, taken out by the school itself: asked for with a reason, made by the worker, kept for
days."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from truongso.accounts.public import users_of_school
from truongso.accounts.types import Role
from truongso.kernel import audit, clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.jobs import Progress
from truongso.kernel.models import Job
from truongso.kernel.school_data import write_archive
from truongso.kernel.types import JobState
from truongso.kernel.ui.formatting import ngay_gio
from truongso.organizations.public import School
from truongso.people.models import SchoolExport
from truongso.people.privacy.types import PrivacyRefusedError
from truongso.people.sensitive.services import record_whole_school

EXPORT_JOB = "people.school_data"
KEPT_HOURS = 72


@transaction_required
def ask_export(*, actor: Actor, school: School, reason: str) -> SchoolExport:
    """Ask for the archive. Raises PrivacyRefusedError reason_missing, export_runs (one is being made)."""
    if not reason.strip():
        raise PrivacyRefusedError("reason_missing")
    now = clock.now()
    running = exports_of(school.pk).filter(made_at=None, removed_at=None, kept_until__gt=now)
    if any((job := job_of(one)) is None or job.state != JobState.FAILED.value for one in running):
        raise PrivacyRefusedError("export_runs")
    made: SchoolExport = SchoolExport.objects.create(
        school=school, reason=reason.strip()[:300], asked_at=now, asked_by=actor.user_id, asked_label=actor.label,
        kept_until=now + dt.timedelta(hours=KEPT_HOURS),
    )  # fmt: skip
    audit.record(
        actor, "people:school_data:ask", school_id=school.pk, subject=("export", made.public_id), reason=made.reason
    )  # fmt: skip
    jobs.start(
        EXPORT_JOB, school_id=school.pk, key=made.public_id, params={"export_id": made.pk},
        started_by=actor.user_id,
    )  # fmt: skip
    return made


def make_export(progress: Progress) -> dict[str, Any]:
    """The job: write the archive beside its place, then move it there; begun again it is written anew."""
    row: SchoolExport = SchoolExport.objects.for_school(progress.job.school_id).get(
        pk=int(progress.job.params["export_id"])
    )
    path = path_of(row)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.touch(mode=0o600)

    def at(done: int, total: int) -> None:
        if done == 1:
            progress.set_total(total)
        progress.at(done)

    told = write_archive(beside, row.school_id, mark=mark_of(row), also=_people(row.school_id), at=at)
    digest = hashlib.sha256(beside.read_bytes()).hexdigest()
    beside.rename(path)
    with transaction():
        SchoolExport.objects.for_school(row.school_id).filter(pk=row.pk).update(
            made_at=clock.now(), rows=told.rows, bytes=path.stat().st_size, sha256=digest
        )
        audit.record(
            Actor(user_id=row.asked_by, label=row.asked_label, channel="worker"), "people:school_data:make",
            school_id=row.school_id, subject=("export", row.public_id), params={"rows": told.rows, "sha256": digest},
        )  # fmt: skip
    return {"rows": told.rows, "files": len(told.files)}


@transaction_required
def record_download(*, actor: Actor, role: Role, export: SchoolExport) -> Path:
    """Count a download before the file leaves; what is sensitive in it counts as seen, pupil by pupil.

    Raises PrivacyRefusedError link_over when it is gone.
    """
    rows = exports_of(export.school_id).filter(
        pk=export.pk, removed_at=None, made_at__isnull=False, kept_until__gt=clock.now()
    )
    if not rows.update(downloads=F("downloads") + 1) or not path_of(export).exists():
        raise PrivacyRefusedError("link_over")
    reason = _("Tải bản xuất toàn trường: %(reason)s") % {"reason": export.reason}
    pupils = record_whole_school(actor=actor, role=role, school_id=export.school_id, reason=reason)
    audit.record(
        actor, "people:school_data:download", school_id=export.school_id, subject=("export", export.public_id),
        params={"sha256": export.sha256, "pupils": pupils},
    )  # fmt: skip
    return path_of(export)


def remove_old_exports() -> int:
    """Remove archives whose days are over, and what a broken job left; how many."""
    old = SchoolExport.objects.across_schools("archives of every school are removed in time").filter(
        kept_until__lt=clock.now(), removed_at=None
    )
    gone = 0
    for row in old[:100]:
        path_of(row).unlink(missing_ok=True)
        path_of(row).with_suffix(".part").unlink(missing_ok=True)
        gone += SchoolExport.objects.for_school(row.school_id).filter(pk=row.pk).update(removed_at=clock.now())
    return gone


def exports_of(school_id: int) -> QuerySet[SchoolExport]:
    """Archives asked for, the newest first."""
    rows: QuerySet[SchoolExport] = SchoolExport.objects.for_school(school_id)
    return rows.order_by("-pk")


def job_of(export: SchoolExport) -> Job | None:
    """The job that makes it."""
    return Job.objects.filter(school_id=export.school_id, kind=EXPORT_JOB, key=export.public_id).first()


def path_of(export: SchoolExport) -> Path:
    """Where the file lies; its name cannot be guessed."""
    return Path(settings.DATA_DIR) / "exports" / f"{export.public_id}.zip"


def mark_of(export: SchoolExport) -> str:
    """Who took everything out, when and why: the first file of the archive."""
    return _(
        "Dữ liệu của %(school)s, do %(who)s xuất theo đề nghị lúc %(at)s. Lý do: %(reason)s. Có dữ liệu cá nhân, kể cả "
        "dữ liệu nhạy cảm: giữ nơi an toàn, xóa khi dùng xong."
    ) % {
        "school": export.school.name, "who": export.asked_label, "at": ngay_gio(export.asked_at),
        "reason": export.reason,
    }  # fmt: skip


def _people(school_id: int) -> dict[str, QuerySet[Any]]:
    """Who works at the school: their accounts have no school of their own."""
    return {"accounts.User": users_of_school(school_id)}
