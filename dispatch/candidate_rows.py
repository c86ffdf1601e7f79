"""Loading people for matching: a fixed number of plain SQL statements, whatever the register.

Written in SQL because compiling the same queries through the ORM costs more than running them; the
register's tables are read only. Every statement is bound to one organization or to ids that came
from one. What the rows mean is decided in `dispatch.matching`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from dispatch import travel
from dispatch.match_values import Busy, Need, Person
from dispatch.policy import TOKYO, Policy
from dispatch.travel import Point
from volunteers import languages
from volunteers.availability import HOLIDAY, DatedException, Rule
from volunteers.languages import DialectMatch

HISTORY = timedelta(days=180)
"""How far back asks and jobs count; older ones say little about a volunteer of today."""
SEEN_RECENTLY = timedelta(minutes=10)
ACTIVE_STATES = ("confirmed", "reconfirmed", "started", "finished")
REMOTE_MODES = tuple(sorted(travel.REMOTE_MODES))


@dataclass(frozen=True)
class Search:
    """For which need people are looked up, with every parameter of the statements."""

    need: Need
    organization_id: int
    at: datetime
    policy: Policy
    body_id: int | None = None
    resident_name: str = ""
    request_id: int | None = None
    skip_asked: bool = True
    scarce_tags: tuple[str, ...] = ()
    at_desk: frozenset[int] = frozenset()
    tags: tuple[str, ...] = field(default=())

    def parameters(self, **more: Any) -> dict[str, Any]:
        """Named parameters shared by the statements."""
        need, day = self.need, self.need.day
        monday = datetime.combine(day - timedelta(days=day.weekday()), datetime.min.time(), TOKYO)
        return {
            "organization": self.organization_id,
            "tags": list(self.tags),
            "scarce": list(self.scarce_tags),
            "request": self.request_id or 0,
            "skip_asked": self.skip_asked,
            "body": self.body_id or 0,
            "resident": self.resident_name,
            "at": self.at,
            "seen_after": self.at - SEEN_RECENTLY,
            "week_ago": self.at - timedelta(days=7),
            "history_from": self.at - HISTORY,
            "day": day,
            "first_day": day - timedelta(days=1),
            "last_day": need.ends_at.astimezone(TOKYO).date(),
            "field": need.field,
            "remote": need.remote,
            "by_video": need.remote and need.mode not in REMOTE_MODES,
            "starts_at": need.starts_at,
            "jobs_from": need.starts_at - timedelta(days=30),
            "jobs_to": need.starts_at + timedelta(days=1),
            "monday": monday,
            "next_monday": monday + timedelta(days=7),
            "near_from": need.starts_at - timedelta(hours=6),
            "near_to": need.ends_at + timedelta(hours=6),
            "active": list(ACTIVE_STATES),
            "remote_modes": list(REMOTE_MODES),
            **more,
        }

    def weekdays(self) -> list[int]:
        """Weekdays that the need touches, the night before included."""
        start = self.need.day - timedelta(days=1)
        end = self.need.ends_at.astimezone(TOKYO).date()
        return sorted(
            {(start + timedelta(days=n)).weekday() for n in range((end - start).days + 1)}
        )


Rows = list[tuple[Any, ...]]


def fetch(statement: str, parameters: dict[str, Any]) -> Rows:
    """All rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: Rows = cursor.fetchall()
    return rows


# ---- How many speak what -----------------------------------------------------------------------

# Walks the index (language, volunteer) from one language to the next and stops counting early, so
# that a register of 100,000 answers as quickly as one of 371.
SURVEY = """
WITH RECURSIVE tongue(language) AS (
    (SELECT language FROM volunteers_languageskill ORDER BY language LIMIT 1)
    UNION ALL
    SELECT (SELECT s.language FROM volunteers_languageskill s
            WHERE s.language > tongue.language ORDER BY s.language LIMIT 1)
    FROM tongue WHERE tongue.language IS NOT NULL
)
SELECT tongue.language, (
    SELECT count(*) FROM (
        SELECT 1 FROM volunteers_languageskill s
        WHERE s.language = tongue.language AND (
            SELECT v.organization_id = %(organization)s AND v.status = 'active'
            FROM volunteers_volunteer v WHERE v.id = s.volunteer_id)
        LIMIT CASE WHEN tongue.language = ANY(%(tags)s) THEN %(many)s ELSE %(few)s END
    ) counted
)
FROM tongue WHERE tongue.language IS NOT NULL
"""


def survey(organization_id: int, tags: Sequence[str], *, few: int, many: int) -> dict[str, int]:
    """Active speakers per tag, counted up to ``many`` for ``tags`` and up to ``few`` + 1 else."""
    found = fetch(
        SURVEY,
        {"organization": organization_id, "tags": list(tags), "few": few + 1, "many": many},
    )
    return {str(tag): int(number) for tag, number in found}


def scarce_tags(speakers: dict[str, int], asked: str, most: int) -> tuple[str, ...]:
    """Tags of languages with at most ``most`` speakers, dialects together.

    None if the asked language is scarce itself: then its few people are needed here.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for tag in speakers:
        groups[_group(tag)].append(tag)
    totals = {group: sum(speakers[tag] for tag in tags) for group, tags in groups.items()}
    if totals.get(_group(asked), 0) <= most:
        return ()
    return tuple(tag for group, tags in groups.items() if 0 < totals[group] <= most for tag in tags)


def _group(tag: str) -> str:
    known = languages.get(tag)
    return known.group if known else tag


# ---- The people --------------------------------------------------------------------------------

PEOPLE = """
SELECT v.id, v.number, v.name, v.gender, v.status, v.paused_until, v.accepts_video,
       v.night_messages, v.lat, v.lon, v.reach_minutes, v.by_car, v.weekly_hours_cap,
       coalesce(v.on_call_until > %(at)s, false), coalesce(v.last_seen_at > %(seen_after)s, false),
       s.language, s.to_japanese, s.from_japanese,
       (SELECT bool_or(r.pledged_on IS NOT NULL) FROM volunteers_registration r
        WHERE r.volunteer_id = v.id AND r.starts_on <= %(day)s AND r.ends_on >= %(day)s),
       f.accepts, f.qualified
FROM volunteers_languageskill s
JOIN volunteers_volunteer v ON v.id = s.volunteer_id
CROSS JOIN LATERAL (
    SELECT bool_or(f.field = %(field)s) AS accepts,
           coalesce(bool_or(f.field = %(field)s AND f.qualified), false) AS qualified
    FROM volunteers_fieldskill f WHERE f.volunteer_id = v.id
) f
WHERE s.language = ANY(%(tags)s) AND v.organization_id = %(organization)s
  AND v.status <> 'withdrawn' {which}
"""
# a no to coming is none to being asked by video; who said yes too late may be asked again
ALREADY_ASKED = """
  AND v.id NOT IN (SELECT o.volunteer_id FROM dispatch_offer o
                   JOIN dispatch_request q ON q.id = o.request_id
                   WHERE o.request_id = %(request)s AND o.created_at >= q.search_since
                     AND (o.state <> 'withdrawn' OR o.answered_via = 'desk')
                     AND (o.late_yes_at IS NULL OR o.answered_via = 'desk')
                     AND NOT (%(by_video)s AND o.state = 'declined' AND NOT o.remote)
                   UNION ALL
                   SELECT a.volunteer_id FROM dispatch_assignment a
                   JOIN dispatch_request q ON q.id = a.request_id
                   WHERE a.request_id = %(request)s
                     AND (a.state = ANY(%(active)s) OR a.ended_at > q.search_since))
"""
SCARCE = """
SELECT DISTINCT volunteer_id FROM volunteers_languageskill
WHERE language = ANY(%(scarce)s) AND volunteer_id = ANY(%(ids)s)
"""
RULES = """
SELECT volunteer_id, weekday, from_minute, to_minute, nth_mask, on_holidays
FROM volunteers_availabilityrule WHERE volunteer_id = ANY(%(ids)s)
ORDER BY volunteer_id, weekday, from_minute, to_minute
"""
EXCEPTIONS = """
SELECT volunteer_id, first_day, last_day, from_minute, to_minute, available
FROM volunteers_availabilityexception
WHERE volunteer_id = ANY(%(ids)s) AND last_day >= %(first_day)s AND first_day <= %(last_day)s
ORDER BY volunteer_id, id
"""
AREAS = """
SELECT link.volunteer_id, area.name FROM volunteers_volunteer_areas link
JOIN volunteers_area area ON area.id = link.area_id
WHERE NOT %(remote)s AND link.volunteer_id = ANY(%(ids)s)
"""
# An offer that was withdrawn before an answer says nothing about the volunteer's willingness, but
# the message was read all the same: it counts as an ask. A late yes is a yes.
OFFERS = """
SELECT o.volunteer_id, max(o.created_at),
       count(*) FILTER (WHERE o.created_at > %(week_ago)s),
       count(*) FILTER (WHERE CASE WHEN o.created_at > %(week_ago)s THEN 'booked' = (
           SELECT q.urgency FROM dispatch_request q WHERE q.id = o.request_id) END),
       count(*) FILTER (WHERE o.state IN ('accepted', 'declined', 'expired')
                           OR o.late_yes_at IS NOT NULL),
       count(*) FILTER (WHERE o.state = 'accepted' OR o.late_yes_at IS NOT NULL)
FROM dispatch_offer o
WHERE o.volunteer_id = ANY(%(ids)s) AND o.created_at > %(history_from)s
  AND o.created_at <= %(at)s
GROUP BY o.volunteer_id
"""
JOBS = """
SELECT a.volunteer_id,
       max(q.starts_at) FILTER (WHERE q.starts_at <= %(at)s),
       count(*) FILTER (WHERE q.starts_at > %(jobs_from)s AND q.starts_at < %(jobs_to)s),
       coalesce(sum(extract(epoch FROM q.ends_at - q.starts_at)) FILTER (
           WHERE q.starts_at >= %(monday)s AND q.starts_at < %(next_monday)s
             AND q.mode <> 'translation'), 0) / 3600,
       coalesce(bool_or(q.body_id = %(body)s), false),
       coalesce(bool_or(q.resident_name = %(resident)s AND q.resident_name <> ''
                        AND q.organization_id = %(organization)s), false)
FROM dispatch_assignment a JOIN dispatch_request q ON q.id = a.request_id
WHERE a.volunteer_id = ANY(%(ids)s) AND a.state = ANY(%(active)s)
  AND q.starts_at > %(history_from)s
GROUP BY a.volunteer_id
"""
# Of a job for another organization only the time is known here. A person has one day, in however
# many registers; whose rows are linked by the sign-in is known without comparing names.
BUSY = """
SELECT mine.me, q.starts_at, q.ends_at,
       CASE WHEN q.organization_id = %(organization)s THEN q.place_name ELSE '' END,
       q.place_area, q.place_lat,
       q.place_lon, a.remote OR q.mode = ANY(%(remote_modes)s)
FROM (SELECT id AS me, id AS row FROM volunteers_volunteer WHERE id = ANY(%(ids)s)
      UNION ALL
      SELECT v.id, other.id FROM volunteers_volunteer v
      JOIN volunteers_volunteer other ON other.user_id = v.user_id AND other.id <> v.id
      WHERE v.id = ANY(%(ids)s)) mine
JOIN dispatch_assignment a ON a.volunteer_id = mine.row
JOIN dispatch_request q ON q.id = a.request_id
WHERE a.state = ANY(%(active)s)
  AND q.starts_at < %(near_to)s AND q.ends_at > %(near_from)s AND q.mode <> 'translation'
ORDER BY mine.me, q.starts_at, a.id
"""


def load(search: Search, only: Sequence[int] | None = None) -> list[Person]:
    """The organization's people who know the language, withdrawn ones apart, for `matching`.

    ``only`` restricts to some ids. Nine statements, fewer where there is nothing to ask.
    """
    which = "" if only is None else "AND v.id = ANY(%(only)s)"
    if search.request_id and search.skip_asked:
        which += ALREADY_ASKED
    parameters = search.parameters(only=list(only or ()))
    rows = _best_skills(search, fetch(PEOPLE.format(which=which), parameters))
    if not rows:
        return []
    parameters["ids"] = list(rows)
    details = _Details(search, parameters)
    return [details.person(row, match) for row, match in rows.values()]


def _best_skills(search: Search, rows: Rows) -> dict[int, tuple[tuple[Any, ...], DialectMatch]]:
    """One row per volunteer: the dialect that fits best, then the higher level."""
    matches = dict(languages.covering_tags(search.need.language))
    best: dict[int, tuple[tuple[int, int, int, str], tuple[Any, ...], DialectMatch]] = {}
    for row in rows:
        match = matches[row[15]]
        worth = (int(match), min(row[16], row[17]), row[16] + row[17], row[15])
        if row[0] not in best or worth > best[row[0]][0]:
            best[row[0]] = worth, row, match
    return {pk: (row, match) for pk, (_, row, match) in best.items()}


class _Details:
    """The rows that belong to the people found, by volunteer."""

    def __init__(self, search: Search, parameters: dict[str, Any]) -> None:
        self.relevant = set(search.weekdays()) | {HOLIDAY}
        self.search = search
        self.rules = _grouped(fetch(RULES, parameters))
        self.exceptions = _grouped(fetch(EXCEPTIONS, parameters))
        self.areas = _grouped(fetch(AREAS, parameters)) if search.need.area else {}
        self.offers = {row[0]: row for row in fetch(OFFERS, parameters)}
        self.jobs = {row[0]: row for row in fetch(JOBS, parameters)}
        self.busy = _grouped(fetch(BUSY, parameters))
        self.scarce = {row[0] for row in fetch(SCARCE, parameters)} if search.scarce_tags else set()

    def person(self, row: tuple[Any, ...], match: DialectMatch) -> Person:
        """The value that matching reads."""
        pk = row[0]
        rules = self.rules.get(pk, ())
        _, last_asked, asks, booked, asked, accepted = self.offers.get(pk, NEVER_ASKED)
        _, last_served, jobs, hours, body, resident = self.jobs.get(pk, NEVER_SERVED)
        return Person(
            volunteer_id=pk,
            number=row[1],
            name=row[2],
            language=row[15],
            dialect=match,
            to_japanese=row[16],
            from_japanese=row[17],
            gender=row[3],
            status=row[4],
            paused_until=row[5],
            term_valid=row[18] is not None,
            pledge_valid=bool(row[18]),
            accepts_field=row[19] is not False or self.search.need.field == "other",
            qualified=row[20],
            accepts_video=row[6],
            night_messages=row[7],
            has_hours=bool(rules),
            rules=tuple(_rule(*r[1:]) for r in rules if r[1] in self.relevant),
            exceptions=tuple(DatedException(*e[1:]) for e in self.exceptions.get(pk, ())),
            busy=tuple(_busy(b) for b in self.busy.get(pk, ())),
            point=point(row[8], row[9]),
            areas=frozenset(area[1] for area in self.areas.get(pk, ())),
            reach_minutes=row[10],
            by_car=row[11],
            weekly_hours_cap=row[12],
            hours_that_week=float(hours),
            asks_7_days=asks,
            booked_asks_7_days=booked,
            jobs_30_days=jobs,
            last_asked_at=last_asked,
            last_served_at=last_served,
            asked_count=asked,
            accepted_count=accepted,
            served_this_body=body,
            served_this_resident=resident,
            other_languages_scarce=pk in self.scarce,
            on_call=row[13],
            seen_recently=row[14],
            at_desk=pk in self.search.at_desk,
        )


NEVER_ASKED: tuple[Any, ...] = (0, None, 0, 0, 0, 0)
NEVER_SERVED: tuple[Any, ...] = (0, None, 0, 0.0, False, False)


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    grouped: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row)
    return grouped


@lru_cache(maxsize=4096)
def _rule(weekday: int, start: int, end: int, nth_mask: int, on_holidays: bool) -> Rule:
    return Rule(weekday, start, end, nth_mask, on_holidays)


def _busy(row: tuple[Any, ...]) -> Busy:
    _, start, end, label, area, lat, lon, remote = row
    where = None if remote else point(lat, lon)
    return Busy(start, end, label, where, remote, "" if remote else area)


def point(lat: float | None, lon: float | None) -> Point | None:
    """The place, None where a coordinate is missing or not on the globe."""
    if lat is None or lon is None or not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    return Point(lat, lon)
