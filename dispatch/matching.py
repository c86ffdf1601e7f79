"""Matching: who can, in what order, and why. Values in, values out.

Hard rules (`match_rules`) decide who may be asked at all, ordered criteria (`match_order`) who is
asked first. The same people in any order give the same ranking. Loading them is left to
`dispatch.candidates`, how many of them are asked to `dispatch.chances`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dispatch import match_order
from dispatch.chances import chance_of
from dispatch.match_rules import Case, failures
from dispatch.match_values import (
    Busy,
    Candidate,
    Exclusion,
    Need,
    Person,
    Ranking,
    Reason,
    Wish,
)
from dispatch.policy import Policy

__all__ = [
    "MOST_EXCLUSIONS",
    "Busy",
    "Candidate",
    "Exclusion",
    "Need",
    "Person",
    "Ranking",
    "Reason",
    "Wish",
    "count",
    "rank",
]

MOST_EXCLUSIONS = 30
JUST_EXCLUDED = 2
"""Whoever fails more hard rules than this is not worth a line."""


@dataclass(frozen=True)
class _Able:
    """A candidate before ranks are given."""

    key: tuple[float, ...]
    person: Person
    chance: float
    minutes: int
    extra: tuple[Reason, ...] = ()


def rank(
    need: Need,
    people: Iterable[Person],
    *,
    at: datetime,
    policy: Policy,
    limit: int | None = None,
) -> Ranking:
    """Everybody who may be asked, best first, and at most `MOST_EXCLUSIONS` just excluded.

    ``people`` know the language. ``limit`` cuts the list of candidates; ``Ranking.able`` still
    counts all of them. Whoever was just asked comes back when nobody else is there.
    """
    case = Case(need, at, policy)
    able: list[_Able] = []
    failing: list[tuple[Person, list[Reason], int]] = []
    for person in people:
        minutes = person.travel_to(need)
        against = failures(person, case, minutes)
        if against:
            failing.append((person, against, minutes))
        else:
            able.append(_able(person, case, minutes))
    if not able:
        able, failing = _last_resort(failing, case)
    able.sort(key=lambda found: found.key)
    return Ranking(
        candidates=[
            _candidate(found, place, case) for place, found in enumerate(able[:limit], start=1)
        ],
        excluded=_exclusions(failing),
        able=len(able),
    )


def count(need: Need, people: Iterable[Person], *, at: datetime, policy: Policy) -> int:
    """How many may be asked."""
    case = Case(need, at, policy)
    found = [failures(person, case, person.travel_to(need), most=2) for person in people]
    free = sum(1 for against in found if not against)
    return free or sum(1 for against in found if _only_just_asked(against))


def _able(person: Person, case: Case, minutes: int, extra: tuple[Reason, ...] = ()) -> _Able:
    chance = chance_of(person, case.urgency, minutes, case.policy["chance"])
    return _Able(match_order.key(person, case, minutes, chance), person, chance, minutes, extra)


def _candidate(found: _Able, place: int, case: Case) -> Candidate:
    person = found.person
    return Candidate(
        volunteer_id=person.volunteer_id,
        rank=place,
        reasons=(*match_order.reasons(person, case, found.minutes), *found.extra),
        chance=found.chance,
        travel_minutes=found.minutes,
        key=found.key,
        name=person.name,
        number=person.number,
        seen_recently=person.seen_recently,
    )


def _only_just_asked(against: list[Reason]) -> bool:
    return [reason.code for reason in against] == ["just_asked"]


def _last_resort(
    failing: list[tuple[Person, list[Reason], int]], case: Case
) -> tuple[list[_Able], list[tuple[Person, list[Reason], int]]]:
    """Those whom only a recent ask keeps away, with that as a reason against."""
    able = [
        _able(person, case, minutes, tuple(against))
        for person, against, minutes in failing
        if _only_just_asked(against)
    ]
    return able, [entry for entry in failing if not _only_just_asked(entry[1])]


def _exclusions(failing: list[tuple[Person, list[Reason], int]]) -> list[Exclusion]:
    """The people closest to being a candidate; never "you are not the one that was named"."""
    close = [
        (len(against), -person.level, person.number, person.volunteer_id, person.name, against)
        for person, against, _ in failing
        if len(against) <= JUST_EXCLUDED
        and not any(reason.code in {"preferred", "withdrawn"} for reason in against)
    ]
    close.sort(key=lambda entry: entry[:4])
    return [
        Exclusion(volunteer_id, name, tuple(against))
        for *_, volunteer_id, name, against in close[:MOST_EXCLUSIONS]
    ]
