"""The family's way out: signed, in every reminder, harmless to others, never in the way of what must arrive."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.core import mail
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.messaging.models import Delivery, OptOut
from truongso.messaging.public import (
    BEFORE_DUE,
    Recipient,
    has_stopped,
    is_stopped_by_school,
    opt_in,
    opt_out,
    queue,
    recipient_of,
    resume_messages,
    save_channel,
    stop_link,
    stop_messages,
    stopped,
)
from truongso.messaging.sending import send_due
from truongso.messaging.stop_links import token_of
from truongso.messaging.types import ChannelKind, Outgoing
from truongso.organizations.models import School

VALUES = {
    "nguoi_nhan": "Trần Thị Thu Hằng", "hoc_sinh": "Nguyễn Bảo An", "truong": "Tiểu học Lê Văn Tám",
    "dot": "Thu tháng 10", "so_tien": "250.000 đ", "han": "20/10/2026", "dia_chi": "http://x/p/1", "lien_he": "0214",
}  # fmt: skip
SMS = Recipient(7, ChannelKind.SMS, "0900000011")
MAIL = Recipient(7, ChannelKind.EMAIL, "hang@truong.example.vn")


@pytest.mark.parametrize("recipient", [SMS, MAIL, Recipient(12_345, ChannelKind.ZALO, "02140000111")])
def test_a_token_names_its_recipient(recipient: Recipient) -> None:
    token = token_of(recipient)
    assert recipient_of(token) == recipient
    assert token_of(recipient) == token  # the same address gives the same link
    padded = token + "=" * (-len(token) % 4)
    assert recipient.address.encode() not in base64.urlsafe_b64decode(padded)
    assert len(token_of(SMS)) == 38


@override_settings(SECRET_KEY="x" * 50, SECRET_KEY_FALLBACKS=["y" * 50])
def test_links_of_a_former_secret_stay_good() -> None:
    with override_settings(SECRET_KEY="y" * 50, SECRET_KEY_FALLBACKS=[]):
        before = token_of(SMS)
    assert (recipient_of(before), token_of(SMS) == before) == (SMS, False)
    with override_settings(SECRET_KEY_FALLBACKS=[]):
        assert recipient_of(before) is None


@given(st.data())
def test_no_altered_token_is_believed(data: st.DataObject) -> None:
    token = token_of(SMS)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_.= \u00e9"))
    altered = token[:at] + letter + token[at + 1 :]
    assert altered == token or recipient_of(altered) in {None, SMS}
    assert recipient_of(token[:at]) is None


@pytest.mark.parametrize("token", ["", ".", "abc", "a.b.c", "x" * 5000, "NzA5MDAwMDAwMTE.AAAA", "\x00.\x00"])
def test_nonsense_is_nobody(token: str) -> None:
    assert recipient_of(token) is None


def test_a_telephone_number_is_stopped_on_every_channel_that_reaches_it() -> None:
    assert SMS.kinds == (ChannelKind.ZALO, ChannelKind.SMS, ChannelKind.FILE)
    assert MAIL.kinds == (ChannelKind.EMAIL,)


@pytest.mark.django_db
def test_stopping_twice_and_resuming_twice_changes_once(school: School, school_day: dt.datetime) -> None:
    one = Recipient(school.pk, ChannelKind.SMS, "0900000011")
    assert [stop_messages(one), stop_messages(one), has_stopped(one)] == [True, False, True]
    assert OptOut.objects.for_school(school).count() == 3
    assert [(s.address, len(s.kinds), s.since) for s in stopped(school.pk)] == [("0900000011", 3, school_day)]
    assert [resume_messages(one), resume_messages(one), has_stopped(one)] == [True, False, False]
    assert not OptOut.objects.for_school(school).exists()
    acts = AuditEntry.objects.filter(school_id=school.pk, action__startswith="messaging:optout")
    assert [acts.filter(action__endswith="add").count(), acts.filter(action__endswith="remove").count()] == [3, 3]


@pytest.mark.django_db
def test_a_family_takes_back_its_own_stop_and_not_the_schools(
    school: School, school_day: dt.datetime, actor: Actor
) -> None:
    one = Recipient(school.pk, ChannelKind.SMS, "0900000011")
    opt_out(school.pk, kind=ChannelKind.SMS, address="0900000011", actor=actor)
    assert (has_stopped(one), is_stopped_by_school(one)) == (True, True)
    assert [resume_messages(one), has_stopped(one)] == [False, True]
    assert [stop_messages(one), resume_messages(one)] == [True, True]
    assert [(row.kind, row.by_family) for row in OptOut.objects.for_school(school)] == [("sms", False)]
    assert [s.kinds for s in stopped(school.pk)] == [(ChannelKind.SMS,)]
    stop_messages(one)
    assert [s.kinds for s in stopped(school.pk)] == [(ChannelKind.ZALO, ChannelKind.SMS, ChannelKind.FILE)]
    opt_in(school.pk, kind=ChannelKind.SMS, address="0900000011", actor=actor)  # told by the family at the counter
    assert sorted(row.kind for row in OptOut.objects.for_school(school)) == ["file", "zalo"]


@pytest.mark.django_db
@pytest.mark.parametrize(("essential", "ways_out"), [(False, 1), (True, 0)])
def test_reminders_end_with_the_way_out_and_essential_messages_do_not(
    school: School, school_day: dt.datetime, actor: Actor, *, essential: bool, ways_out: int
) -> None:
    save_channel(
        school.pk, kind=ChannelKind.EMAIL, is_active=True, sender="thu@truong.example.vn", endpoint="", secret="",
        actor=actor,
    )  # fmt: skip
    asked = Outgoing(ChannelKind.EMAIL, "Hang@Truong.example.vn", BEFORE_DUE, VALUES, "k1", essential=essential)
    queue(school.pk, messages=[asked], batch="b", actor=actor)
    link = stop_link(Recipient(school.pk, ChannelKind.EMAIL, "hang@truong.example.vn"))
    assert Delivery.objects.for_school(school).get().body.count(link) == ways_out
    send_due(school.pk)
    sent = mail.outbox[0]
    assert sent.extra_headers.get("List-Unsubscribe", "") == (f"<{link}>" if ways_out else "")


@pytest.mark.django_db
def test_who_stopped_gets_no_reminder_but_what_must_arrive(
    school: School, school_day: dt.datetime, actor: Actor
) -> None:
    save_channel(school.pk, kind=ChannelKind.FILE, is_active=True, sender="", endpoint="", secret="", actor=actor)
    stop_messages(Recipient(school.pk, ChannelKind.SMS, "0900000011"))
    rows = queue(
        school.pk, batch="b", actor=actor,
        messages=[
            Outgoing(ChannelKind.FILE, "0900000011", BEFORE_DUE, VALUES, "reminder"),
            Outgoing(ChannelKind.FILE, "0900000011", BEFORE_DUE, VALUES, "must", essential=True),
        ],
    )  # fmt: skip
    assert [(row.state, row.problem) for row in rows] == [("skipped", "opted_out"), ("queued", "")]
