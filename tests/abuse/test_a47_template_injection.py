"""A47: a text edited by a school reaches nothing but its own places; values are never read as templates."""

from __future__ import annotations

import pytest

from truongso.kernel.actor import Actor
from truongso.messaging.models import Template
from truongso.messaging.public import BEFORE_DUE, save_template
from truongso.messaging.types import ChannelKind, MessagingRefusedError
from truongso.messaging.wording import check_text, fill
from truongso.organizations.models import School

ALLOWED = {"hoc_sinh", "so_tien"}
ATTACKS = [
    "{{7*7}}", "{x.__class__}", "{hoc_sinh.__class__}", "{hoc_sinh!r}", "{hoc_sinh:>9999999}", "{0}", "{}", "{",
    "}", "{hoc_sinh[0]}", "{% load static %}", "{{ settings.SECRET_KEY }}", "{HOC_SINH}", "{ hoc_sinh }",
    "{{hoc_sinh}}", "{hoc_sinh}{__import__('os')}",
]  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS)
def test_only_named_places_are_accepted(text: str) -> None:
    with pytest.raises(MessagingRefusedError, match=r"bad_braces|unknown_placeholder"):
        check_text(text, allowed=ALLOWED)


@pytest.mark.parametrize("text", ["${hoc_sinh}", "%(hoc_sinh)s", "$hoc_sinh", "<b>{hoc_sinh}</b>", "#read(1)"])
def test_other_template_languages_stay_text(text: str) -> None:
    said = fill(check_text(text, allowed=ALLOWED), {"hoc_sinh": "An", "so_tien": "5"})
    assert said == text.replace("{hoc_sinh}", "An")


@pytest.mark.parametrize("name", [*ATTACKS, "{so_tien}", "%s", "$so_tien"])
def test_a_value_is_never_filled_again(name: str) -> None:
    assert fill("Em {hoc_sinh}.", {"hoc_sinh": name, "so_tien": "SECRET"}) == f"Em {name}."


@pytest.mark.django_db
@pytest.mark.parametrize("text", ATTACKS)
def test_a_refused_text_changes_nothing(school: School, actor: Actor, text: str) -> None:
    save_template(school.pk, code=BEFORE_DUE, kind=ChannelKind.SMS, subject="", text="Chào {hoc_sinh}", actor=actor)
    for subject, body in (("", text), (text, "Chào")):
        with pytest.raises(MessagingRefusedError):
            save_template(school.pk, code=BEFORE_DUE, kind=ChannelKind.SMS, subject=subject, text=body, actor=actor)
    assert Template.objects.for_school(school).get().text == "Chào {hoc_sinh}"
