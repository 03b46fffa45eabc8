"""A53: data that comes back – sessions, cache, signed addresses – is read as JSON, and a leaked key is replaced without
anybody losing what the old one signed."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import signing
from django.core.signing import JSONSerializer
from django.test import Client, override_settings

from tests import factories
from truongso.accounts.session_engine import SessionStore
from truongso.config.environment import old_keys
from truongso.kernel.json_cache import JsonFileCache

OLD, NEW = "o" * 50, "n" * 50


class _Bomb:
    """Unpickling it makes a directory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


@pytest.fixture
def cache(tmp_path: Path) -> JsonFileCache:
    return JsonFileCache(str(tmp_path / "cache"), {})


def test_the_cache_keeps_and_forgets_as_a_cache_does(cache: JsonFileCache) -> None:
    for value in (None, 0, True, "đã dùng", [1.5, 2], {"a": [1]}):
        cache.set("key", value, 60)
        assert cache.get("key", "missing") == value
    assert cache.add("key", 1) is False
    assert cache.add("other", [3], 60) is True
    assert cache.get("other") == [3]
    assert cache.touch("other", -1) is True
    assert (cache.get("other", "gone"), cache.has_key("other"), cache.touch("other")) == ("gone", False, False)
    cache.set("lasting", 1, None)
    cache.set("n", 1, 60)
    assert (cache.get("lasting"), cache.incr("n"), cache.delete("n"), cache.get("n")) == (1, 2, True, None)
    with pytest.raises(TypeError):
        cache.set("object", object())
    assert cache.get("object") is None


def test_a_planted_object_in_the_cache_is_no_entry_and_runs_nothing(cache: JsonFileCache, tmp_path: Path) -> None:
    cache.set("key", 1, 60)
    (file,) = (tmp_path / "cache").glob("*.djcache")
    made = tmp_path / "made"
    for planted in (pickle.dumps(_Bomb(made)), b"9999999999\n" + pickle.dumps(_Bomb(made)), b"", b"\n", b'"x"\n1'):
        file.write_bytes(planted)
        assert cache.get("key", "none") == "none"
        assert not made.exists()
        assert not file.exists()


def test_sessions_and_the_set_up_cache_are_json() -> None:
    assert SessionStore().serializer is JSONSerializer
    code = (
        "import json; from truongso.config import settings as s;"
        "print(json.dumps([s.CACHES['default']['BACKEND'], s.SECRET_KEY_FALLBACKS, s.DEBUG]))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "TRUONGSO_ENV": "production", "TRUONGSO_HOSTS": "a.example.vn"},
    )  # fmt: skip
    assert json.loads(done.stdout) == ["truongso.kernel.json_cache.JsonFileCache", [], False]


def test_a_replaced_key_still_opens_what_it_signed_until_it_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "secret_key_old"
    assert old_keys(file) == []
    file.write_text(f"{OLD}\n\n")
    with override_settings(SECRET_KEY=OLD, SECRET_KEY_FALLBACKS=[]):
        token = signing.dumps({"invoice": 7}, salt="basket")
    with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=old_keys(file)):
        assert signing.loads(token, salt="basket") == {"invoice": 7}
        fresh = signing.dumps({"invoice": 8}, salt="basket")
    with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[]):
        assert signing.loads(fresh, salt="basket") == {"invoice": 8}
        with pytest.raises(signing.BadSignature):
            signing.loads(token, salt="basket")
    with override_settings(SECRET_KEY=OLD, SECRET_KEY_FALLBACKS=[]), pytest.raises(signing.BadSignature):
        signing.loads(fresh, salt="basket")  # who has the leaked key signs nothing that counts


@pytest.mark.django_db
def test_nobody_is_signed_out_by_the_change_of_the_key() -> None:
    with override_settings(SECRET_KEY=OLD, SECRET_KEY_FALLBACKS=[]):
        client = factories.login(Client(), factories.user(school=factories.school()))
        assert client.get("/tai-khoan").status_code == 200
    with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD]):
        assert client.get("/tai-khoan").status_code == 200
    with override_settings(SECRET_KEY="x" * 50, SECRET_KEY_FALLBACKS=[]):
        answer = client.get("/tai-khoan")
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/dang-nhap")
