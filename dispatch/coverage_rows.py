"""Loads what the coverage of a span of time depends on: people, roster, operators, agreements.

A constant number of statements, whatever the size of the register and however many moments are
asked about. Moments are bits: bit ``i`` of a mask stands for the ``i``-th moment, so that a whole
week costs as much as one hour. Of neighbours no name is loaded. Reads only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Any

from django.db.models import Q

from accounts.models import Organization
from accounts.times import local
from dispatch.ladder import within_hours
from dispatch.models import Assignment, OperatorService, Request, SharingAgreement
from dispatch.operators import hours_in_words, hours_of
from dispatch.roster import OnSite, is_active, week_of
from volunteers.availability import (
    DAY,
    HOLIDAY,
    DatedException,
    Rule,
    free_intervals,
)
from volunteers.models import (
    AvailabilityException,
    AvailabilityRule,
    FieldSkill,
    LanguageSkill,
    Registration,
    Volunteer,
)

COVERS = timedelta(minutes=30)
"""So much of the conversation has to lie within somebody's hours, as at the counter."""
YEAR = timedelta(days=365)
ALWAYS = tuple(Rule(weekday, 0, DAY, 0, True) for weekday in range(HOLIDAY + 1))
"""Hours of somebody who stated none: such people are asked."""


@dataclass(frozen=True)
class Moments:
    """The instants asked about (UTC, ascending) and masks over them."""

    instants: tuple[datetime, ...]

    @cached_property
    def all(self) -> int:
        """Every moment."""
        return (1 << len(self.instants)) - 1

    @cached_property
    def days(self) -> dict[date, int]:
        """The moments of each local day."""
        masks: dict[date, int] = defaultdict(int)
        for index, instant in enumerate(self.instants):
            masks[local(instant).date()] |= 1 << index
        return dict(masks)

    @cached_property
    def first_day(self) -> date:
        """The local day of the first moment."""
        return local(self.instants[0]).date()

    @cached_property
    def last_day(self) -> date:
        """The local day of the last moment."""
        return local(self.instants[-1]).date()

    def between(self, start: datetime, end: datetime) -> int:
        """Moments from ``start`` (included) to ``end`` (not included)."""
        low, high = bisect_left(self.instants, start), bisect_left(self.instants, end)
        return (1 << high) - (1 << low) if high > low else 0

    def within(self, start: datetime, end: datetime) -> int:
        """Moments whose first half hour lies wholly in the span."""
        low, high = bisect_left(self.instants, start), bisect_right(self.instants, end - COVERS)
        return (1 << high) - (1 << low) if high > low else 0

    def touching(self, start: datetime, end: datetime) -> int:
        """Moments whose first half hour touches the span."""
        low, high = bisect_right(self.instants, start - COVERS), bisect_left(self.instants, end)
        return (1 << high) - (1 << low) if high > low else 0

    def in_hours(self, hours: dict[str, Any] | None) -> int:
        """Moments within the hours of a rung or a service."""
        return sum(1 << i for i, one in enumerate(self.instants) if within_hours(hours, one))


@dataclass
class Speaker:
    """Somebody who may be asked, with masks of the moments; of a neighbour only ``lender``."""

    pk: int
    number: int
    name: str
    lender: int = 0
    accepts_video: bool = True
    fields: frozenset[str] = frozenset()
    qualified: frozenset[str] = frozenset()
    levels: dict[str, int] = field(default_factory=dict)
    at_desk: int = 0
    free: int = 0
    on_call: int = 0

    def takes(self, wanted: str) -> bool:
        """Takes the field, or said nothing about fields."""
        return not wanted or wanted == "other" or not self.fields or wanted in self.fields


@dataclass(frozen=True)
class Lender:
    """An organization that lends volunteers, for some languages or all."""

    organization_id: int
    name: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Company:
    """A service of an operator, with the moments at which it answers."""

    operator_id: int
    name: str
    languages: tuple[str, ...]
    mask: int
    hours: str = ""


@dataclass(frozen=True)
class Loaded:
    """Everything that was read."""

    moments: Moments
    speakers: list[Speaker]
    lenders: dict[int, Lender]
    companies: list[Company]
    asked: Counter[str]
    """Requests of the last year by language."""
    roster: list[OnSite]


def load(organization: Organization, moments: Moments, at: datetime) -> Loaded:
    """What is known of the organization at the moments; ``at`` is now (UTC)."""
    lenders = _lenders(organization)
    speakers = _speakers(organization, lenders, moments, at)
    roster = week_of(
        organization, moments.first_day, days=(moments.last_day - moments.first_day).days + 1
    )
    _take_seats(speakers, roster, moments)
    return Loaded(
        moments=moments,
        speakers=list(speakers.values()),
        lenders=lenders,
        companies=_companies(organization, moments),
        asked=_asked(organization, at),
        roster=roster,
    )


def _lenders(organization: Organization) -> dict[int, Lender]:
    agreed = SharingAgreement.objects.filter(
        borrower=organization, state=SharingAgreement.State.AGREED
    )
    rows = agreed.values_list("lender_id", "lender__name", "languages")
    return {pk: Lender(pk, name, tuple(tags)) for pk, name, tags in rows}


def _companies(organization: Organization, moments: Moments) -> list[Company]:
    services = (
        OperatorService.objects.filter(operator__organization=organization, operator__active=True)
        .select_related("operator")
        .defer("operator__pin")
    )
    return [
        Company(
            one.operator_id,
            one.operator.name,
            tuple(one.languages),
            moments.in_hours(hours_of(one)),
            hours_in_words(hours_of(one)),
        )
        for one in services.order_by("operator__position", "operator_id", "id")
    ]


def _asked(organization: Organization, at: datetime) -> Counter[str]:
    tags = Request.objects.of(organization).filter(opened_at__gt=at - YEAR)
    return Counter(tags.order_by().values_list("language", flat=True))


def _speakers(
    organization: Organization, lenders: dict[int, Lender], moments: Moments, at: datetime
) -> dict[int, Speaker]:
    lent = Q(organization__in=list(lenders), accepts_neighbours=True, accepts_video=True)
    people = Volunteer.objects.filter(Q(organization=organization) | lent).exclude(
        status=Volunteer.Status.WITHDRAWN
    )
    columns = (
        "pk", "number", "name", "organization_id", "accepts_video", "status", "paused_until",
        "on_call_until",
    )  # fmt: skip
    found: dict[int, Speaker] = {}
    rested: dict[int, int] = {}
    for pk, number, name, owner, video, status, paused_until, on_call in people.values_list(
        *columns
    ):
        own = owner == organization.pk
        found[pk] = Speaker(
            pk, number if own else 0, name if own else "", 0 if own else owner, video
        )
        rested[pk] = _days(moments, partial(is_active, status, paused_until))
        if on_call is not None and video and status == Volunteer.Status.ACTIVE:
            found[pk].on_call = moments.between(at - timedelta(minutes=1), on_call)
    ids = list(found)
    _learn(found, ids)
    valid = _valid(ids, moments)
    busy = _busy(ids, moments)
    for pk, hours in _hours(ids, moments).items():
        able = rested[pk] & valid.get(pk, 0) & ~busy.get(pk, 0)
        found[pk].free, found[pk].on_call = hours & able, found[pk].on_call & able
    return found


def _days(moments: Moments, holds: Callable[[date], bool]) -> int:
    return sum(mask for day, mask in moments.days.items() if holds(day))


def _learn(found: dict[int, Speaker], ids: list[int]) -> None:
    """Languages with the weaker direction's level, fields, training."""
    skills = LanguageSkill.objects.filter(volunteer__in=ids)
    for pk, tag, to_ja, from_ja in skills.values_list(
        "volunteer_id", "language", "to_japanese", "from_japanese"
    ):
        found[pk].levels[tag] = min(to_ja, from_ja)
    fields = FieldSkill.objects.filter(volunteer__in=ids)
    for pk, code, qualified in fields.values_list("volunteer_id", "field", "qualified"):
        found[pk].fields |= {code}
        if qualified:
            found[pk].qualified |= {code}


def _valid(ids: list[int], moments: Moments) -> dict[int, int]:
    """The moments within a term with a signed pledge."""
    terms = Registration.objects.filter(
        volunteer__in=ids,
        pledged_on__isnull=False,
        starts_on__lte=moments.last_day,
        ends_on__gte=moments.first_day,
    )
    masks: dict[int, int] = defaultdict(int)
    for pk, starts, ends in terms.values_list("volunteer_id", "starts_on", "ends_on"):
        masks[pk] |= _days(moments, partial(_within, starts, ends))
    return masks


def _within(first: date, last: date, day: date) -> bool:
    return first <= day <= last


def _busy(ids: list[int], moments: Moments) -> dict[int, int]:
    """The moments that another assignment touches."""
    running = Assignment.objects.active().filter(
        volunteer__in=ids,
        request__starts_at__lt=moments.instants[-1] + COVERS,
        request__ends_at__gt=moments.instants[0],
    )
    masks: dict[int, int] = defaultdict(int)
    for pk, start, end in running.exclude(request__mode="translation").values_list(
        "volunteer_id", "request__starts_at", "request__ends_at"
    ):
        masks[pk] |= moments.touching(start, end)
    return masks


def _hours(ids: list[int], moments: Moments) -> dict[int, int]:
    """The moments that lie within each person's hours."""
    rules: dict[int, list[Rule]] = defaultdict(list)
    columns = ("volunteer_id", "weekday", "from_minute", "to_minute", "nth_mask", "on_holidays")
    for pk, *rule in AvailabilityRule.objects.filter(volunteer__in=ids).values_list(*columns):
        rules[pk].append(Rule(*rule))
    exceptions: dict[int, list[DatedException]] = defaultdict(list)
    near = AvailabilityException.objects.filter(
        volunteer__in=ids,
        last_day__gte=moments.first_day - timedelta(days=1),
        first_day__lte=moments.last_day + timedelta(days=1),
    )
    for pk, first, last, start, end, available in near.values_list(
        "volunteer_id", "first_day", "last_day", "from_minute", "to_minute", "available"
    ):
        exceptions[pk].append(DatedException(first, last, start, end, available))
    known: dict[Any, int] = {}
    return {pk: _free(rules[pk] or ALWAYS, exceptions[pk], moments, known) for pk in ids}


def _free(
    rules: Sequence[Rule],
    exceptions: Sequence[DatedException],
    moments: Moments,
    known: dict[Any, int],
) -> int:
    """Many people state the same hours: each combination is worked out once."""
    key = tuple(sorted(rules)), tuple(exceptions)
    if key not in known:
        until = moments.last_day + timedelta(days=1)
        mask = 0
        for span in free_intervals(rules, exceptions, moments.first_day, until):
            mask |= moments.within(span.start, span.end)
        known[key] = mask
    return known[key]


def _take_seats(speakers: dict[int, Speaker], roster: list[OnSite], moments: Moments) -> None:
    """People on the roster are at the desk, unless they are sent elsewhere at that time."""
    ids = {one.volunteer_id for one in roster}
    busy = _busy(list(ids), moments) if ids else {}
    for one in roster:
        if not one.absent and one.volunteer_id in speakers:
            there = moments.between(one.starts_at, one.ends_at)
            speakers[one.volunteer_id].at_desk |= there & ~busy.get(one.volunteer_id, 0)
