"""The queue of messages: sent once, in waking hours, within limits; failures tried again, then given up."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from truongso.kernel import clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry, Job
from truongso.messaging.models import Channel, Delivery
from truongso.messaging.public import BEFORE_DUE, opt_in, opt_out, queue, save_channel, save_rules, save_template
from truongso.messaging.sending import WAITS, send_due
from truongso.messaging.types import ChannelKind, DeliveryState, MessagingRefusedError, Outgoing
from truongso.organizations.models import School
from truongso.sandbox.messages.twin import Twin

pytestmark = pytest.mark.django_db
NINE = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)
VALUES = {
    "nguoi_nhan": "Trần Thị Thu Hằng", "hoc_sinh": "Nguyễn Bảo An", "truong": "Tiểu học Lê Văn Tám",
    "dot": "Thu tháng 10", "so_tien": "250.000 đ", "han": "20/10/2026", "dia_chi": "http://x/p/1", "lien_he": "0214",
}  # fmt: skip


@pytest.fixture
def twin() -> Iterator[Twin]:
    running = Twin().start()
    yield running
    running.close()


@pytest.fixture(autouse=True)
def ready(school: School, actor: Actor, school_day: dt.datetime, twin: Twin) -> None:
    for kind, path in ((ChannelKind.ZALO, "/zalo"), (ChannelKind.SMS, "/sms")):
        save_channel(
            school.pk, kind=kind, is_active=True, sender="TRUONG", endpoint=twin.url + path, secret="k1", actor=actor
        )
    for kind in (ChannelKind.EMAIL, ChannelKind.FILE):
        sender = "thu@truong.example.vn" if kind is ChannelKind.EMAIL else ""
        save_channel(school.pk, kind=kind, is_active=True, sender=sender, endpoint="", secret="", actor=actor)


def _message(address: str, kind: ChannelKind = ChannelKind.ZALO, **changes: Any) -> Outgoing:
    values = {"template": BEFORE_DUE, "values": VALUES, "dedupe_key": f"t:{kind}:{address}"}
    return Outgoing(kind, address, **{**values, **changes})


def _queue(school: School, actor: Actor, *messages: Outgoing, batch: str = "b1") -> list[Delivery]:
    return queue(school.pk, messages=messages, batch=batch, actor=actor)


def _fate(delivery: Delivery) -> tuple[str, str, int]:
    delivery.refresh_from_db()
    return delivery.state, delivery.problem, delivery.attempts


def test_zalo_gets_number_text_and_reference(school: School, actor: Actor, twin: Twin) -> None:
    (row,) = _queue(school, actor, _message("+84 900 000 011"))
    assert send_due() == 1
    (got,) = twin.messages
    assert (got.number, got.sender, got.token, got.reference) == ("84900000011", "TRUONG", "k1", row.public_id)
    assert "“Thu tháng 10” của Nguyễn Bảo An: 250.000 đ, hạn nộp 20/10/2026" in got.text
    assert _fate(row) == ("sent", "", 1)
    assert row.provider_id == "m1"
    assert send_due() == 0


def test_sms_leaves_without_accents(school: School, actor: Actor, twin: Twin) -> None:
    _queue(school, actor, _message("0900000011", ChannelKind.SMS))
    send_due()
    said, way_out, _link = twin.messages[0].text.partition(" Ngung nhan: http://127.0.0.1:8000/nt/")
    assert way_out
    assert said == (
        "Tieu hoc Le Van Tam: Thu thang 10 cua Nguyen Bao An con 250.000 d, han 20/10/2026. Xem: http://x/p/1. "
        "Neu da nop xin bo qua."
    )


def test_mail_leaves_with_single_headers(school: School, actor: Actor) -> None:
    (row,) = _queue(school, actor, _message("Hang@Example.VN", ChannelKind.EMAIL))
    send_due()
    (sent,) = mail.outbox
    assert sent.to == ["hang@example.vn"]
    assert sent.from_email == "thu@truong.example.vn"
    assert sent.subject == "Tiểu học Lê Văn Tám: Thu tháng 10, hạn nộp 20/10/2026"
    assert sent.extra_headers["X-Message-Reference"] == row.public_id
    assert _fate(row)[0] == "sent"


def test_the_file_holds_one_line_per_message(school: School, actor: Actor, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    _queue(school, actor, *(_message(f"09000000{n}", ChannelKind.FILE) for n in (11, 12)))
    assert send_due() == 2
    (path,) = (tmp_path / "outbox").iterdir()
    assert path.name == f"{school.code}-2026-10-05.jsonl"
    assert [json.loads(line)["address"] for line in path.read_text().splitlines()] == ["0900000011", "0900000012"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_is_sent_once_however_often_it_is_queued(school: School, actor: Actor, twin: Twin) -> None:
    (first,) = _queue(school, actor, _message("0900000011"))
    (second,) = _queue(school, actor, _message("0900000011", values={**VALUES, "dot": "khác"}), batch="b2")
    assert first.pk == second.pk
    send_due()
    assert send_due() == 0
    assert len(twin.messages) == 1
    assert "Thu tháng 10" in twin.messages[0].text


def test_a_partner_that_is_down_is_tried_again_under_the_same_reference(
    school: School, actor: Actor, twin: Twin
) -> None:
    (row,) = _queue(school, actor, _message("0900000001"))
    send_due()
    assert _fate(row) == ("queued", "server", 1)
    assert row.next_attempt_at == NINE + WAITS[0]
    assert send_due() == 0
    with clock.frozen(NINE + WAITS[0]):
        assert send_due() == 1
    assert _fate(row) == ("sent", "", 2)
    assert twin.tries == [row.public_id, row.public_id]


def test_after_the_last_wait_a_message_is_given_up(school: School, actor: Actor) -> None:
    (row,) = _queue(school, actor, _message("0900000003"))
    moment = NINE
    for attempt in range(1, len(WAITS) + 2):
        with clock.frozen(moment):
            assert send_due() == 1
        assert _fate(row)[2] == attempt
        moment = max(row.next_attempt_at, moment)
    assert _fate(row) == ("failed", "bad_answer", len(WAITS) + 1)


def test_a_refused_number_is_not_tried_again(school: School, actor: Actor, twin: Twin) -> None:
    zalo, sms = _queue(school, actor, _message("0900000100"), _message("0900000100", ChannelKind.SMS))
    send_due()
    assert _fate(zalo) == ("failed", "zalo_-1118", 1)
    assert _fate(sms) == ("failed", "refused_unknown_number", 1)
    assert twin.messages == []


def test_a_wrong_token_waits_for_a_person(school: School, actor: Actor) -> None:
    rows = _queue(school, actor, _message("0900000002"), _message("0900000002", ChannelKind.SMS))
    send_due()
    assert [_fate(row) for row in rows] == [("queued", "not_authorised", 1)] * 2


def test_a_channel_switched_off_keeps_its_messages(school: School, actor: Actor, twin: Twin) -> None:
    (row,) = _queue(school, actor, _message("0900000011"))
    Channel.objects.for_school(school).update(is_active=False)
    send_due()
    assert _fate(row) == ("queued", "channel_off", 1)
    assert twin.messages == []


@pytest.mark.parametrize(("hour", "day"), [(21, 6), (23, 6), (0, 5), (6, 5)])
def test_nothing_leaves_in_quiet_hours(school: School, actor: Actor, twin: Twin, hour: int, day: int) -> None:
    night = NINE.replace(hour=hour, minute=30)
    with clock.frozen(night):
        (row,) = _queue(school, actor, _message("0900000011", essential=True))
        assert send_due() == 0
        assert row.next_attempt_at == dt.datetime(2026, 10, day, 7, tzinfo=clock.SCHOOL_TIME)
    with clock.frozen(dt.datetime(2026, 10, day, 7, tzinfo=clock.SCHOOL_TIME)):
        assert send_due() == 1


def test_a_message_queued_by_day_waits_when_the_worker_comes_at_night(school: School, actor: Actor) -> None:
    (row,) = _queue(school, actor, _message("0900000011"))
    with clock.frozen(NINE.replace(hour=22)):
        assert send_due() == 0
    assert _fate(row) == ("queued", "", 0)
    assert row.next_attempt_at == NINE.replace(day=6, hour=7)


def test_the_daily_limit_holds_per_address_and_day(school: School, actor: Actor, twin: Twin) -> None:
    rows = _queue(school, actor, *(_message("0900000011", dedupe_key=f"k{n}") for n in range(3)))
    extra = _queue(school, actor, _message("0900000011", dedupe_key="e", essential=True), batch="b2")
    send_due()
    assert [_fate(row)[:2] for row in [*rows, *extra]] == [
        ("sent", ""), ("sent", ""), ("skipped", "daily_limit"), ("sent", ""),
    ]  # fmt: skip
    with clock.frozen(NINE + dt.timedelta(days=1)):
        (tomorrow,) = _queue(school, actor, _message("0900000011", dedupe_key="k9"), batch="b3")
        send_due()
        assert _fate(tomorrow)[0] == "sent"


def test_who_opted_out_gets_essential_messages_only(school: School, actor: Actor, twin: Twin) -> None:
    opt_out(school.pk, kind=ChannelKind.ZALO, address="+84900000011", actor=actor)
    rows = _queue(school, actor, _message("0900000011"), _message("0900000011", dedupe_key="e", essential=True))
    assert _fate(rows[0])[:2] == ("skipped", "opted_out")
    send_due()
    assert [m.reference for m in twin.messages] == [rows[1].public_id]
    opt_in(school.pk, kind=ChannelKind.ZALO, address="0900000011", actor=actor)
    (later,) = _queue(school, actor, _message("0900000011", dedupe_key="l"), batch="b2")
    opt_out(school.pk, kind=ChannelKind.ZALO, address="0900000011", actor=actor)
    send_due()  # refused between queueing and sending
    assert _fate(later)[:2] == ("skipped", "opted_out")


def test_another_schools_rules_and_channels_do_not_matter(
    school: School, other_school: School, actor: Actor, twin: Twin
) -> None:
    opt_out(other_school.pk, kind=ChannelKind.ZALO, address="0900000011", actor=actor)
    (foreign,) = _queue(other_school, actor, _message("0900000012"))
    (own,) = _queue(school, actor, _message("0900000011"))
    send_due()
    assert _fate(own)[0] == "sent"
    assert _fate(foreign)[:2] == ("queued", "channel_off")


def test_one_bad_message_refuses_the_whole_batch(school: School, actor: Actor) -> None:
    with pytest.raises(MessagingRefusedError, match="bad_address"):
        _queue(school, actor, _message("0900000011"), _message("123"))
    with pytest.raises(MessagingRefusedError, match="unknown_placeholder"):
        _queue(school, actor, _message("0900000011", values={}))
    with pytest.raises(MessagingRefusedError, match="unknown_template"):
        _queue(school, actor, _message("0900000011", template="x"))
    assert Delivery.objects.for_school(school).count() == 0
    assert Job.objects.count() == 0


def test_queueing_many_costs_a_bounded_number_of_queries(school: School, actor: Actor) -> None:
    def used(n: int, batch: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            _queue(school, actor, *(_message(f"09{n:03}{i:05}") for i in range(n)), batch=batch)
        return len(queries)

    assert used(30, "b1") == used(2, "b2")


def test_the_job_sends_what_is_due(school: School, actor: Actor, twin: Twin) -> None:
    _queue(school, actor, *(_message(f"09000000{n}") for n in range(11, 16)))
    done = jobs.run(Job.objects.get(kind="messaging.send").pk)
    assert (done.state, done.result) == ("done", {"tried": 5})
    assert len(twin.messages) == 5


def test_what_was_said_is_fixed_and_a_finished_one_stays(school: School, actor: Actor) -> None:
    (row,) = _queue(school, actor, _message("0900000011"))
    send_due()
    rows = Delivery.objects.for_school(school).filter(pk=row.pk)
    for change in (
        {"body": "khác"}, {"address": "0900000012"}, {"state": DeliveryState.QUEUED.value, "finished_at": None},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()


def test_secrets_are_sealed_and_never_recorded(school: School, actor: Actor) -> None:
    save_channel(school.pk, kind=ChannelKind.ZALO, is_active=True, sender="T", endpoint="https://zns.example.com/send",
                 secret="rat-bi-mat", actor=actor)  # fmt: skip
    row = Channel.objects.for_school(school).get(kind="zalo")
    assert "rat-bi-mat" not in row.sealed_secret
    before = row.sealed_secret
    save_channel(school.pk, kind=ChannelKind.ZALO, is_active=False, sender="T", endpoint="https://zns.example.com/send",
                 secret="", actor=actor)  # fmt: skip
    assert Channel.objects.for_school(school).get(kind="zalo").sealed_secret == before
    assert not any("rat-bi-mat" in str(entry.params) for entry in AuditEntry.objects.all())


@pytest.mark.parametrize(
    "endpoint",
    ["http://zns.example.com/", "ftp://x.vn/", "https://", "https://user:pw@x.vn/", "https://10.0.0.1/",
     "https://169.254.169.254/latest", "https://[::1]/", "https://x.vn/\r\nHost: y", "javascript:1",
     "https://x.vn:99999/"],
)  # fmt: skip
def test_partners_are_called_by_https_on_the_internet_only(school: School, actor: Actor, endpoint: str) -> None:
    before = Channel.objects.for_school(school).get(kind="sms").endpoint
    with pytest.raises(MessagingRefusedError, match="bad_endpoint"):
        save_channel(school.pk, kind=ChannelKind.SMS, is_active=True, sender="T", endpoint=endpoint, secret="k",
                     actor=actor)  # fmt: skip
    assert Channel.objects.for_school(school).get(kind="sms").endpoint == before


def test_an_unfinished_channel_cannot_be_switched_on(other_school: School, actor: Actor) -> None:
    with pytest.raises(MessagingRefusedError, match="not_set_up"):
        save_channel(other_school.pk, kind=ChannelKind.SMS, is_active=True, sender="T", endpoint="", secret="k",
                     actor=actor)  # fmt: skip
    assert Channel.objects.for_school(other_school).count() == 0


def test_quiet_hours_cover_the_night(school: School, actor: Actor) -> None:
    save_rules(school.pk, quiet_from=dt.time(20), quiet_to=dt.time(6, 30), per_day=3, actor=actor)
    for first, last in ((dt.time(8), dt.time(20)), (dt.time(7), dt.time(7))):
        with pytest.raises(MessagingRefusedError, match="bad_hours"):
            save_rules(school.pk, quiet_from=first, quiet_to=last, per_day=3, actor=actor)
    with pytest.raises(MessagingRefusedError, match="bad_limit"):
        save_rules(school.pk, quiet_from=dt.time(20), quiet_to=dt.time(6), per_day=0, actor=actor)


def test_a_school_words_its_messages(school: School, actor: Actor, twin: Twin) -> None:
    save_template(school.pk, code=BEFORE_DUE, kind=ChannelKind.ZALO, subject="", text="Nộp {so_tien} nhé", actor=actor)
    _queue(school, actor, _message("0900000011"))
    send_due()
    assert twin.messages[0].text.startswith("Nộp 250.000 đ nhé\n\nKhông muốn nhận tin nhắc nộp nữa")
