"""Makes the demo's world: register, staff, tariffs, and three months played by the simulation.

One transaction, a fixed seed, relative to the day on which it runs: the same day gives the same
world. A world that is there already is left alone. Background jobs of the past are not kept: the
sweep finds whatever is due.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from accounts import audit
from accounts.models import Organization, Role, User
from accounts.times import instant, local
from config.demo import cast, desk_life, money, newcomers, people, reached, tariffs, town
from config.demo.money.months import approve as approve_past_months
from config.demo.needs import Asker, office_hour, working_day
from config.demo.people import Person
from config.demo.register import register_all
from config.demo.simulation import Simulation
from dispatch.models import Offer
from honoraria.months import Month
from volunteers.actions import mark_seen, pause_volunteer
from volunteers.models import Volunteer

SEED = 20261122
PAST_DAYS = 92
PAST_REQUESTS = 150


def seed(at: datetime, *, scale: float = 1.0) -> bool:
    """Make the world unless it is there; says whether it did. ``scale`` below 1 for tests."""
    if Organization.objects.filter(slug=cast.CITY).exists():
        return False
    with transaction.atomic(), app.replace_connector(Nowhere()):
        _found_town(at)
        _found_city(at, scale)
        _prepare_desks(at)
        # nobody has a page open yet: thousands of hints would only delay the start
        connection.run_on_commit.clear()
    while audit.seal():
        pass
    return True


class Nowhere(InMemoryConnector):
    """Takes jobs and forgets them: the rows hold the truth, and the sweep finds what is due."""

    def execute_query_all(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        """Every job of a batch counts as taken."""
        return [{"id": 1} for _ in arguments.get("jobs", ())]


def _found_city(at: datetime, scale: float) -> None:
    random, today = Random(SEED), local(at).date()  # noqa: S311 - no secret
    city = cast.found(cast.CITY)
    town.build(city, town.SPOTS)
    hospital = city.bodies.get(name=town.SPOTS[0].name)
    staff = cast.employ(city, hospital.pk)
    tariffs.build(city, today)
    opened = _opening(today)
    tariffs.build_more(city, today, staff[Role.ADMIN], opened)
    newcomers.open_the_door(city, by=staff[Role.ADMIN], at=opened)
    _register(city, people.everybody(random, today, scale=scale), staff, opened, at)
    desk_life.sign_contracts(city, by=staff[Role.ADMIN], at=opened)
    asker = Asker(city, town.SPOTS, random)
    simulation = Simulation(city, staff[Role.COORDINATOR], random, at)
    _rare(simulation, asker, today)
    _past(simulation, asker, today, round(PAST_REQUESTS * scale))
    _coming(simulation, asker, today, max(round(26 * scale), 4))
    _just_now(simulation, asker, at)
    newcomers.plan_applications(city, simulation.plan, by=staff[Role.COORDINATOR], until=at)
    reached.plan_nearby(simulation, at)
    reached.plan_texts(simulation, at)
    simulation.run()
    money.play(city, staff, opened=opened, at=at)
    simulation.run()  # what the accountant's work told people has arrived, too
    _signs_of_life(city, random, at)
    newcomers.enter_trainings(city, checked_by=staff[Role.COORDINATOR].name, today=today)
    reached.prepare(city, at)


def _found_town(at: datetime) -> None:
    random, today = Random(SEED + 1), local(at).date()  # noqa: S311 - no secret
    place = cast.found(cast.TOWN)
    town.build(place, town.NEIGHBOURS)
    staff = cast.employ(place)
    tariffs.build(place, today)
    _register(place, people.neighbours(random, today), staff, _opening(today), at)
    asker = Asker(place, town.NEIGHBOURS, random)
    simulation = Simulation(place, staff[Role.COORDINATOR], random, at)
    for _ in range(10):
        _book(
            simulation, asker, _past_day(today, random), language=random.choice(("en", "zh", "vi"))
        )
    _book(simulation, asker, today + timedelta(days=3), language="zh")
    simulation.run()
    last = Month.of(local(at).date()).before
    approve_past_months(place, last, staff[Role.ACCOUNTANT], at)
    _signs_of_life(place, random, at)


def _prepare_desks(at: datetime) -> None:
    """After the past was played: what is asked from now on finds everything in place."""
    city, place = (Organization.objects.get(slug=slug) for slug in (cast.CITY, cast.TOWN))
    desk_life.prepare(city, place, city_staff=_staff_of(city), town_staff=_staff_of(place), at=at)


def _staff_of(organization: Organization) -> dict[str, User]:
    """The first of each role."""
    staff: dict[str, User] = {}
    for member in organization.memberships.select_related("user").order_by("id"):
        staff.setdefault(member.role, member.user)
    return staff


def _opening(today: date) -> datetime:
    """When the register was entered: before the first request."""
    return instant(today - timedelta(days=PAST_DAYS + 30), 10 * 60)


def _register(
    organization: Organization,
    register: list[Person],
    staff: dict[str, User],
    opened: datetime,
    at: datetime,
) -> None:
    clerk = staff[Role.COORDINATOR]
    records = [person.record for person in register]
    entered = register_all(organization, records, by=clerk, at=opened)
    for volunteer, person in zip(entered, register, strict=True):
        if person.paused:
            until = local(at).date() + timedelta(days=30 + volunteer.number % 90)
            reason = "本人の都合"
            pause_volunteer(volunteer, until=until, reason=reason, by=clerk, at=opened)


def _past(simulation: Simulation, asker: Asker, today: date, count: int) -> None:
    """Requests of the last three months: most were booked, some came the same day."""
    random = simulation.random
    for _ in range(count):
        day = _past_day(today, random)
        kind = random.choices(("booked", "today", "now"), (80, 13, 7))[0]
        if kind == "booked":
            _book(simulation, asker, day)
            continue
        at = office_hour(day, random)
        draft = asker.today(at) if kind == "today" else asker.counter(at)
        simulation.ask(draft, at)


def _rare(simulation: Simulation, asker: Asker, today: date) -> None:
    """Languages that nobody of the register speaks: on an office day an operator answers, on a
    Saturday there is the device, and a human on Monday."""
    random = simulation.random
    monday = today - timedelta(days=today.weekday() + 14)
    for weeks, day, language in ((0, 1, "ur"), (0, 5, "ur"), (3, 2, "ta"), (6, 3, "ar")):
        at = office_hour(monday + timedelta(days=day, weeks=-weeks), random)
        simulation.ask(asker.counter(at, language=language), at)


def _past_day(today: date, random: Random) -> date:
    while True:
        day = today - timedelta(days=random.randrange(1, PAST_DAYS))
        if working_day(day, random):
            return day


def _book(simulation: Simulation, asker: Asker, day: date, *, language: str = "") -> None:
    """An appointment on a day, asked for some days before."""
    random = simulation.random
    asked_on = day - timedelta(days=random.choice((2, 3, 4, 5, 6, 7, 9, 12, 15)))
    asked_at = office_hour(asked_on, random)
    latest = simulation.until - timedelta(minutes=random.randrange(150, 2000))
    simulation.ask(asker.booked(day, language=language), min(asked_at, latest))


def _coming(simulation: Simulation, asker: Asker, today: date, count: int) -> None:
    """Bookings of today and the next days, whatever weekday it is."""
    for number in range(max(count // 6, 2)):
        _book(simulation, asker, today, language=("zh", "vi", "en", "fil")[number % 4])
    for number in range(count):
        _book(simulation, asker, today + timedelta(days=1 + number % 9))


def _just_now(simulation: Simulation, asker: Asker, at: datetime) -> None:
    """What still waits for an answer when somebody opens the board."""
    tomorrow = local(at).date() + timedelta(days=1)
    waiting = (("my", 6, 95), ("ne", 4, 40), ("si", 2, 20))
    for language, days, minutes in waiting:
        draft = asker.booked(tomorrow + timedelta(days=days), language=language)
        simulation.ask(draft, at - timedelta(minutes=minutes), silent=True)
    simulation.ask(asker.today(at, language="fa-AF"), at - timedelta(minutes=12), silent=True)


def _signs_of_life(organization: Organization, random: Random, at: datetime) -> None:
    """When people last answered; those who are dormant have not for long."""
    answered = dict(
        Offer.objects.filter(request__organization=organization, answered_at__isnull=False)
        .exclude(answered_via="")
        .values_list("volunteer")
        .annotate(Max("answered_at"))
        .values_list("volunteer", "answered_at__max")
    )
    for volunteer in Volunteer.objects.of(organization).order_by("pk"):
        days = random.randrange(190, 500) if random.random() < 0.06 else random.randrange(2, 170)
        seen = answered.get(volunteer.pk) or at - timedelta(days=days)
        mark_seen(volunteer.pk, at=seen)
