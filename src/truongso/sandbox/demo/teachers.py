"""At the lower-secondary school: two subject teachers with the classes each of them teaches, and a homeroom teacher."""

from __future__ import annotations

from collections.abc import Sequence

from truongso.accounts.public import User, create_user, grant, new_activation
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.organizations.public import SchoolYear
from truongso.organizations.types import SchoolLevel
from truongso.people.public import assign_teaching, class_by_id, classes_of_year, set_homeroom_teacher
from truongso.sandbox.demo.setup import ACTOR, HOMEROOM, MAIL_DOMAIN, TEACHER, TITLES, Activation, DemoSchool, Say

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
            user = _person(place, year, f"{TEACHER}.{place.spec.slug}.{word}", title, Role.SUBJECT_TEACHER)
            first = number * (_CLASSES - 1)
            assign_teaching(
                actor=ACTOR, school_id=place.school.pk, user_id=user.pk, subject_key=subject,
                class_ids=classes[first : first + _CLASSES] or classes[:1], valid_from=year.starts_on,
            )  # fmt: skip
            links.append(_link(TEACHER, place, user))
        user = _person(place, year, f"{HOMEROOM}.{place.spec.slug}", "Giáo viên chủ nhiệm", Role.HOMEROOM_TEACHER)
        led = class_by_id(place.school, classes[0])
        if led is not None:
            set_homeroom_teacher(actor=ACTOR, school_class=led, user_id=user.pk, valid_from=clock.today())
        links.append(_link(HOMEROOM, place, user))
    say(f"{place.spec.short_name}: hai giáo viên bộ môn, một giáo viên chủ nhiệm, phân công theo lớp")
    return links


def _person(place: DemoSchool, year: SchoolYear, username: str, title: str, role: Role) -> User:
    user = create_user(
        actor=ACTOR, username=username, full_name=f"{title} {place.spec.short_name}", email=f"{username}@{MAIL_DOMAIN}"
    )
    grant(actor=ACTOR, user=user, role=role, school_id=place.school.pk, valid_from=year.starts_on)
    return user


def _link(word: str, place: DemoSchool, user: User) -> Activation:
    return Activation(TITLES[word], user.username, place.spec.short_name, new_activation(actor=ACTOR, user=user))
