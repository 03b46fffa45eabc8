"""`truongso keys renew` and `drop-old`: everything the installation's key seals stays readable, cut off or not."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from cryptography.exceptions import InvalidTag
from django.test import override_settings
from tests import factories

from truongso.accounts.factors import services as factors
from truongso.accounts.factors.models import CodeSheet
from truongso.accounts.types import Role
from truongso.banking import feed
from truongso.banking.models import FeedConnection
from truongso.banking.tests.helpers import hook
from truongso.cli.main import main
from truongso.kernel import installation_key, sealing
from truongso.kernel.actor import Actor
from truongso.kernel.data_classes import DataClass, tables
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry, DataKey
from truongso.kernel.school_keys import place_of_key
from truongso.messaging.models import Channel
from truongso.messaging.services import save_channel, secret_place
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import School
from truongso.payments.bills import partners
from truongso.payments.bills.models import BillPartner
from truongso.payments.changes import services as changes
from truongso.payments.changes.types import ChangeKind
from truongso.people.sensitive.queries import facts_of
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind

pytestmark = pytest.mark.django_db(transaction=True)
Readings = Callable[[], list[str]]


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path) -> Iterator[None]:
    with override_settings(DATA_DIR=tmp_path):
        yield


@pytest.fixture
def readings(school: School) -> Readings:
    """What is read of one secret of every kind; the same before, while and after the key is changed."""
    pupil = factories.student(school, "Giàng A Páo")
    person = factories.user(Role.PRINCIPAL, school=school)
    actor = Actor(person.pk, "Lò Thị Trưởng", "web")
    made = hook(school)
    with transaction():
        keep_facts(school.pk, {pupil.pk: {FactKind.HEALTH: "Hen suyễn"}})
        feed.add_secret(made.connection, secret="feed-two", actor=actor)
        bank, _secret = partners.create_partner(school, name="Vietcombank", networks=(), actor=actor)
        factors.make_sheet(user=person, actor=actor)
        save_channel(
            school.pk, kind=ChannelKind.SMS, is_active=True, sender="T", endpoint="https://sms.example.com/send",
            secret="sms-secret", actor=actor,
        )  # fmt: skip
        app = Authenticator.objects.create(user=person, type="totp", data={"secret": encrypt("TOTP"), "other": "x"})

    def read() -> list[str]:
        connection = FeedConnection.objects.for_school(school).get(pk=made.connection.pk)
        channel = Channel.objects.for_school(school).get(kind=ChannelKind.SMS.value)
        said = [sealing.unseal(s, place=feed.secret_place(connection)) for s in connection.sealed_secrets]
        place = partners.secret_place(bank.public_id)
        said += [sealing.unseal(s, place=place) for s in BillPartner.objects.get(pk=bank.pk).sealed_secrets]
        said.append(sealing.unseal(CodeSheet.objects.get(user=person).codes, place=factors.sheet_place(person.pk)))
        said.append(sealing.unseal(channel.sealed_secret, place=secret_place(school.pk, ChannelKind.SMS)))
        data = Authenticator.objects.get(pk=app.pk).data
        return [*said, decrypt(data["secret"]), data["other"], facts_of(school.pk)[pupil.pk][FactKind.HEALTH]]

    return read


def _change(school: School) -> tuple[int, Actor]:
    person = factories.user(Role.ACCOUNTANT, school=school)
    actor = Actor(person.pk, "Kế toán", "web")
    with transaction():
        change = changes.propose(
            school.pk, kind=ChangeKind.FEED_KEYS, subject="1", title="Khóa mới", reason="Đổi định kỳ", actor=actor,
            secret="waits",
        )  # fmt: skip
    return change.pk, actor


def test_the_installations_key_is_changed_and_the_old_one_dropped(
    school: School,
    readings: Readings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, old = readings(), (tmp_path / "sealing_key").read_text()
    change_id, actor = _change(school)
    assert main(["keys", "drop-old"]) == 0
    assert capsys.readouterr().out == "Chỉ có một khóa, không có gì để bỏ.\n"

    seal_anew, calls = installation_key._seal_anew, iter(range(100))

    def until_the_third(*of: object) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        seal_anew(*of)  # type: ignore[arg-type]

    monkeypatch.setattr(installation_key, "_seal_anew", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        installation_key.renew(actor)
    monkeypatch.undo()
    assert sealing.key_count() == 2
    assert readings() == before  # in the middle of it
    assert main(["keys", "drop-old"]) == 1
    assert "mục cần khóa cũ, chưa bỏ gì" in capsys.readouterr().err
    assert sealing.key_count() == 2

    half = (tmp_path / "sealing_key").read_text()
    assert main(["keys", "renew"]) == 0  # goes on under the key it had made
    assert capsys.readouterr().out.startswith("Đã niêm phong lại ")
    assert (tmp_path / "sealing_key").read_text() == half
    assert main(["keys", "renew"]) == 0
    assert capsys.readouterr().out.startswith("Đã niêm phong lại 0 mục")
    assert installation_key.still_needed() == 1  # what waits for a second person is not exchanged
    assert main(["keys", "drop-old"]) == 1
    assert "còn 1 mục cần khóa cũ" in capsys.readouterr().err
    with transaction():
        changes.cancel(school.pk, change_id=change_id, reason="Thôi", actor=actor)
    assert main(["keys", "drop-old"]) == 0
    assert readings() == before
    kept = (tmp_path / "sealing_key").read_text()
    assert (len(kept.splitlines()), kept in half, kept == old) == (1, True, False)
    assert (tmp_path / "sealing_key").stat().st_mode & 0o777 == 0o600
    acts = AuditEntry.objects.filter(action__startswith="kernel:keys:rotate").order_by("seq")
    assert [one.action for one in acts] == ["kernel:keys:rotate", "kernel:keys:rotated"]

    wrapped = DataKey.objects.filter(school_id=school.pk).order_by("pk")[0]
    (tmp_path / "sealing_key").write_text(old)  # the old key opens nothing any more
    place = place_of_key(school.pk, wrapped.use, wrapped.number)
    with pytest.raises(InvalidTag):
        sealing.unseal(wrapped.wrapped, place=place)


def test_what_no_key_opens_is_told_and_left(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    made = hook(school)
    spoilt = ["bm9uc2Vuc2U=", sealing.seal("elsewhere", place="another place")]
    FeedConnection.objects.for_school(school).filter(pk=made.connection.pk).update(sealed_secrets=spoilt)
    assert main(["keys", "renew"]) == 0
    assert "2 mục không khóa nào mở được" in capsys.readouterr().out
    assert FeedConnection.objects.for_school(school).get(pk=made.connection.pk).sealed_secrets == spoilt
    assert main(["keys", "drop-old"]) == 0  # no key helps them


def test_a_new_key_is_on_the_disk_and_its_owners_before_anything_is_sealed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealing.seal("first", place="x")
    kept, given = [], []
    monkeypatch.setattr(os, "fsync", lambda one: kept.append(stat.S_ISDIR(os.fstat(one).st_mode)))
    monkeypatch.setattr(os, "fchown", lambda _one, user, group: given.append((user, group)))
    was = (tmp_path / "sealing_key").stat()
    assert sealing.add_key()
    assert kept == [False, True]  # the file, then its name in the directory
    assert given == [(was.st_uid, was.st_gid)]  # run by root, it stays readable for the service


def test_every_sealed_column_is_known() -> None:
    known = {(one.model._meta.label, one.column) for one in installation_key.sealed_columns()}
    credentials = {
        (label, column)
        for label, table in tables().items()
        for column, data_class in table.classes.items()
        if data_class is DataClass.CREDENTIAL and (column.startswith("sealed") or column in {"wrapped", "codes"})
    }
    assert credentials | {("mfa.Authenticator", "data")} == known
    assert all(one.model._meta.get_field(one.column) for one in installation_key.sealed_columns())
