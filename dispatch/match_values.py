"""What matching takes and gives: a need, people, and candidates or exclusions with reasons.

Frozen values without any database behind them, so that a ranking can be repeated and tested.
Instants are aware; days, weeks and hours are meant in Asia/Tokyo. `dispatch.candidates` fills them
from the register, `dispatch.matching` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from dispatch import travel
from dispatch.policy import TOKYO
from dispatch.travel import Point
from volunteers.availability import DatedException, Rule
from volunteers.languages import DialectMatch


@dataclass(frozen=True)
class Wish:
    """条件: ``hard`` must be met. ``value`` by kind: gender → "female", level → "1" to "3",
    dialect → a tag; ``volunteer_id`` for "preferred" and "excluded"."""

    kind: str
    hard: bool
    value: str = ""
    volunteer_id: int | None = None


@dataclass(frozen=True)
class Need:
    """What a request asks of a person. ``remote``: nobody travels, by the mode or because the
    request climbed to video."""

    language: str
    mode: str
    urgency: str
    field: str
    starts_at: datetime
    ends_at: datetime
    point: Point | None = None
    area: str = ""
    remote: bool = False
    requirements: tuple[Wish, ...] = ()
    sensitivity: str = "normal"
    seats: int = 1
    place: str = ""

    @property
    def day(self) -> date:
        """The day of the activity in Tokyo; term and pause are judged by it."""
        return self.starts_at.astimezone(TOKYO).date()

    @property
    def hours(self) -> float:
        """Length of the activity."""
        return (self.ends_at - self.starts_at).total_seconds() / 3600

    @property
    def is_written(self) -> bool:
        """A translation: done at any hour before ``ends_at``, at home."""
        return self.mode == "translation"

    @cached_property
    def sorted_wishes(self) -> tuple[Wish, ...]:
        """The wishes with "excluded" hardened where the matter is delicate."""
        delicate = self.sensitivity != "normal"
        return tuple(
            Wish(wish.kind, True, wish.value, wish.volunteer_id)
            if wish.kind == "excluded" and delicate
            else wish
            for wish in self.requirements
        )


@dataclass(frozen=True)
class Busy:
    """Another assignment of a volunteer, from ``start`` to ``end`` without the way. ``label`` is
    the name of its place, ``point`` None where that is unknown or nobody travels."""

    start: datetime
    end: datetime
    label: str = ""
    point: Point | None = None
    remote: bool = False
    area: str = ""


@dataclass(frozen=True)
class Person:
    """A volunteer as matching sees one, for one need.

    ``language`` is the tag of theirs that serves the need best, levels are 1-3 each way.
    ``accepts_field`` is true if nothing was said about fields. ``rules`` and ``exceptions`` must
    hold all that touch the days of the need. ``jobs_30_days`` and ``hours_that_week`` count back
    from, and in the week of, the need. ``asks_7_days`` counts every ask, ``booked_asks_7_days``
    those without hurry. ``asked_count`` counts asks that ran their course, ``accepted_count`` the
    yeses among them, late ones included. ``other_languages_scarce``: speaks, besides, a language
    that hardly anybody else does. ``at_desk``: sits at the very desk that asks, now, and is free.
    """

    volunteer_id: int
    number: int = 0
    name: str = ""
    language: str = ""
    dialect: DialectMatch = DialectMatch.EXACT
    to_japanese: int = 3
    from_japanese: int = 3
    gender: str = ""
    status: str = "active"
    paused_until: date | None = None
    term_valid: bool = True
    pledge_valid: bool = True
    accepts_field: bool = True
    qualified: bool = False
    accepts_video: bool = True
    night_messages: bool = False
    has_hours: bool = True
    rules: tuple[Rule, ...] = ()
    exceptions: tuple[DatedException, ...] = ()
    busy: tuple[Busy, ...] = ()
    point: Point | None = None
    areas: frozenset[str] = frozenset()
    reach_minutes: int | None = None
    by_car: bool = False
    weekly_hours_cap: int | None = None
    hours_that_week: float = 0.0
    asks_7_days: int = 0
    booked_asks_7_days: int = 0
    jobs_30_days: int = 0
    last_asked_at: datetime | None = None
    last_served_at: datetime | None = None
    asked_count: int = 0
    accepted_count: int = 0
    served_this_body: bool = False
    served_this_resident: bool = False
    other_languages_scarce: bool = False
    on_call: bool = False
    seen_recently: bool = False
    at_desk: bool = False

    @property
    def level(self) -> int:
        """The weaker of the two directions."""
        return min(self.to_japanese, self.from_japanese)

    def travel_to(self, need: Need) -> int:
        """Estimated minutes from home to the need, 0 if nobody travels."""
        if need.remote or self.at_desk:
            return 0
        by: travel.TravelBy = "car" if self.by_car else "transit"
        same_area = bool(need.area) and need.area in self.areas
        return travel.minutes(self.point, need.point, by, same_area=same_area)


@dataclass(frozen=True)
class Reason:
    """A coded reason with a Japanese text that a coordinator can read out."""

    code: str
    text: str
    in_favour: bool

    def as_json(self) -> dict[str, Any]:
        """The form on the wire and in ``Offer.reasons``: {code, text, for}."""
        return {"code": self.code, "text": self.text, "for": self.in_favour}


@dataclass(frozen=True)
class Candidate:
    """Somebody who passes every hard rule. ``rank`` counts from 1; ``chance`` of a yes, 0-1;
    ``key`` is the ordered tuple of criteria by which ranks are given, smaller is better."""

    volunteer_id: int
    rank: int
    reasons: tuple[Reason, ...]
    chance: float
    travel_minutes: int
    key: tuple[float, ...]
    name: str = ""
    number: int = 0
    seen_recently: bool = False


@dataclass(frozen=True)
class Exclusion:
    """Somebody who speaks the language but is just excluded, and why."""

    volunteer_id: int
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Ranking:
    """Candidates in order, people just excluded, and how many could do it in all."""

    candidates: list[Candidate]
    excluded: list[Exclusion]
    able: int = 0
