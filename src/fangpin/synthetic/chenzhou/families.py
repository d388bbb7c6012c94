"""Persons and households on the real villages: who lives together, how old, how able to work.

A household's composition is drawn first, then ages that a family of that kind can have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from fangpin.synthetic.chance import Weighted, between, pick
from fangpin.synthetic.chenzhou.identity_numbers import Numbers
from fangpin.synthetic.chenzhou.names import full_name, surname
from fangpin.synthetic.world import Disability, Household, Person
from fangpin.values.month import Month

MAN, WOMAN = "男", "女"
HEALTHY, CHRONIC, SERIOUS, DISABLED = "健康", "长期慢性病", "患有大病", "残疾"
SKILLED, ORDINARY, WEAK, LOST, NONE = (
    "技能劳动力",
    "普通劳动力",
    "弱劳动力或半劳动力",
    "丧失劳动力",
    "无劳动力",
)
FORMER_POOR, ORDINARY_HOUSEHOLD = "脱贫户", "普通农户"

WITHOUT_NUMBER = 0.0005
"""Share of persons who have no identity number at all: lost registrations, spouses from abroad."""
_SHAPES = Weighted(
    {
        "couple_with_children": 0.34,
        "three_generations": 0.22,
        "married_son": 0.19,
        "old_couple": 0.10,
        "old_and_alone": 0.06,
        "one_parent": 0.04,
        "grandparents_with_grandchildren": 0.03,
        "single": 0.02,
    }
)
_EXIT_YEARS = Weighted({"2014": 0.10, "2015": 0.15, "2016": 0.25, "2017": 0.28, "2018": 0.22})
_CHRONIC_DISEASES = Weighted({"I10": 4, "E11": 2, "J44": 1, "M32": 0.2, "N18": 0.5, "K74": 0.5})
_DISABILITY_CATEGORIES = Weighted({"1": 12, "2": 10, "3": 2, "4": 45, "5": 7, "6": 9, "7": 3})


@dataclass(frozen=True, slots=True)
class Place:
    """A village where households live: its division code and name."""

    code: str
    name: str


class Families:
    """Makes households; remembers the identity numbers that are taken."""

    def __init__(self, *, start: date, numbers: Numbers) -> None:
        self._start = start
        self._numbers = numbers

    def household(self, chance: Random, *, place: Place, household_no: str) -> Household:
        """A household of any kind with its means; shocks and work come later."""
        members = self._members(chance, place)
        for position, person in enumerate(members, start=1):
            person.household_no = household_no
            person.person_no = f"{household_no}{position:02d}"
        former_poor = chance.random() < 0.12
        household = Household(
            household_no=household_no,
            village=place.code,
            village_name=place.name,
            kind=FORMER_POOR if former_poor else ORDINARY_HOUSEHOLD,
            exit_year=int(_EXIT_YEARS.pick(chance)) if former_poor else None,
            members=members,
            buffer=0,
        )
        for person in members:
            _give_health(chance, person, self._start, weaker=former_poor)
        _give_means(chance, household, self._start)
        return household

    def newborn(self, chance: Random, *, household: Household, day: date) -> Person:
        """A child born into a household; its identity number comes some months later."""
        sex = pick(chance, (MAN, WOMAN))
        taken = {member.name for member in household.members}
        name = full_name(chance, family=household.head.name[0], sex=sex)
        while name in taken:
            name = full_name(chance, family=household.head.name[0], sex=sex)
        relation = "之子" if sex == MAN else "之女"
        return Person(
            household_no=household.household_no,
            person_no=f"{household.household_no}{len(household.members) + 1:02d}",
            name=name,
            sex=sex,
            birth=day,
            identifier=self._numbers.give(
                division=household.village, birth=day, sex=sex, wish=between(chance, 0, 499)
            ),
            numbered=Month.containing(day).plus(between(chance, 2, 4)),
            relation=relation,
            health=HEALTHY,
            work_ability=NONE,
            education="",
        )

    def person(
        self, chance: Random, *, place: Place, relation: str, sex: str, age: int, family: str
    ) -> Person:
        """A person of an age in years on the world's first day, with a number of the county."""
        first = Month.containing(self._start)
        birth = self._start - timedelta(days=age * 365 + age // 4 + 1 + between(chance, 0, 360))
        without_number = chance.random() < WITHOUT_NUMBER
        waits = age < 1 and chance.random() < 0.4
        return Person(
            household_no="",
            person_no="",
            name=full_name(chance, family=family, sex=sex),
            sex=sex,
            birth=birth,
            identifier=""
            if without_number
            else self._numbers.give(
                division=place.code, birth=birth, sex=sex, wish=between(chance, 0, 499)
            ),
            numbered=first.plus(between(chance, 1, 4)) if waits else None,
            relation=relation,
            health=HEALTHY,
            work_ability=NONE,
            education=_education(chance, age),
            upper_school=pick(
                chance, ("senior", "senior", "senior", "vocational", "vocational", "")
            ),
            higher_school=pick(chance, ("bachelor", "college", "college", "")),
            phone=_phone(chance) if age >= 18 else "",
            insured=chance.random() < 0.999,
        )

    def _members(self, chance: Random, place: Place) -> list[Person]:
        family = surname(chance)
        members: list[Person] = []

        def add(relation: str, sex: str, age: int, name: str = family) -> None:
            made = self.person(
                chance, place=place, relation=relation, sex=sex, age=max(age, 0), family=name
            )
            while any(other.name == made.name for other in members):
                made.name = full_name(chance, family=name, sex=sex)
            members.append(made)

        def children(count: int, mother: int, *, grand: bool = False) -> None:
            oldest = min(between(chance, mother - 30, mother - 20), 22)
            for place_in_line in range(count):
                age = oldest - place_in_line * between(chance, 2, 4)
                if age < 0:
                    return
                sex = pick(chance, (MAN, WOMAN))
                if grand:
                    add("之孙子" if sex == MAN else "之孙女", sex, age)
                else:
                    add("之子" if sex == MAN else "之女", sex, age)

        shape = _SHAPES.pick(chance)
        if shape == "couple_with_children" or shape == "three_generations":
            wife = between(chance, 25, 48)
            add("户主", MAN, wife + between(chance, 0, 5))
            add("配偶", WOMAN, wife, surname(chance))
            children(pick(chance, (1, 2, 2, 2, 3)), wife)
            if shape == "three_generations":
                elder = wife + between(chance, 24, 30)
                add("之母", WOMAN, min(elder, 88), surname(chance))
                if chance.random() < 0.55:
                    add("之父", MAN, min(elder + between(chance, 0, 4), 90))
        elif shape == "married_son":
            wife = between(chance, 46, 64)
            add("户主", MAN, wife + between(chance, 0, 4))
            add("配偶", WOMAN, wife, surname(chance))
            daughter_in_law = wife - between(chance, 22, 26)
            add("之子", MAN, daughter_in_law + between(chance, 0, 2))
            add("之儿媳", WOMAN, daughter_in_law, surname(chance))
            children(pick(chance, (1, 1, 2, 2)), max(daughter_in_law, 21), grand=True)
        elif shape == "old_couple":
            wife = between(chance, 60, 82)
            add("户主", MAN, wife + between(chance, 0, 5))
            add("配偶", WOMAN, wife, surname(chance))
        elif shape == "old_and_alone":
            add("户主", pick(chance, (MAN, WOMAN, WOMAN)), between(chance, 62, 88))
        elif shape == "one_parent":
            parent = between(chance, 27, 47)
            add("户主", pick(chance, (MAN, WOMAN)), parent)
            children(pick(chance, (1, 2)), parent)
        elif shape == "grandparents_with_grandchildren":
            wife = between(chance, 54, 72)
            add("户主", MAN, wife + between(chance, 0, 4))
            add("配偶", WOMAN, wife, surname(chance))
            children(pick(chance, (1, 2)), max(wife - between(chance, 24, 28), 22), grand=True)
        else:
            add("户主", pick(chance, (MAN, MAN, MAN, WOMAN)), between(chance, 28, 59))
        return members


def _education(chance: Random, age: int) -> str:
    if age < 6:
        return ""
    if age < 13:
        return "小学"
    if age < 16:
        return "初中"
    if age < 45:
        return pick(chance, ("小学", "初中", "初中", "初中", "高中", "高中", "大专"))
    if age < 65:
        return pick(chance, ("小学", "小学", "初中", "初中", "高中"))
    return pick(chance, ("文盲或半文盲", "小学", "小学"))


def _phone(chance: Random) -> str:
    head = pick(chance, ("130", "135", "137", "138", "139", "150", "152", "158", "180", "187"))
    return f"{head}{int(chance.random() * 100_000_000):08d}"


def _give_health(chance: Random, person: Person, day: date, *, weaker: bool) -> None:
    age = person.age_on(day)
    if 16 <= age < 60:
        person.work_ability = SKILLED if chance.random() < 0.12 else ORDINARY
    elif 60 <= age < 72:
        person.work_ability = WEAK
    load = 1.8 if weaker else 1.0
    if chance.random() < load * (0.01 if age < 40 else 0.05 if age < 60 else 0.16):
        person.health = CHRONIC
        person.chronic_disease = _CHRONIC_DISEASES.pick(chance)
    if person.identifier and age >= 3 and chance.random() < load * (0.012 if age < 40 else 0.05):
        _give_disability(chance, person, day)


def _give_disability(chance: Random, person: Person, day: date) -> None:
    category = int(_DISABILITY_CATEGORIES.pick(chance))
    grade = between(chance, 1, 4)
    issued = day - timedelta(days=between(chance, 200, 3000))
    person.disability = Disability(
        category=category,
        grade=grade,
        certificate_no=f"{person.identifier}{category}{grade}",
        issued=max(issued, person.birth + timedelta(days=400)),
    )
    person.health = DISABLED
    if person.work_ability != NONE and grade <= 2:
        person.work_ability = LOST
    elif person.work_ability in (SKILLED, ORDINARY) and grade == 3:
        person.work_ability = WEAK


def _give_means(chance: Random, household: Household, day: date) -> None:
    """Land, farming, savings: what the household can live on and draw on, in truth."""
    hands = sum(p.work_ability in (SKILLED, ORDINARY, WEAK) for p in household.members)
    household.land_tenths_mu = between(chance, 5, 14) * len(household.members)
    household.farm_year = 100 * hands * between(chance, 12, 42)
    oldest = all(p.age_on(day) >= 60 for p in household.members)
    if oldest:
        household.gifts_month = 50 * between(chance, 2, 10)
        household.gifts_from = pick(chance, ("长子", "次子", "女儿", "小女儿"))
    level = chance.random()
    if household.kind == FORMER_POOR:
        household.buffer = 300 + round(9_000 * chance.random() ** 2)
    elif level > 0.93 and hands >= 2:
        household.well_off = True
        household.buffer = 1000 * between(chance, 60, 300)
    else:
        household.buffer = 600 + round(32_000 * chance.random() ** 2)
    household.relocated = household.kind == FORMER_POOR and chance.random() < 0.2
    if chance.random() < 0.03:
        household.house_grade = "C" if chance.random() < 0.1 else "B"
    if household.well_off and chance.random() < 0.6:
        household.vehicle = "小型轿车"
    elif chance.random() < 0.03:
        household.vehicle = pick(chance, ("小型轿车", "轻型货车", "普通二轮摩托车"))
    if hands and chance.random() < (0.10 if household.well_off else 0.02):
        household.shop = pick(
            chance, ("个体工商户", "个体工商户", "农民专业合作社", "有限责任公司")
        )
