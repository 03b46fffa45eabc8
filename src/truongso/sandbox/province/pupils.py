"""About 1,200 invented pupils with their families, the same ones for the same seed.

Ages follow the grade in school year 2026-2027 (grade 1: born in 2020). Nearly half of the children have
brothers or sisters, also at the other schools, and share parents, phone and household with them.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from truongso.kernel.names import fold
from truongso.organizations.types import Area, SchoolLevel
from truongso.people.types import Gender
from truongso.sandbox.province.fees import fee_items
from truongso.sandbox.province.name_pools import FAMOUS, POOLS
from truongso.sandbox.province.province import SCHOOLS
from truongso.sandbox.province.specs import ClassSpec, FamilySpec, Parent, PupilSpec, SchoolSpec

SEED = 20262027
SMALLEST_CLASS, LARGEST_CLASS = 28, 36

# Grade → classes; pupils in all. A sheet's grade of preschool is its age group.
_CLASSES: dict[SchoolLevel, tuple[tuple[str, tuple[str, ...]], ...]] = {
    SchoolLevel.PRESCHOOL: (
        ("3-4 tuổi", ("3 tuổi A", "3 tuổi B")),
        ("4-5 tuổi", ("4 tuổi A", "4 tuổi B")),
        ("5-6 tuổi", ("5 tuổi A", "5 tuổi B")),
    ),
    SchoolLevel.PRIMARY: (
        ("1", ("1A", "1B", "1C")),
        ("2", ("2A", "2B", "2C")),
        ("3", ("3A", "3B", "3C")),
        ("4", ("4A", "4B")),
        ("5", ("5A", "5B")),
    ),
    SchoolLevel.LOWER_SECONDARY: (
        ("6", ("6A", "6B", "6C")),
        ("7", ("7A", "7B", "7C")),
        ("8", ("8A", "8B")),
        ("9", ("9A", "9B")),
    ),
    SchoolLevel.UPPER_SECONDARY: (
        ("10", ("10A1", "10A2", "10A3")),
        ("11", ("11A1", "11A2", "11A3")),
        ("12", ("12A1", "12A2")),
    ),
}
PUPILS_AT = {
    SchoolLevel.PRESCHOOL: 200,
    SchoolLevel.PRIMARY: 420,
    SchoolLevel.LOWER_SECONDARY: 330,
    SchoolLevel.UPPER_SECONDARY: 250,
}
_PRESCHOOL_BORN = {"3-4 tuổi": 2023, "4-5 tuổi": 2022, "5-6 tuổi": 2021}

_PEOPLES = ("Kinh", "Tày", "Mông", "Dao", "Giáy")
_PEOPLES_OF_AREA = {Area.URBAN: (70, 9, 6, 8, 7), Area.RURAL: (25, 17, 20, 22, 16)}
_PLACES = ("phường Lào Cai", "phường Cam Đường", "xã Cốc San", "xã Hợp Thành")
_OCCUPATIONS = ("Nông dân", "Công nhân", "Viên chức", "Kinh doanh", "Lái xe", "Thợ xây", "Lao động tự do")

_SIBLING_SHARE = 0.24
_MOST_CHILDREN = 3
_NO_FATHER, _NO_MOTHER = 0.05, 0.02
_POOR, _NEAR_POOR, _DISABLED = 0.07, 0.06, 0.012
# How many families choose a voluntary item; 0.55 for what is not named.
_CHOSEN = {"NUOC": 0.98, "VS": 0.98, "AN_BT": 0.86, "BHTT": 0.7, "DP": 0.6, "THE_HS": 0.9, "SAO_DE": 0.95}
_DAY_BOARDING = frozenset({"AN_BT", "NAU_AN", "CS_BT", "TB_BT"})
"""Chosen together: who eats at school also takes the care, the cook and the equipment."""
_NOT_FOR_POOR = frozenset({"DP", "BHTT"})


def born_in(grade: str) -> int:
    """Year of birth of a grade's pupils in 2026-2027: six in grade 1, eleven in 6, fifteen in 10."""
    return _PRESCHOOL_BORN[grade] if grade in _PRESCHOOL_BORN else 2021 - int(grade)


@dataclass(slots=True)
class _Household:
    family: FamilySpec
    birth_years: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Seat:
    school: SchoolSpec
    class_spec: ClassSpec
    number: int


def classes(seed: int = SEED) -> tuple[ClassSpec, ...]:
    """The classes of the four schools with their sizes, 28 to 36 pupils each."""
    rng = random.Random(f"{seed} classes")  # noqa: S311 - the same for the same seed
    made: list[ClassSpec] = []
    for school in SCHOOLS:
        names = [(grade, name) for grade, names in _CLASSES[school.level] for name in names]
        sizes = _sizes(rng, len(names), PUPILS_AT[school.level])
        made += [ClassSpec(school.code, name, grade, size) for (grade, name), size in zip(names, sizes, strict=True)]
    return tuple(made)


def _sizes(rng: random.Random, count: int, total: int) -> list[int]:
    low, more = divmod(total, count)
    sizes = [low + 1] * more + [low] * (count - more)
    for _ in range(count * 2):
        giver, taker = rng.sample(range(count), 2)
        if sizes[giver] > SMALLEST_CLASS and sizes[taker] < LARGEST_CLASS:
            sizes[giver] -= 1
            sizes[taker] += 1
    return sizes


def generate_pupils(seed: int = SEED) -> tuple[PupilSpec, ...]:
    """All pupils, school by school and class by class; within a class in no special order."""
    return _Generator(seed).pupils()


def pupils_of(school: SchoolSpec, pupils: Sequence[PupilSpec]) -> list[PupilSpec]:
    """Those of one school, in the same order."""
    return [pupil for pupil in pupils if pupil.school == school.code]


class _Generator:
    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._rng = random.Random(f"{seed} pupils")  # noqa: S311 - as above
        self._households: list[_Household] = []
        self._persons: set[tuple[str, str, dt.date]] = set()
        self._codes = iter(self._rng.sample(range(1_000_000), 2_000))
        self._voluntary = {
            school.code: [item.code for item in fee_items(school) if item.is_voluntary] for school in SCHOOLS
        }

    def pupils(self) -> tuple[PupilSpec, ...]:
        seats = list(self._seats())
        order = list(range(len(seats)))
        self._rng.shuffle(order)
        made: dict[int, PupilSpec] = {}
        for place in order:
            if place in made:
                continue
            household = self._household(seats[place])
            made[place] = self._pupil(seats[place], household, self._birth_date(seats[place]))
            twin = place + 1
            if seats[place].number == 0 and twin not in made and self._rng.random() < 0.25:
                made[twin] = self._pupil(seats[twin], household, made[place].birth_date)
        return tuple(made[place] for place in range(len(seats)))

    def _seats(self) -> Iterator[_Seat]:
        by_code = {school.code: school for school in SCHOOLS}
        for class_spec in classes(self._seed):
            for number in range(class_spec.size):
                yield _Seat(by_code[class_spec.school], class_spec, number)

    def _birth_date(self, seat: _Seat) -> dt.date:
        first = dt.date(born_in(seat.class_spec.grade), 1, 1)
        return first + dt.timedelta(days=self._rng.randrange(365))

    def _household(self, seat: _Seat) -> _Household:
        """A family of its own, or one that has a child of another age already."""
        born = born_in(seat.class_spec.grade)
        if self._households and self._rng.random() < _SIBLING_SHARE:
            for household in self._rng.sample(self._households, min(12, len(self._households))):
                apart = [abs(year - born) for year in household.birth_years]
                if len(apart) < _MOST_CHILDREN and min(apart) >= 2 and max(apart) <= 12:
                    return household
        household = _Household(self._family(seat.school.area))
        self._households.append(household)
        return household

    def _family(self, area: Area) -> FamilySpec:
        rng, number = self._rng, len(self._households) + 1
        people = rng.choices(_PEOPLES, _PEOPLES_OF_AREA[area])[0]
        without = rng.random()
        father = None if without < _NO_FATHER else self._parent(people, Gender.MALE)
        mother = None if _NO_FATHER <= without < _NO_FATHER + _NO_MOTHER else self._parent(people, Gender.FEMALE)
        poverty = rng.random() * (1.8 if people == "Kinh" else 0.7)
        return FamilySpec(
            number=number,
            father=father,
            mother=mother,
            phone=f"0900{number:06}",
            ethnicity=people,
            poor=poverty < _POOR,
            near_poor=_POOR <= poverty < _POOR + _NEAR_POOR,
            place=rng.choice(_PLACES),
        )

    def _parent(self, people: str, gender: Gender) -> Parent:
        family_name = self._rng.choice(POOLS[people].families)
        return Parent(
            self._full_name(people, gender, family_name),
            self._rng.randrange(1978, 1998),
            self._rng.choice(_OCCUPATIONS),
        )

    def _full_name(self, people: str, gender: Gender, family_name: str) -> str:
        pool = POOLS[people]
        middles = pool.male_middle if gender is Gender.MALE else pool.female_middle
        givens = pool.male_given if gender is Gender.MALE else pool.female_given
        while True:
            middle, given = self._rng.choice(middles), self._rng.choice(givens)
            name = f"{family_name} {middle} {given}"
            if middle != given and fold(name) not in FAMOUS:
                return name

    def _pupil(self, seat: _Seat, household: _Household, birth_date: dt.date) -> PupilSpec:
        family = household.family
        household.birth_years.append(birth_date.year)
        gender = self._rng.choice((Gender.MALE, Gender.FEMALE))
        categories = self._categories(family)
        return PupilSpec(
            school=seat.school.code,
            sector_code=f"9915{next(self._codes):06}",
            full_name=self._pupil_name(seat, family, gender, birth_date),
            birth_date=birth_date,
            gender=gender,
            class_name=seat.class_spec.name,
            grade=seat.class_spec.grade,
            family=family,
            categories=categories,
            opted_in=self._opted_in(seat.school, poor=family.poor),
        )

    def _pupil_name(self, seat: _Seat, family: FamilySpec, gender: Gender, birth_date: dt.date) -> str:
        """The father's family name (else the mother's); never twice with one birth date at one school."""
        elder = family.father or family.payer
        family_name = elder.full_name.split()[0]
        while True:
            name = self._full_name(family.ethnicity, gender, family_name)
            person = (seat.school.code, fold(name), birth_date)
            if person not in self._persons:
                self._persons.add(person)
                return name

    def _categories(self, family: FamilySpec) -> tuple[str, ...]:
        stated = (
            ("poor_household", family.poor),
            ("near_poor_household", family.near_poor),
            ("disabled", self._rng.random() < _DISABLED),
        )
        return tuple(code for code, applies in stated if applies)

    def _opted_in(self, school: SchoolSpec, *, poor: bool) -> tuple[str, ...]:
        boards = self._rng.random() < _CHOSEN["AN_BT"]
        chosen: list[str] = []
        for code in self._voluntary[school.code]:
            wanted = boards if code in _DAY_BOARDING else self._rng.random() < _CHOSEN.get(code, 0.55)
            if wanted and not (poor and code in _NOT_FOR_POOR):
                chosen.append(code)
        return tuple(chosen)
