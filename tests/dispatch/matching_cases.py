"""People, needs and short questions for the tests of matching."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dispatch.match_values import Busy, Need, Person
from dispatch.matching import Ranking, rank
from dispatch.policy import DEFAULT, merged
from dispatch.travel import Point
from volunteers.availability import Rule

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday 10:00 in Tokyo
THURSDAY = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)  # 14:00 in Tokyo
HOSPITAL = Point(35.7100, 139.5700)
HOME = Point(35.7050, 139.5750)
FAR = Point(35.6300, 139.3000)
ALL_WEEK = tuple(Rule(day, 9 * 60, 21 * 60, on_holidays=True) for day in range(8))
NEED = Need(
    language="vi",
    mode="accompany",
    urgency="booked",
    field="administrative",
    starts_at=THURSDAY,
    ends_at=THURSDAY + timedelta(minutes=90),
    point=HOSPITAL,
    place="市立病院",
)
NOW = replace(
    NEED, urgency="now", starts_at=AT, ends_at=AT + timedelta(hours=1), mode="video", remote=True,
    point=None, place="",
)  # fmt: skip
HANA = Person(volunteer_id=1, number=101, name="山田 花", language="vi", rules=ALL_WEEK, point=HOME)


def ranked(need: Need, *people: Person, at: datetime = AT, **policy: Any) -> Ranking:
    return rank(need, people, at=at, policy=merged(DEFAULT, policy))


def order(need: Need, *people: Person, at: datetime = AT, **policy: Any) -> list[int]:
    return [c.volunteer_id for c in ranked(need, *people, at=at, **policy).candidates]


def why_not(need: Need, person: Person, at: datetime = AT, **policy: Any) -> list[tuple[str, str]]:
    found = ranked(need, person, at=at, **policy)
    assert not found.candidates
    return [(r.code, r.text) for exclusion in found.excluded for r in exclusion.reasons]


def texts(need: Need, person: Person, at: datetime = AT) -> dict[str, tuple[str, bool]]:
    (found,) = ranked(need, person, at=at).candidates
    return {reason.code: (reason.text, reason.in_favour) for reason in found.reasons}


def booking(start: datetime, minutes: int, **more: Any) -> Busy:
    return Busy(start, start + timedelta(minutes=minutes), "市民センター", **more)
