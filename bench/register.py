"""A register of any size for benchmarks and tests: believable, quick to fill, the same every time.

People, languages with a long tail, hours, terms, half a year of asks and jobs, bookings ahead, all
drawn from one fixed seed and written by COPY. It bypasses the actions on purpose, so it belongs in
a database of its own, never beside real people.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection

from accounts.models import Organization

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""The benchmarks' present: a Tuesday, 10:00 in Tokyo."""
SEED = 20261124
CENTRE = (35.6664, 139.3160)
# share of the volunteers who know the language, from a city's published register
LANGUAGES = (
    ("en", 0.34), ("zh", 0.22), ("ko", 0.10), ("es", 0.09), ("fr", 0.06), ("vi", 0.05),
    ("pt-BR", 0.04), ("de", 0.04), ("th", 0.03), ("ne", 0.03), ("fil", 0.03), ("id", 0.025),
    ("ru", 0.025), ("it", 0.02), ("zh-TW", 0.015), ("my", 0.012), ("ar", 0.008), ("mn", 0.006),
    ("hi", 0.005), ("bn", 0.003), ("fa", 0.003),
)  # fmt: skip
FIELDS = ("medical", "school", "administrative", "legal", "employment", "childcare", "disaster")
SLOTS = ((540, 720), (780, 1020), (540, 1020), (1080, 1260), (540, 1260))

Row = Sequence[Any]


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """COPY rows into a table in the connection's present transaction; the rest gets its default."""
    rest = _defaults(table, columns)
    names = ", ".join([*columns, *rest])
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([*row, *rest.values()])


def _defaults(table: str, named: Sequence[str]) -> dict[str, Any]:
    """What a new row of the model has in the columns that are not named; null is left out."""
    models = apps.get_models(include_auto_created=True)
    fields = next(m for m in models if m._meta.db_table == table)._meta.concrete_fields
    rest = [f for f in fields if not f.primary_key and f.column not in named]
    values = {f.column: f.get_db_prep_save(f.get_default(), connection) for f in rest}
    return {column: value for column, value in values.items() if value is not None}


def fill(size: int, *, seed: int = SEED, slug: str = "bench", at: datetime = AT) -> Organization:
    """A new organization with ``size`` volunteers; statistics are up to date afterwards."""
    chance = random.Random(seed)
    organization = Organization.objects.create(slug=slug, name=f"{size}人の登録簿", is_demo=True)
    first = _next_id("volunteers_volunteer")
    ids = range(first, first + size)
    _people(organization.pk, ids, chance, at)
    _skills(ids, chance)
    _hours(ids, chance, at.date())
    _terms(ids, chance)
    _areas(organization.pk, ids, chance)
    requests = _requests(organization.pk, size, chance, at)
    _asks(ids, requests, chance, at)
    _restart_counters()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return organization


TABLES = (
    "volunteers_volunteer",
    "dispatch_request",
    "volunteers_area",
)


def _next_id(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        return int(cursor.fetchone()[0])


def _restart_counters() -> None:
    """Ids were given explicitly: later rows must go on behind them."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )


def _near(chance: random.Random) -> tuple[float, float]:
    return CENTRE[0] + chance.gauss(0, 0.05), CENTRE[1] + chance.gauss(0, 0.06)


def _people(organization: int, ids: range, chance: random.Random, at: datetime) -> None:
    columns = (
        "id", "organization_id", "number", "name", "kana", "gender", "mobile", "phone", "fax",
        "email", "address", "lat", "lon", "reach_minutes", "by_car", "channel",
        "message_language", "night_messages", "weekly_hours_cap", "accepts_video",
        "on_call_until", "public_name_consent", "status", "paused_until", "certificates",
        "remarks", "last_seen_at", "version", "created_at", "accepts_neighbours",
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for number, pk in enumerate(ids, start=1):
            lat, lon = _near(chance) if chance.random() < 0.92 else (None, None)
            paused = chance.random() < 0.05
            yield (
                pk, organization, number, f"登録 {number}", "トウロク", chance.choice(GENDERS), "",
                "", "", "", "", lat, lon, chance.choice((None, 30, 45, 60, 90)),
                chance.random() < 0.2, "sms", "ja", chance.random() < 0.1,
                chance.choice((None, None, None, 4, 8)), chance.random() < 0.8,
                at + timedelta(hours=2) if chance.random() < 0.02 else None, False,
                "paused" if paused else "active",
                date(2026, 12, 1) if paused and chance.random() < 0.5 else None, "", "",
                at - timedelta(minutes=chance.randint(1, 500_000)), 0, at, False,
            )  # fmt: skip

    copy_rows("volunteers_volunteer", columns, rows())


GENDERS = ("female", "female", "female", "male", "male", "")


def _skills(ids: range, chance: random.Random) -> None:
    tags = [tag for tag, _ in LANGUAGES]
    weights = [share for _, share in LANGUAGES]

    def languages() -> Iterator[Row]:
        for pk in ids:
            for tag in {*chance.choices(tags, weights, k=1 + (chance.random() < 0.25))}:
                to = chance.choices((1, 2, 3), (1, 4, 5))[0]
                back = max(1, min(3, to + chance.choice((-1, 0, 0, 0))))
                yield pk, tag, to, back, "", ""

    def fields() -> Iterator[Row]:
        for pk in ids:
            for code in chance.sample(FIELDS, chance.choice((0, 2, 3, 5))):
                yield pk, code, chance.random() < 0.3

    columns = ("volunteer_id", "language", "to_japanese", "from_japanese", "certificate")
    copy_rows("volunteers_languageskill", (*columns, "verified_by"), languages())
    copy_rows("volunteers_fieldskill", ("volunteer_id", "field", "qualified"), fields())


def _hours(ids: range, chance: random.Random, today: date) -> None:
    def rules() -> Iterator[Row]:
        for pk in ids:
            for weekday in chance.sample(range(8), chance.choice((0, 1, 2, 2, 3, 4))):
                begin, end = chance.choice(SLOTS)
                nth = chance.choice((0, 0, 0, 0, 0b00101, 0b01010))
                yield pk, weekday, begin, end, nth, chance.random() < 0.4
                if chance.random() < 0.1 and end < 1440:
                    yield pk, weekday, end, end + 120, nth, False

    def exceptions() -> Iterator[Row]:
        for pk in ids:
            if chance.random() < 0.3:
                first = today + timedelta(days=chance.randint(-30, 60))
                last = first + timedelta(days=chance.choice((0, 0, 3, 14)))
                part = chance.random() < 0.3
                hours = (780, 1020) if part else (None, None)
                yield pk, first, last, *hours, chance.random() < 0.3, ""

    copy_rows(
        "volunteers_availabilityrule",
        ("volunteer_id", "weekday", "from_minute", "to_minute", "nth_mask", "on_holidays"),
        rules(),
    )
    copy_rows(
        "volunteers_availabilityexception",
        (
            "volunteer_id", "first_day", "last_day", "from_minute", "to_minute", "available",
            "note",
        ),
        exceptions(),
    )  # fmt: skip


def _terms(ids: range, chance: random.Random) -> None:
    def rows() -> Iterator[Row]:
        for pk in ids:
            luck = chance.random()
            if luck < 0.95:
                pledged = date(2026, 4, 1) if luck < 0.92 else None
                yield pk, date(2026, 4, 1), date(2027, 3, 31), "2026-04", pledged
            yield pk, date(2025, 4, 1), date(2026, 3, 31), "2025-04", date(2025, 4, 1)

    columns = ("volunteer_id", "starts_on", "ends_on", "pledge_version", "pledged_on")
    copy_rows("volunteers_registration", columns, rows())


def _areas(organization: int, ids: range, chance: random.Random) -> None:
    first = _next_id("volunteers_area")
    areas = range(first, first + 8)
    names = ((pk, organization, f"第{pk - first + 1}地区") for pk in areas)
    copy_rows("volunteers_area", ("id", "organization_id", "name"), names)
    links = (
        (pk, area)
        for pk in ids
        if chance.random() < 0.3
        for area in chance.sample(areas, chance.randint(1, 4))
    )
    copy_rows("volunteers_volunteer_areas", ("volunteer_id", "area_id"), links)


def _requests(
    organization: int, size: int, chance: random.Random, at: datetime
) -> list[tuple[int, datetime, datetime]]:
    """Jobs from half a year ago to three weeks ahead; (id, start, end) of each."""
    columns = (
        "id", "organization_id", "number", "language", "mode", "urgency", "field", "sensitivity",
        "starts_at", "ends_at", "seats", "place_name", "place_address", "place_area", "place_lat",
        "place_lon", "note", "resident_name", "contact_name", "contact_phone", "payer", "status",
        "policy", "ladder", "rung", "waves_stopped", "next_action", "opened_at", "search_since",
        "cancelled_by", "cancel_reason", "version",
    )  # fmt: skip
    first = _next_id("dispatch_request")
    jobs = []
    for pk in range(first, first + size):
        day = at.replace(hour=0) + timedelta(days=chance.randint(-175, 21))
        start = day + timedelta(minutes=30 * chance.randint(0, 20))
        jobs.append((pk, start, start + timedelta(minutes=chance.choice((60, 90, 120)))))

    def rows() -> Iterator[Row]:
        for pk, start, end in jobs:
            lat, lon = _near(chance)
            yield (
                pk, organization, f"B-{pk}", "en", chance.choice(("accompany", "video")),
                chance.choice(("booked", "booked", "today", "now")), "medical", "normal", start,
                end, 1, "市立病院", "", "", lat, lon, "", "", "", "", "organization", "filled",
                json.dumps({}), json.dumps([]), 0, False, "", start - timedelta(days=3),
                start - timedelta(days=3), "", "", 1,
            )  # fmt: skip

    copy_rows("dispatch_request", columns, rows())
    return jobs


def _asks(
    ids: range, jobs: list[tuple[int, datetime, datetime]], chance: random.Random, at: datetime
) -> None:
    """Three people asked per job, most jobs taken by one of them."""
    offers: list[Row] = []
    taken: list[Row] = []
    held: set[tuple[int, date]] = set()
    for pk, start, end in jobs:
        asked = min(start - timedelta(days=3), at - timedelta(minutes=chance.randint(1, 9000)))
        for place, volunteer in enumerate(chance.sample(ids, 3)):
            yes = place == 0 and (volunteer, start.date()) not in held and chance.random() < 0.8
            state = "accepted" if yes else chance.choice(("declined", "expired", "withdrawn"))
            token = f"{pk}-{place}"
            offers.append(
                (pk, volunteer, state, token, False, 0, 0.2, "[]", asked, asked, end, "", "", "")
            )
            if yes:
                held.add((volunteer, start.date()))
                state = "finished" if end < at else "confirmed"
                period = f"[{start},{end})"
                taken.append((pk, volunteer, 1, False, state, period, asked, ""))
    copy_rows(
        "dispatch_offer",
        (
            "request_id", "volunteer_id", "state", "token", "remote", "rank", "chance", "reasons",
            "created_at", "sent_at", "expires_at", "answered_via", "answered_by",
            "decline_reason",
        ),
        offers,
    )  # fmt: skip
    columns = ("request_id", "volunteer_id", "seat", "remote", "state", "period")
    copy_rows("dispatch_assignment", (*columns, "created_at", "end_reason"), taken)
