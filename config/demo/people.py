"""The demo's volunteers: how many speak what, and one invented person after the other.

The ten `PERSONAS` stand by name in the hand-over file and on the wall of handsets; they are widely
free, so that anybody who tries the demo finds somebody to ask. Everybody else is drawn at random:
371 people in 21 languages with a long tail, some paused, some lapsed, some without a telephone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from config.demo.names import Name, invent
from config.demo.town import AREAS
from volunteers.availability import HOLIDAY, Rule
from volunteers.record import Absence, FieldEntry, Record, Skill, Term
from volunteers.terms import fiscal_year_end, fiscal_year_start

SPEAKERS: dict[str, tuple[int, float]] = {
    "en": (95, 0.12), "zh": (74, 0.45), "ko": (40, 0.4), "es": (28, 0.3), "vi": (23, 0.65),
    "pt-BR": (18, 0.5), "fr": (17, 0.25), "fil": (14, 0.85), "th": (10, 0.7), "id": (9, 0.7),
    "ne": (9, 0.9), "de": (9, 0.25), "ru": (8, 0.6), "my": (5, 0.8), "it": (3, 0.34),
    "mn": (3, 0.67), "uk": (2, 1.0), "bn": (1, 1.0), "si": (1, 1.0), "fa-AF": (1, 1.0),
    "km": (1, 1.0),
}  # fmt: skip
"""First language → how many people, and which part of them grew up with it. 371 together."""

SECOND = {"ja": ("en", "fr", "es"), "zh": ("en",), "fil": ("en",), "pt-BR": ("es",), "ne": ("en",),
          "de": ("en",), "fr": ("en",), "id": ("en",), "uk": ("en",), "my": ("en",)}  # fmt: skip
FIELDS = ("medical", "school", "administrative", "childcare", "employment", "housing", "legal")
CERTIFICATES = (
    "",
    "",
    "",
    "",
    "医療通訳基礎研修 修了",
    "全国通訳案内士",
    "日本語能力試験N1",
    "TOEIC 900",
)


class Persona(NamedTuple):
    """One of the ten with a handset on the wall."""

    number: int
    name: Name
    skills: tuple[Skill, ...]
    message_language: str
    area: str


PERSONAS: tuple[Persona, ...] = (
    Persona(12, Name("グエン・ティ・ラン", "グエン ティ ラン", "female"),
            (Skill("vi", 3, 3),), "ja-simple", "八王子駅前"),
    Persona(27, Name("王 麗華", "オウ レイカ", "female"),
            (Skill("zh", 3, 3), Skill("en", 2, 2)), "ja", "西八王子"),
    Persona(48, Name("田中 陽子", "タナカ ヨウコ", "female"),
            (Skill("en", 3, 3), Skill("fr", 2, 2)), "ja", "みなみ野"),
    Persona(63, Name("シュレスタ・サビナ", "シュレスタ サビナ", "female"),
            (Skill("ne", 3, 3), Skill("en", 2, 2)), "en", "北野"),
    Persona(91, Name("Maria Santos", "マリア サントス", "female"),
            (Skill("fil", 3, 3), Skill("en", 3, 2)), "en", "南大沢"),
    Persona(118, Name("シルバ・健", "シルバ ケン", "male"),
            (Skill("pt-BR", 3, 3), Skill("es", 2, 2)), "ja", "高尾"),
    Persona(154, Name("朴 志雨", "パク ジウ", "male"),
            (Skill("ko", 3, 3),), "ja", "豊田"),
    Persona(203, Name("アフマディ・レザ", "アフマディ レザ", "male"),
            (Skill("fa-AF", 3, 2),), "ja-simple", "北野"),
    Persona(266, Name("キン・ティダー", "キン ティダー", "female"),
            (Skill("my", 3, 3), Skill("en", 2, 2)), "en", "楢原"),
    Persona(317, Name("Nirmala Perera", "ニルマラ ペレラ", "female"),
            (Skill("si", 3, 2), Skill("en", 2, 2)), "en", "由木・堀之内"),
)  # fmt: skip


class Person(NamedTuple):
    """What the register is to hold, and what happens to the entry afterwards."""

    record: Record
    paused: bool = False


def everybody(random: Random, today: date, *, scale: float = 1.0) -> list[Person]:
    """The register of the first association by number; ``scale`` makes a smaller one."""
    names = {persona.name.written for persona in PERSONAS}
    by_number = {persona.number: persona for persona in PERSONAS}
    origins = _origins(random, scale)
    people: list[Person] = []
    number = 0
    while origins or by_number:
        number += 1
        if persona := by_number.pop(number, None):
            people.append(_persona(persona, random, today))
        elif origins:
            people.append(_anybody(number, *origins.pop(), random, today=today, names=names))
    return people


def neighbours(random: Random, today: date) -> list[Person]:
    """The 20 people of the second association."""
    names: set[str] = set()
    tags = ["en"] * 7 + ["zh"] * 5 + ["ko", "ko", "vi", "vi", "es", "pt-BR", "fil", "ne"]
    found = []
    for number, tag in enumerate(tags, start=1):
        origin = tag if random.random() < SPEAKERS[tag][1] else "ja"
        person = _anybody(number, tag, origin, random, today=today, names=names, sound=True)
        found.append(person._replace(record=_moved(person.record, number)))
    return found


def _moved(record: Record, number: int) -> Record:
    """The same person with telephone and mail of their own beside the first association's."""
    own = {"mobile": f"+816099{900000 + number}", "email": f"h{number:03d}@minna.example.jp"}
    fields = dict(record.fields or {})
    return replace(record, fields=fields | {k: v for k, v in own.items() if fields.get(k)})


def _origins(random: Random, scale: float) -> list[tuple[str, str]]:
    """(language, where the person grew up) of everybody but the personas, shuffled."""
    found: list[tuple[str, str]] = []
    for tag, (count, native) in SPEAKERS.items():
        named = sum(persona.skills[0].language == tag for persona in PERSONAS)
        rest = max(round(count * scale), 1) - named
        at_home = round(native * count * scale)
        found += [(tag, tag if n < at_home - named else "ja") for n in range(max(rest, 0))]
    random.shuffle(found)
    return found


def _persona(persona: Persona, random: Random, today: date) -> Person:
    fields = _fields(persona.number, persona.name, random, today, persona.area) | {
        "message_language": persona.message_language,
        "reach_minutes": 90,
        "channel": "sms",
        "mobile": f"+816099{persona.number:06d}",
        "night_messages": True,
        "accepts_video": True,
        "weekly_hours_cap": None,
        "by_car": False,
    }
    every_day = tuple(Rule(day, 8 * 60, 21 * 60, 0, True) for day in range(HOLIDAY + 1))
    return Person(
        Record(
            fields=fields,
            areas=[],
            skills=persona.skills,
            field_skills=[FieldEntry(f, f in {"medical", "legal"}) for f in (*FIELDS, "disaster")],
            rules=every_day,
            registration=_term(random, today),
        )
    )


def _anybody(
    number: int,
    tag: str,
    origin: str,
    random: Random,
    *,
    today: date,
    names: set[str],
    sound: bool = False,
) -> Person:
    name = invent(origin, random, names)
    area = random.choice(list(AREAS))
    fields = _fields(number, name, random, today, area)
    if origin != "ja":
        fields["message_language"] = random.choice(("ja", "ja", "ja-simple", "en"))
    paused = not sound and random.random() < 0.02
    return Person(
        Record(
            fields=fields,
            areas=_goes_to(random, area),
            skills=_skills(tag, origin, random),
            field_skills=_accepts(random),
            rules=_hours(random),
            exceptions=_absences(random, today),
            registration=_term(random, today, sound=sound),
        ),
        paused,
    )


def _fields(number: int, name: Name, random: Random, today: date, area: str) -> dict[str, Any]:
    lat, lon = AREAS[area]
    how = random.choices(("sms", "email", "hand"), (72, 20, 8))[0]
    age = round(random.triangular(19, 81, 48))
    return {
        "number": number,
        "name": name.written,
        "kana": name.kana,
        "gender": name.gender,
        "birth_date": today - timedelta(days=age * 365 + random.randrange(365)),
        "mobile": "" if how == "hand" else f"+816099{number:06d}",
        "phone": f"+81420002{number:03d}" if how == "hand" or random.random() < 0.3 else "",
        "email": f"v{number:03d}@minna.example.jp"
        if how == "email" or random.random() < 0.4
        else "",
        "address": f"八王子市{area.split('・', maxsplit=1)[0]}0-{random.randrange(1, 30)}"
        if area not in {"日野", "豊田"}
        else f"日野市{area}0-{random.randrange(1, 30)}",
        "lat": round(lat + random.gauss(0, 0.007), 5),
        "lon": round(lon + random.gauss(0, 0.009), 5),
        "reach_minutes": random.choice((30, 40, 45, 60, 60, 90)),
        "by_car": random.random() < 0.22,
        "channel": how,
        "message_language": "ja",
        "night_messages": random.random() < 0.08,
        "weekly_hours_cap": random.choice((None, None, None, 4, 6, 8)),
        "accepts_video": random.random() < 0.8,
        "public_name_consent": random.random() < 0.3,
        "certificates": random.choice(CERTIFICATES),
    }


def _skills(tag: str, origin: str, random: Random) -> list[Skill]:
    to_ja, from_ja = random.choices(
        ((3, 3), (3, 2), (2, 3), (2, 2), (1, 2), (1, 1)),
        (40, 25, 5, 24, 2, 4) if origin != "ja" else (28, 8, 10, 42, 6, 6),
    )[0]
    skills = [Skill(tag, to_ja, from_ja)]
    if origin != "ja" and from_ja < to_ja and random.random() < 0.3:
        skills[0] = Skill(tag, to_ja, from_ja, certificate="日本語能力試験N2")
    others = [other for other in SECOND.get(origin, ()) if other != tag]
    if others and random.random() < 0.12:
        skills.append(Skill(random.choice(others), *random.choice(((2, 2), (2, 1), (1, 1)))))
    return skills


def _accepts(random: Random) -> list[FieldEntry]:
    chances = (0.55, 0.8, 0.85, 0.7, 0.45, 0.5, 0.25)
    chosen = [
        name for name, chance in zip(FIELDS, chances, strict=True) if random.random() < chance
    ]
    trained = {"medical": 0.3, "legal": 0.25}
    return [
        FieldEntry(name, random.random() < trained.get(name, 0.0))
        for name in chosen or ["administrative"]
    ]


def _hours(random: Random) -> list[Rule]:
    """One of the ways in which people write down when they can; a few write nothing."""
    one, other = sorted(random.sample(range(5), 2))
    start, end = random.choice(((9, 17), (10, 15), (13, 18), (9, 12)))
    late = random.choice((16, 17))
    ways = {
        "weekdays": [Rule(day, 9 * 60, late * 60) for day in range(5)],
        "some days": [Rule(day, start * 60, end * 60) for day in {one, other, (other + 2) % 5}],
        "mornings": [Rule(day, 9 * 60, 12 * 60 + 30) for day in range(5)],
        "evenings": [
            *(Rule(day, 18 * 60, 21 * 60) for day in range(5)),
            Rule(5, 9 * 60, 18 * 60, 0, True),
        ],
        "weekends": [Rule(day, 9 * 60, 18 * 60, 0, True) for day in (5, 6, HOLIDAY)],
        "first and third": [
            Rule(one, 9 * 60, 12 * 60, 0b00101),
            Rule(other, 13 * 60, 17 * 60, 0b01010),
        ],
        "always": [Rule(day, 8 * 60, 21 * 60, 0, True) for day in range(HOLIDAY + 1)],
        "unknown": [],
    }
    return ways[random.choices(list(ways), (24, 28, 12, 8, 8, 8, 9, 3))[0]]


def _goes_to(random: Random, home: str) -> list[str]:
    if random.random() < 0.55:
        return []
    return sorted({home, *random.sample(list(AREAS), random.choice((2, 3, 4)))})


def _absences(random: Random, today: date) -> list[Absence]:
    if random.random() > 0.12:
        return []
    first = today + timedelta(days=random.randrange(-20, 40))
    last = first + timedelta(days=random.choice((0, 3, 9, 20)))
    return [Absence(first, last, note=random.choice(("帰省", "旅行", "試験", "")))]


def _term(random: Random, today: date, *, sound: bool = True) -> Term:
    """To 31 March; begun early enough for the three months of past activities."""
    starts_on = fiscal_year_start(today - timedelta(days=120))
    pledged_on = starts_on + timedelta(days=random.randrange(0, 12))
    luck = 1.0 if sound else random.random()
    if luck < 0.025:
        lapsed = fiscal_year_start(today) - timedelta(days=1)
        return Term(fiscal_year_start(lapsed), lapsed, pledged_on=fiscal_year_start(lapsed))
    if luck < 0.035:
        return Term(starts_on, fiscal_year_end(today))
    return Term(starts_on, fiscal_year_end(today), pledged_on=pledged_on)
