"""Keys of a school: values bound to their place, found by a blind index, unreadable once the key is destroyed."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from django.db import IntegrityError, transaction

from truongso.kernel import key_rotation
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry, DataKey
from truongso.kernel.school_keys import ShreddedError, keyring, keyring_for_writing, number_of

pytestmark = pytest.mark.django_db

PLACE = "people_sensitivefact|value|7|health"


def test_sealed_values_are_bound_to_school_table_column_and_row() -> None:
    ring, other = keyring_for_writing(1), keyring_for_writing(2)
    sealed = ring.seal_text("Hen suyễn", place=PLACE)
    assert (sealed[:1], number_of(sealed), len(sealed)) == (b"\x01", 1, 3 + 12 + len("Hen suyễn".encode()) + 16)
    assert keyring(1).unseal_text(sealed, place=PLACE) == "Hen suyễn"
    assert ring.seal_text("Hen suyễn", place=PLACE) != sealed
    with pytest.raises(InvalidTag):
        ring.unseal(sealed, place="people_sensitivefact|value|8|health")
    with pytest.raises(InvalidTag):
        other.unseal(sealed, place=PLACE)
    with pytest.raises(InvalidTag):
        ring.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), place=PLACE)
    with pytest.raises(ValueError, match="not a sealed value"):
        ring.unseal(b"plain", place=PLACE)
    assert (ring.seal_text("", place=PLACE), ring.unseal_text(b"", place=PLACE)) == (b"", "")


def test_the_blind_index_is_the_schools_own() -> None:
    ring, other = keyring_for_writing(1), keyring_for_writing(2)
    found = ring.blind("999217000001")
    assert (len(found), found) == (16, keyring(1).blind("999217000001"))
    assert found != ring.blind("999217000002")
    assert found != other.blind("999217000001")
    assert ring.blinding not in ring.seals.values()


def test_reading_without_any_key_makes_none() -> None:
    ring = keyring(1)
    assert (dict(ring.seals), ring.blinding, DataKey.objects.count()) == ({}, None, 0)
    with pytest.raises(ShreddedError):
        ring.seal(b"x", place=PLACE)
    with pytest.raises(ShreddedError):
        ring.blind("x")


def test_the_database_holds_no_key_in_the_open() -> None:
    ring = keyring_for_writing(1)
    stored = " ".join(DataKey.objects.values_list("wrapped", flat=True)).encode()
    assert all(key not in stored and key.hex().encode() not in stored for key in ring.seals.values())


def test_destroyed_keys_take_everything_with_them() -> None:
    sealed = keyring_for_writing(1).seal(b"x", place=PLACE)
    foreign = keyring_for_writing(2).seal(b"y", place=PLACE)
    assert key_rotation.destroy(Actor.system("test", "cli"), 1, reason="Trường giải thể") == 2
    with pytest.raises(ShreddedError):
        keyring(1).unseal(sealed, place=PLACE)
    assert keyring(2).unseal(foreign, place=PLACE) == b"y"
    assert not DataKey.objects.filter(school_id=1).exclude(wrapped="").exists()
    entry = AuditEntry.objects.get(school_id=1)
    assert (entry.action, entry.params, entry.reason) == (
        "kernel:keys:destroy", {"keys": ["blind 1", "seal 1"]}, "Trường giải thể",
    )  # fmt: skip
    assert keyring_for_writing(1).number == 2, "the next key is another one"


def test_a_key_is_live_or_destroyed() -> None:
    keyring_for_writing(1)
    for change in ({"wrapped": ""}, {"destroyed_at": "2026-10-05T00:00:00Z"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DataKey.objects.filter(school_id=1).update(**change)
    assert DataKey.objects.exclude(wrapped="").filter(destroyed_at=None).count() == 2
