"""One of everything the rights of data subjects leave behind: request with link, hold, erasure, incident."""

from __future__ import annotations

import datetime as dt
import hashlib

from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.organizations.models import School
from truongso.people.models import Consent, CopyLink, DataRequest, Erasure, Incident, LegalHold, SchoolExport
from truongso.people.privacy.terms import act_by, answer_by, tell_by
from truongso.people.privacy.types import DataRequestKind

TABLES = ("people_consent", "people_datarequest", "people_erasure", "people_incident", "people_legalhold")


def fill_privacy(school: School, invoice: Invoice) -> None:
    """Rows about the invoice's pupil; the link's token is `ban-sao-<code of the school>`."""
    now, day = clock.now(), dt.timedelta(days=1)
    asked = DataRequest.objects.create(
        school=school, number=1, kind="view", channel="family", student_id=invoice.student_id,
        asked_by="Trần Thị Thu Hằng", asked_at=now, answer_by=answer_by(now), act_by=act_by(now, DataRequestKind.VIEW),
        state="granted", answered_at=now, answer="Bản sao đã sẵn sàng",
    )  # fmt: skip
    token = hashlib.sha256(f"ban-sao-{school.code}".encode()).hexdigest()
    CopyLink.objects.create(
        school=school, request=asked, token_hash=token, created_at=now, expires_at=now + 3 * day
    )  # fmt: skip
    Consent.objects.create(
        school=school, student_id=invoice.student_id, purpose="receipt_notice", version=1, text_sha256="0" * 64,
        party="representative", is_given=True, said_by="Trần Thị Thu Hằng", channel="family", at=now,
    )  # fmt: skip
    SchoolExport.objects.create(
        school=school, reason="Sao lưu cuối năm", asked_at=now, asked_label="Lê Minh Trưởng", kept_until=now + 3 * day
    )  # fmt: skip
    LegalHold.objects.create(
        school=school, number=1, student_id=invoice.student_id, reason="Tòa án yêu cầu", set_at=now
    )  # fmt: skip
    Erasure.objects.create(
        school=school, student_id=invoice.student_id, reason="Gia đình chuyển đi", proposed_at=now, proposed_by=1
    )  # fmt: skip
    Incident.objects.create(
        school=school, number=1, title="Gửi nhầm danh sách lớp", found_at=now, tell_by=tell_by(now), people=36,
        classes=["contact"], description="Tệp gửi nhầm phụ huynh lớp khác", recorded_at=now,
    )  # fmt: skip
