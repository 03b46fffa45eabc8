"""Two subject teachers at the lower-secondary school, with the classes each of them teaches."""

from __future__ import annotations

from collections.abc import Sequence

from truongso.accounts.public import create_user, grant, new_activation
from truongso.accounts.types import Role
from truongso.kernel.db import transaction
from truongso.organizations.public import SchoolYear
from truongso.organizations.types import SchoolLevel
from truongso.people.public import assign_teaching, classes_of_year
from truongso.sandbox.demo.setup import ACTOR, MAIL_DOMAIN, TEACHER, TITLES, Activation, DemoSchool, Say

# Both subjects are taught at primary schools too, where the small demo plays.
_SUBJECTS = (("1", "TOAN", "Giáo viên Toán"), ("2", "TIENG_ANH", "Giáo viên Tiếng Anh"))
_CLASSES = 4


def start(demo: Sequence[DemoSchool], year: SchoolYear, say: Say) -> list[Activation]:
    """The teachers' links. Each has some classes all the year; one class has both."""
    place = next((one for one in demo if one.spec.level is SchoolLevel.LOWER_SECONDARY), demo[0])
    classes = [one.id for one in classes_of_year(place.school, year)]
    links = []
    with transaction():
        for number, (word, subject, title) in enumerate(_SUBJECTS):
            username = f"{TEACHER}.{place.spec.slug}.{word}"
            user = create_user(
                actor=ACTOR, username=username, full_name=f"{title} {place.spec.short_name}",
                email=f"{username}@{MAIL_DOMAIN}",
            )  # fmt: skip
            grant(
                actor=ACTOR, user=user, role=Role.SUBJECT_TEACHER, school_id=place.school.pk, valid_from=year.starts_on
            )
            first = number * (_CLASSES - 1)
            assign_teaching(
                actor=ACTOR, school_id=place.school.pk, user_id=user.pk, subject_key=subject,
                class_ids=classes[first : first + _CLASSES] or classes[:1], valid_from=year.starts_on,
            )  # fmt: skip
            token = new_activation(actor=ACTOR, user=user)
            links.append(Activation(TITLES[TEACHER], username, place.spec.short_name, token))
    say(f"{place.spec.short_name}: hai giáo viên bộ môn, phân công theo lớp")
    return links
