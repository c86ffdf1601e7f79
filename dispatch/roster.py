"""当番: who sits at which desk at a given moment or on the days of a week.

A shift holds on its weekday, in its weeks of the month, between its first and last day; on a public
holiday only if it says so. Who is marked absent, away by a dated exception, paused, or without a
valid term and pledge is not there. Days and minutes are meant in Asia/Tokyo. Reads only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, QuerySet

from accounts.models import Organization
from accounts.times import instant, local
from dispatch.models import Assignment, Desk, Shift, ShiftAbsence
from volunteers.availability import DatedException, Rule, is_holiday, nth_of_month
from volunteers.models import AvailabilityException, Volunteer

WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class OnSite:
    """Somebody who sits at a desk on ``day``, minutes after 0:00 in Tokyo."""

    shift_id: int
    desk_id: int
    desk: str
    volunteer_id: int
    number: int
    name: str
    day: date
    from_minute: int
    to_minute: int
    languages: tuple[str, ...]
    absent: bool = False

    @property
    def hours(self) -> str:
        """«10:00〜16:00»."""
        return f"{clock(self.from_minute)}〜{clock(self.to_minute)}"

    @property
    def starts_at(self) -> datetime:
        """The beginning as an instant (UTC)."""
        return instant(self.day, self.from_minute)

    @property
    def ends_at(self) -> datetime:
        """The end as an instant (UTC)."""
        return instant(self.day, self.to_minute)


def clock(minute: int) -> str:
    """«9:05»."""
    return f"{minute // 60}:{minute % 60:02}"


def on_site(organization: Organization, at: datetime) -> list[OnSite]:
    """Who sits at a desk of the organization at the instant and is not sent elsewhere just then.

    The earliest to stay longest first, so that the first one named can take a conversation.
    """
    there = [one for one in week_of(organization, local(at).date(), days=1) if not one.absent]
    present = [one for one in there if one.starts_at <= at < one.ends_at]
    busy = sent_elsewhere([one.volunteer_id for one in present], at)
    free = [one for one in present if one.volunteer_id not in busy]
    return sorted(free, key=lambda one: (-one.to_minute, one.number))


def sent_elsewhere(volunteer_ids: Sequence[int], at: datetime) -> set[int]:
    """Those of the volunteers who hold a seat on a request at the instant."""
    if not volunteer_ids:
        return set()
    running = Assignment.objects.active().filter(
        volunteer_id__in=volunteer_ids, period__contains=at
    )
    return set(running.values_list("volunteer_id", flat=True))


def week_of(organization: Organization, first: date, *, days: int = 7) -> list[OnSite]:
    """Every sitting from ``first`` on, in order of day, hour and number; absences are marked.

    Five statements, whatever the size of the roster.
    """
    last = first + timedelta(days=days - 1)
    shifts = list(shifts_of(organization, first, last))
    valid = _valid_on(organization, {shift.volunteer_id for shift in shifts}, first, days)
    found = [
        _sitting(shift, day)
        for offset in range(days)
        for shift in shifts
        if holds_on(shift, day := first + timedelta(days=offset))
        and shift.volunteer_id in valid[day]
    ]
    return sorted(found, key=lambda one: (one.day, one.from_minute, one.number, one.shift_id))


def shifts_of(organization: Organization, first: date, last: date) -> QuerySet[Shift]:
    """The shifts that may hold between the two days, with people, languages and absences."""
    absences = ShiftAbsence.objects.filter(day__range=(first, last))
    away = AvailabilityException.objects.filter(
        available=False, first_day__lte=last, last_day__gte=first
    )
    return (
        Shift.objects.filter(desk__organization=organization, volunteer__organization=organization)
        .exclude(ends_on__lt=first)
        .exclude(starts_on__gt=last)
        .select_related("desk", "volunteer")
        .prefetch_related(
            "volunteer__skills",
            Prefetch("absences", absences, to_attr="days_off"),
            Prefetch("volunteer__exceptions", away, to_attr="away"),
        )
        .order_by("weekday", "from_minute", "volunteer__number", "id")
    )


def holds_on(shift: Shift, day: date) -> bool:
    """Whether the shift is meant for the day; who is absent then is another question."""
    return (
        shift.weekday == day.weekday()
        and (not shift.nth_mask or bool(shift.nth_mask >> (nth_of_month(day) - 1) & 1))
        and (shift.on_holidays or not is_holiday(day))
        and (shift.starts_on is None or shift.starts_on <= day)
        and (shift.ends_on is None or day <= shift.ends_on)
    )


def rule_of(shift: Shift) -> Rule:
    """The shift as a weekly rule, for words."""
    return Rule(
        shift.weekday, shift.from_minute, shift.to_minute, shift.nth_mask, shift.on_holidays
    )


def by_cell(sittings: Iterable[OnSite]) -> dict[tuple[int, date], list[OnSite]]:
    """The sittings by desk and day."""
    cells: dict[tuple[int, date], list[OnSite]] = defaultdict(list)
    for one in sittings:
        cells[one.desk_id, one.day].append(one)
    return cells


def own_shifts(volunteer: Volunteer, today: date) -> list[Shift]:
    """The shifts of one person that are not over, in order of the week."""
    mine = Shift.objects.filter(volunteer=volunteer).exclude(ends_on__lt=today)
    return list(mine.select_related("desk").order_by("weekday", "from_minute", "id"))


def desks_of(organization: Organization) -> list[Desk]:
    """The desks of the organization."""
    return list(Desk.objects.filter(organization=organization))


def _sitting(shift: Shift, day: date) -> OnSite:
    person = shift.volunteer
    off = any(one.day == day for one in shift.days_off)  # type: ignore[attr-defined]
    return OnSite(
        shift_id=shift.pk,
        desk_id=shift.desk_id,
        desk=shift.desk.name,
        volunteer_id=person.pk,
        number=person.number,
        name=person.name,
        day=day,
        from_minute=shift.from_minute,
        to_minute=shift.to_minute,
        languages=tuple(skill.language for skill in person.skills.all()),
        absent=off or _is_away(shift, day),
    )


def _is_away(shift: Shift, day: date) -> bool:
    """A dated exception takes a part of the shift."""
    spans = (
        DatedException(one.first_day, one.last_day, one.from_minute, one.to_minute).span
        for one in shift.volunteer.away  # type: ignore[attr-defined]
        if one.first_day <= day <= one.last_day
    )
    return any(start < shift.to_minute and end > shift.from_minute for start, end in spans)


def _valid_on(
    organization: Organization, people: set[int], first: date, days: int
) -> dict[date, set[int]]:
    """Who may sit at a desk, by day: active, with a term and a signed pledge."""
    last = first + timedelta(days=days - 1)
    terms: dict[int, list[tuple[date, date]]] = defaultdict(list)
    rows = Volunteer.objects.of(organization).filter(
        pk__in=people,
        registrations__pledged_on__isnull=False,
        registrations__starts_on__lte=last,
        registrations__ends_on__gte=first,
    )
    columns = ("pk", "registrations__starts_on", "registrations__ends_on", "status", "paused_until")
    rest: dict[int, tuple[str, date | None]] = {}
    for pk, starts, ends, status, paused_until in rows.values_list(*columns):
        terms[pk].append((starts, ends))
        rest[pk] = status, paused_until
    every_day = [first + timedelta(days=offset) for offset in range(days)]
    return {
        day: {
            pk
            for pk, spans in terms.items()
            if is_active(*rest[pk], day) and any(a <= day <= b for a, b in spans)
        }
        for day in every_day
    }


def is_active(status: str, paused_until: date | None, day: date) -> bool:
    """Neither withdrawn nor paused on the day."""
    if status == Volunteer.Status.PAUSED:
        return paused_until is not None and paused_until < day
    return status == Volunteer.Status.ACTIVE
