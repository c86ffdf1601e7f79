"""The register as a list: filters, order, and what a row shows, in a constant number of statements.

"Who can on Wednesday at 14:00" is asked of a weekday (any week) or of a date, and then knows the
nth week, public holidays and dated exceptions, exactly as `volunteers.availability` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Model, OuterRef, Prefetch, Q, QuerySet, Subquery

from accounts.models import Organization
from accounts.times import TOKYO
from volunteers.availability import DAY, HOLIDAY, is_holiday, nth_of_month
from volunteers.models import (
    Area,
    AvailabilityException,
    AvailabilityRule,
    FieldSkill,
    LanguageSkill,
    Registration,
    Volunteer,
    VolunteerQuerySet,
)
from volunteers.search import search, speaks
from volunteers.terms import ENDING_DAYS

DORMANT_DAYS = 180
ORDERS: dict[str, list[Any]] = {
    "number": ["number"],
    "kana": [F("kana").asc(), F("name").asc()],
    "term": [F("term_ends").asc(nulls_first=True), F("number").asc()],
    "seen": [F("last_seen_at").asc(nulls_first=True), F("number").asc()],
    "newest": [F("created_at").desc()],
}


@dataclass(frozen=True)
class Wanted:
    """What a coordinator looks for; every field left empty does not restrict.

    ``weekday`` 0 Monday to 7 holiday; ``minute`` after 0:00 in Tokyo; ``day`` wins over weekday.
    """

    text: str = ""
    language: str = ""
    level: int = 1
    field: str = ""
    qualified: bool = False
    weekday: int | None = None
    day: date | None = None
    minute: int | None = None
    area: int | None = None
    on_call: bool = False
    dormant: bool = False
    term: str = ""
    status: str = ""
    order: str = "number"


def find(organization: Organization, wanted: Wanted, *, at: datetime) -> VolunteerQuerySet:
    """The people wanted, in order, each row with what the list shows (see `shown`)."""
    people = search(Volunteer.objects.of(organization), wanted.text, level=wanted.level)
    people = people.annotate(term_ends=_latest("ends_on"))
    people = _filter_by_state(people, wanted, at)
    if wanted.language:
        people = people.filter(speaks(wanted.language, wanted.level))
    elif wanted.level > 1:
        people = people.filter(Exists(_own(LanguageSkill, to_japanese__gte=wanted.level)))
    if wanted.field:
        trained = {"qualified": True} if wanted.qualified else {}
        people = people.filter(Exists(_own(FieldSkill, field=wanted.field, **trained)))
    if wanted.area:
        people = people.filter(areas=wanted.area)
    people = people.filter(_free_at(wanted))
    return people.order_by(*ORDERS.get(wanted.order, ["number"]), "pk")


def shown(people: VolunteerQuerySet) -> VolunteerQuerySet:
    """With everything a row of the list shows: two more statements for any number of people."""
    return people.annotate(
        field_codes=ArraySubquery(_own(FieldSkill).order_by("id").values("field")),
        trained_codes=ArraySubquery(_own(FieldSkill, qualified=True).values("field")),
        area_names=ArraySubquery(
            Area.objects.filter(volunteers=OuterRef("pk")).order_by("id").values("name")
        ),
    ).prefetch_related(
        Prefetch("skills", LanguageSkill.objects.order_by("-to_japanese", "id")), "rules"
    )


def counts(organization: Organization, *, at: datetime) -> dict[str, int]:
    """How many people the register has in each state a coordinator looks after."""
    today = at.astimezone(TOKYO).date()
    active = Q(status=Volunteer.Status.ACTIVE)
    remaining = ~Q(status=Volunteer.Status.WITHDRAWN)
    return (
        Volunteer.objects.of(organization)
        .annotate(term_ends=_latest("ends_on"))
        .aggregate(
            registered=Count("pk", filter=remaining),
            active=Count("pk", filter=active),
            paused=Count("pk", filter=Q(status=Volunteer.Status.PAUSED)),
            on_call=Count("pk", filter=active & Q(on_call_until__gt=at)),
            ending=Count("pk", filter=remaining & _term("ending", today)),
            expired=Count("pk", filter=remaining & _term("expired", today)),
            dormant=Count("pk", filter=remaining & _dormant(at)),
        )
    )


def languages_of(organization: Organization) -> list[tuple[str, int]]:
    """(tag, number of people) of every language in the register, the most spoken first."""
    found = (
        LanguageSkill.objects.filter(volunteer__organization=organization)
        .exclude(volunteer__status=Volunteer.Status.WITHDRAWN)
        .values_list("language")
        .annotate(people=Count("volunteer"))
        .order_by("-people", "language")
    )
    return list(found)


def free_on(day: date, minute: int | None) -> Q:
    """Free on the date, at the minute after 0:00 in Tokyo (None: at some time of that day)."""
    before = day - timedelta(days=1)
    if minute is None:
        rules = _rule_on(day)
        hours = Q()
    else:
        tonight = Q(from_minute__lte=minute, to_minute__gt=minute)
        last_night = Q(to_minute__gt=minute + DAY)
        rules = (_rule_on(day) & tonight) | (_rule_on(before) & last_night)
        hours = _minutes_around(minute)
    days = Q(first_day__lte=day, last_day__gte=day)
    absent = days & (hours if minute is not None else Q(from_minute=None, to_minute=None))
    return (
        Q(Exists(_own(AvailabilityRule).filter(rules)))
        | Q(Exists(_own(AvailabilityException, available=True).filter(days & hours)))
    ) & ~Q(Exists(_own(AvailabilityException, available=False).filter(absent)))


def free_weekly(weekday: int, minute: int | None) -> Q:
    """With a rule for the weekday (in some week of the month), at the minute if one is given."""
    rules = Q(weekday=weekday)
    if minute is not None:
        rules &= Q(from_minute__lte=minute, to_minute__gt=minute)
        if weekday != HOLIDAY:
            rules |= Q(weekday=(weekday - 1) % 7, to_minute__gt=minute + DAY)
    return Q(Exists(_own(AvailabilityRule).filter(rules)))


def _free_at(wanted: Wanted) -> Q:
    if wanted.day is not None:
        return free_on(wanted.day, wanted.minute)
    if wanted.weekday is not None:
        return free_weekly(wanted.weekday, wanted.minute)
    if wanted.minute is not None:
        at_that_hour = Q(from_minute__lte=wanted.minute, to_minute__gt=wanted.minute)
        return Q(Exists(_own(AvailabilityRule).filter(at_that_hour)))
    return Q()


def _rule_on(day: date) -> Q:
    """Rules that hold on the date: the weekday's in its week of the month, or the holiday's."""
    bit = 1 << (nth_of_month(day) - 1)
    masks = [mask for mask in range(32) if not mask or mask & bit]
    weekly = Q(weekday=day.weekday(), nth_mask__in=masks)
    if not is_holiday(day):
        return weekly
    return (weekly & Q(on_holidays=True)) | Q(weekday=HOLIDAY)


def _minutes_around(minute: int) -> Q:
    return (Q(from_minute=None) | Q(from_minute__lte=minute)) & (
        Q(to_minute=None) | Q(to_minute__gt=minute)
    )


def _filter_by_state(people: VolunteerQuerySet, wanted: Wanted, at: datetime) -> VolunteerQuerySet:
    if wanted.on_call:
        people = people.on_call(at)
    if wanted.dormant:
        people = people.filter(_dormant(at))
    if wanted.term:
        people = people.filter(_term(wanted.term, at.astimezone(TOKYO).date()))
    if wanted.status == "all":
        return people
    if wanted.status:
        return people.filter(status=wanted.status)
    return people.exclude(status=Volunteer.Status.WITHDRAWN)


def _term(state: str, today: date) -> Q:
    last_ending = today + timedelta(days=ENDING_DAYS)
    return {
        "valid": Q(term_ends__gte=today),
        "ending": Q(term_ends__range=(today, last_ending)),
        "expired": Q(term_ends__lt=today) | Q(term_ends=None),
    }[state]


def _dormant(at: datetime) -> Q:
    """No answer for 180 days; somebody new has so long to give the first one."""
    limit = at - timedelta(days=DORMANT_DAYS)
    return Q(last_seen_at__lt=limit) | Q(last_seen_at=None, created_at__lt=limit)


def _latest(column: str) -> Subquery:
    return Subquery(_own(Registration).order_by("-ends_on").values(column)[:1])


def _own(model: type[Model], **conditions: object) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.filter(volunteer=OuterRef("pk"), **conditions)
    return rows


def last_served(people: Iterable[Volunteer]) -> dict[int, date]:
    """The day of the last activity of each person, as far as a floor above knows (id → date)."""
    from volunteers import subscriptions

    keys = [volunteer.pk for volunteer in people]
    found: dict[int, date] = {}
    for subscriber in subscriptions.last_served:
        found |= subscriber(keys)
    return found
