"""Narrowing a very large register: the hard rules and the ordered key of matching, in SQL.

Used above a few thousand speakers only. The database hands over the best ids by the same key and
`dispatch.matching` ranks those people again, so a difference could cost speed but never a wrong
candidate; a test compares both on random registers. Change a rule there and here together.
"""

# ruff: noqa: S608 - only constants of this module enter the text, every value is bound

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from dispatch import travel
from dispatch.candidate_rows import ALREADY_ASKED, JOBS, OFFERS, Search, fetch
from dispatch.chances import HIGHEST, LOWEST
from dispatch.match_order import EDGE, LONGEST_MEMORY_DAYS, TRAVEL_BAND_MINUTES
from dispatch.match_rules import Case, wish_level
from dispatch.match_values import Wish
from dispatch.matching import MOST_EXCLUSIONS
from dispatch.policy import TOKYO
from volunteers import languages
from volunteers.availability import is_holiday, nth_of_month
from volunteers.languages import DialectMatch

# ---- Pieces ------------------------------------------------------------------------------------


def _valid(lat: str, lon: str) -> tuple[str, str]:
    """Coordinates that are not on the globe count as unknown."""
    sane = f"abs({lat}) <= 90 AND abs({lon}) <= 180"
    return f"(CASE WHEN {sane} THEN {lat} END)", f"(CASE WHEN {sane} THEN {lon} END)"


def _minutes(a: tuple[str, str], b: tuple[str, str], by_car: str, unknown: str) -> str:
    """`travel.minutes` as SQL; coordinates as expressions, ``unknown`` where one is null."""
    half_lat = f"power(sin(radians({b[0]} - {a[0]}) / 2), 2)"
    half_lon = f"power(sin(radians({b[1]} - {a[1]}) / 2), 2)"
    chord = f"({half_lat} + cos(radians({a[0]})) * cos(radians({b[0]})) * {half_lon})"
    way = f"(2 * {travel.EARTH_RADIUS_KM} * asin(sqrt(least(1.0, {chord}))) * {travel.DETOUR})"
    ride = (
        f"CASE WHEN {by_car} THEN {travel.CAR_ACCESS_MINUTES} + {way} * {travel.CAR_MINUTES_PER_KM}"
        f" ELSE {travel.TRANSIT_ACCESS_MINUTES} + {way} * {travel.TRANSIT_MINUTES_PER_KM} END"
    )
    known = (
        f"least(ceil(least({way} * {travel.WALK_MINUTES_PER_KM}, {ride})),"
        f" {travel.LONGEST_MINUTES})"
    )
    missing = " OR ".join(f"{part} IS NULL" for part in (*a, *b))
    return f"(CASE WHEN {missing} THEN {unknown} ELSE {known} END)::int"


STATUSES = ("open", "filled", "finished", "unmet", "cancelled")
"""All of them: naming them lets the index over organization, status and start be used."""
HOME = _valid("v.lat", "v.lon")
HERE = ("%(lat)s::float8", "%(lon)s::float8")
WAY = _minutes(
    HOME,
    HERE,
    "v.by_car",
    f"CASE WHEN here.volunteer_id IS NULL THEN {travel.UNKNOWN_MINUTES}"
    f" ELSE {travel.SAME_AREA_MINUTES} END",
)

ACTIVE = "(v.status = 'active' OR (v.status = 'paused' AND v.paused_until < %(day)s))"
KNOWN = """
    SELECT {distinct} v.id, v.number, v.gender, v.lat, v.lon, v.by_car, v.reach_minutes,
           v.weekly_hours_cap, s.language, least(s.to_japanese, s.from_japanese) AS level,
           (s.language = ANY(%(other_tags)s))::int AS other,
           coalesce(v.on_call_until > %(at)s, false) AS on_call,
           coalesce(v.last_seen_at > %(seen_after)s, false) AS seen
    FROM volunteers_languageskill s JOIN volunteers_volunteer v ON v.id = s.volunteer_id
    WHERE s.language = ANY(%(tags)s) AND v.organization_id = %(organization)s
      AND {active} {more}
"""
BEST_SKILL = """
    ORDER BY v.id, other, level DESC, s.to_japanese + s.from_japanese DESC, s.language DESC
"""
FREE = """
    SELECT volunteer_id FROM (
        SELECT r.volunteer_id, d.begins + r.from_minute AS lo, d.begins + r.to_minute AS hi
        FROM volunteers_availabilityrule r JOIN days d ON
            (r.weekday = d.weekday AND (r.on_holidays OR NOT d.holiday)
             AND (r.nth_mask = 0 OR r.nth_mask & d.nth <> 0))
            OR (r.weekday = 7 AND d.holiday)
        WHERE d.begins + r.from_minute < %(want_to)s AND d.begins + r.to_minute > %(want_from)s
          AND r.volunteer_id IN (SELECT id FROM speaker)
        UNION ALL
        SELECT e.volunteer_id, d.begins + coalesce(e.from_minute, 0),
               d.begins + coalesce(e.to_minute, 1440)
        FROM volunteers_availabilityexception e
        JOIN days d ON d.day BETWEEN e.first_day AND e.last_day
        WHERE e.available AND d.begins + coalesce(e.from_minute, 0) < %(want_to)s
          AND d.begins + coalesce(e.to_minute, 1440) > %(want_from)s
    ) span
    GROUP BY volunteer_id
    HAVING bool_or(lo <= %(want_from)s AND hi >= %(want_to)s)
        OR range_agg(int4range(lo, hi)) @> int4range(%(want_from)s, %(want_to)s)
"""
ABSENT = """
    SELECT e.volunteer_id FROM volunteers_availabilityexception e
    JOIN days d ON d.day BETWEEN e.first_day AND e.last_day
    WHERE NOT e.available AND d.begins + coalesce(e.from_minute, 0) < %(want_to)s
      AND d.begins + coalesce(e.to_minute, 1440) > %(want_from)s
"""
OTHER_REMOTE = "(a.remote OR q.mode = ANY(%(remote_modes)s))"
UNKNOWN_WAY = (
    f"CASE WHEN %(area)s <> '' AND q.place_area = %(area)s AND NOT {OTHER_REMOTE}"
    f" THEN {travel.SAME_AREA_MINUTES} ELSE {travel.UNKNOWN_MINUTES} END"
)


def _either(condition: str, one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str]:
    """One place or the other; a remote job is taken at home."""
    lat, lon = (
        f"(CASE WHEN {condition} THEN {a} ELSE {b} END)" for a, b in zip(one, other, strict=True)
    )
    return lat, lon


MINE = _either("%(remote)s", HOME, HERE)
THERE = _either(OTHER_REMOTE, HOME, _valid("q.place_lat", "q.place_lon"))
# a job at the same place may follow at once; between two remote ones, or none far, is a breath
SAME_PLACE = "(%(place)s <> '' AND q.place_name = %(place)s)"
BUSY_THEN = f"""
    SELECT job.volunteer_id FROM (
        SELECT a.volunteer_id, q.starts_at, q.ends_at, {SAME_PLACE} AS same_place,
               CASE WHEN %(remote)s AND {OTHER_REMOTE} THEN 0
                    ELSE {_minutes(MINE, THERE, "v.by_car", UNKNOWN_WAY)} END AS way
        FROM dispatch_request q
        JOIN dispatch_assignment a ON a.request_id = q.id
        JOIN volunteers_volunteer v ON v.id = a.volunteer_id
        WHERE q.organization_id = %(organization)s AND q.status = ANY(%(statuses)s)
          AND q.starts_at > %(near_from)s - interval '2 days' AND q.starts_at < %(near_to)s
          AND q.ends_at > %(near_from)s AND q.mode <> 'translation'
          AND a.state = ANY(%(active)s)
    ) job,
    LATERAL (SELECT make_interval(mins => CASE WHEN job.same_place THEN 0
        WHEN job.way = 0 THEN {travel.BREATHING_MINUTES}
        ELSE job.way + %(margin)s END) AS gap) between_jobs
    WHERE %(starts_at)s < job.ends_at + gap AND job.starts_at < %(ends_at)s + gap
"""  # nosec B608 - constants of this module; values are parameters

JUST_ASKED = """
        UNION SELECT o.volunteer_id, 'asked' FROM dispatch_offer o
              WHERE o.created_at > %(asked_after)s AND o.created_at <= %(at)s
"""

# ---- The statement -----------------------------------------------------------------------------


def statement(search: Search) -> tuple[str, dict[str, Any]]:
    """The whole query (columns id, able) but for its LIMIT, and its parameters."""
    case = Case(search.need, search.at, search.policy)
    text = f"""
WITH days(day, begins, weekday, nth, holiday) AS (VALUES {_days(search)}),
speaker AS MATERIALIZED ({_speaker(search, case)}),
free AS MATERIALIZED ({FREE}),
present AS MATERIALIZED (
    SELECT v.*, NOT EXISTS (
               SELECT 1 FROM volunteers_availabilityrule r WHERE r.volunteer_id = v.id)
               AS hours_unknown,
           here.volunteer_id IS NOT NULL AS in_area, {_way(search)} AS minutes
    FROM speaker v
    LEFT JOIN free ON free.volunteer_id = v.id
    LEFT JOIN (
        SELECT link.volunteer_id FROM volunteers_volunteer_areas link
        JOIN volunteers_area area ON area.id = link.area_id
        WHERE area.organization_id = %(organization)s AND area.name = %(area)s
    ) here ON here.volunteer_id = v.id
    WHERE {_all(_time_conditions(case))}
),
fit AS MATERIALIZED (
    SELECT v.*, coalesce(f.qualified, false) AS qualified FROM present v
    LEFT JOIN volunteers_fieldskill f ON f.volunteer_id = v.id AND f.field = %(field)s
    WHERE {_all(_conditions(search, case))}
),
scarce AS (SELECT DISTINCT volunteer_id FROM volunteers_languageskill
           WHERE language = ANY(%(scarce)s) AND volunteer_id IN (SELECT id FROM fit)),
offers(volunteer_id, last_asked, asks, booked, asked, accepted) AS ({_of_fit(OFFERS)}),
jobs(volunteer_id, last_served, jobs, hours, body, resident) AS ({_of_fit(JOBS)})
SELECT fit.id, count(*) OVER () AS able
FROM fit
LEFT JOIN offers o ON o.volunteer_id = fit.id
LEFT JOIN jobs j ON j.volunteer_id = fit.id
LEFT JOIN scarce ON scarce.volunteer_id = fit.id
WHERE {_all(_later_conditions(case))}
ORDER BY {", ".join(_key(case))}
"""  # nosec B608 - constants of this module; values are parameters
    return text, {**search.parameters(), **_more_parameters(search, case)}


def _all(conditions: Iterable[str]) -> str:
    return "\n      AND ".join(conditions) or "true"


def best(search: Search, size: int) -> tuple[list[int], int]:
    """Ids of the best ``size`` people by the ordered key, and how many could do it in all."""
    text, parameters = statement(search)
    rows = fetch(text + "LIMIT %(size)s", {**parameters, "size": size})
    return [row[0] for row in rows], rows[0][1] if rows else 0


def just_excluded(search: Search, *, just_asked: bool = False) -> list[int]:
    """People worth a line although they cannot come: those at another job and those whom the
    request names; with ``just_asked`` (nobody else is there) also whom a recent ask protects.
    At most `matching.MOST_EXCLUSIONS` of each."""
    _, parameters = statement(search)
    case = Case(search.need, search.at, search.policy)
    named = [wish.volunteer_id for wish in search.need.requirements if wish.volunteer_id]
    asked = JUST_ASKED if just_asked else ""
    text = f"""
SELECT id FROM (
    SELECT v.id, row_number() OVER (PARTITION BY why ORDER BY v.number, v.id) AS place, why
    FROM (
        SELECT volunteer_id, 'busy' AS why FROM ({BUSY_THEN}) busy
        {asked}
        UNION SELECT unnest(%(named)s::bigint[]), 'named'
    ) reason
    JOIN volunteers_volunteer v ON v.id = reason.volunteer_id
    WHERE v.organization_id = %(organization)s AND EXISTS (
        SELECT 1 FROM volunteers_languageskill s
        WHERE s.volunteer_id = v.id AND s.language = ANY(%(tags)s))
) found WHERE place <= %(most)s
"""  # nosec B608 - constants of this module; values are parameters
    more = {"named": named, "most": MOST_EXCLUSIONS, "asked_after": case.asked_after}
    return [row[0] for row in fetch(text, {**parameters, **more})]


def count(search: Search) -> tuple[int, int, int]:
    """Able, on call and registered, for `candidates.Counts`."""
    _, able = best(search, 1)
    rows = fetch(
        f"""
SELECT count(*) FILTER (WHERE v.on_call_until > %(at)s), count(*)
FROM volunteers_volunteer v
WHERE v.organization_id = %(organization)s AND {ACTIVE} AND EXISTS (
    SELECT 1 FROM volunteers_languageskill s
    WHERE s.volunteer_id = v.id AND s.language = ANY(%(tags)s))
""",  # nosec B608 - constants of this module; values are parameters
        search.parameters(),
    )
    return able, rows[0][0], rows[0][1]


def _of_fit(aggregate: str) -> str:
    """One of the loader's aggregates, for the people that passed the cheap rules."""
    return aggregate.replace("= ANY(%(ids)s)", "IN (SELECT id FROM fit)")


def _days(search: Search) -> str:
    """The days of the need and the one before: begin in minutes from 0:00 of the first one."""
    first = search.need.day
    last = search.need.ends_at.astimezone(TOKYO).date()
    rows = []
    for index in range(-1, (last - first).days + 1):
        day: date = first + timedelta(days=index)
        bit = 1 << (nth_of_month(day) - 1)
        holiday = "true" if is_holiday(day) else "false"
        rows.append(f"(date '{day}', {index * 1440}, {day.weekday()}, {bit}, {holiday})")
    return ", ".join(rows)


def _speaker(search: Search, case: Case) -> str:
    """People who know the language, by what their own row says."""
    need = search.need
    one_skill_each = len(search.tags) == 1
    more = [""]
    if need.remote and not need.is_written:
        more.append("v.accepts_video")
    if case.quiet:
        more.append("(v.night_messages OR coalesce(v.on_call_until > %(at)s, false))")
    if case.wanted_ids:
        more.append("v.id = ANY(%(wanted)s)")
    if one_skill_each:
        more.append("least(s.to_japanese, s.from_japanese) >= %(minimum_level)s")
    return KNOWN.format(
        active=ACTIVE,
        distinct="" if one_skill_each else "DISTINCT ON (v.id)",
        more=" AND ".join(more) + ("" if one_skill_each else BEST_SKILL),
    )


def _way(search: Search) -> str:
    return "0" if search.need.remote else WAY


def _conditions(search: Search, case: Case) -> Iterator[str]:
    """The other hard rules but for those that need somebody's history."""
    need = search.need
    yield "v.level >= %(minimum_level)s"
    for number, wish in enumerate(case.hard_wishes):
        yield from _wish_met(wish, number, "v.", "f.qualified", "v.language")
    if case.demands_training:
        yield "coalesce(f.qualified, false)"
    if not need.remote:
        yield from _way_conditions()
    yield (
        "EXISTS (SELECT 1 FROM volunteers_registration r WHERE r.volunteer_id = v.id"
        " AND r.starts_on <= %(day)s AND r.ends_on >= %(day)s AND r.pledged_on IS NOT NULL)"
    )
    if need.field != "other":
        yield (
            "(f.id IS NOT NULL OR NOT EXISTS"
            " (SELECT 1 FROM volunteers_fieldskill any_field WHERE any_field.volunteer_id = v.id))"
        )
    if search.request_id and search.skip_asked:
        yield ALREADY_ASKED.strip().removeprefix("AND ")


def _time_conditions(case: Case) -> Iterator[str]:
    if case.need.is_written:
        return
    absent = f"v.id IN ({ABSENT})"
    no_rules = (
        "NOT EXISTS (SELECT 1 FROM volunteers_availabilityrule r WHERE r.volunteer_id = v.id)"
    )
    free = f"(NOT ({absent}) AND (free.volunteer_id IS NOT NULL OR {no_rules}))"
    if case.urgency == "now":
        free = f"(v.on_call OR {free})"
    yield free
    yield f"v.id NOT IN ({BUSY_THEN})"


def _way_conditions() -> Iterator[str]:
    yield "%(at)s + make_interval(mins => v.minutes) <= %(latest_arrival)s"
    any_area = "SELECT 1 FROM volunteers_volunteer_areas link WHERE link.volunteer_id = v.id"
    unknown = f"{HOME[0]} IS NULL OR {HOME[1]} IS NULL OR {HERE[0]} IS NULL"
    yield (
        "(v.in_area"
        f" OR (v.reach_minutes IS NOT NULL AND ({unknown} OR v.minutes <= v.reach_minutes))"
        f" OR (v.reach_minutes IS NULL AND (%(area)s = '' OR NOT EXISTS ({any_area}))))"
    )


def _wish_met(wish: Wish, number: int, person: str, qualified: str, language: str) -> Iterator[str]:
    """A wish as a condition; what cannot fail says nothing."""
    if wish.kind == "gender" and wish.value:
        yield f"{person}gender = %(wish_{number})s"
    elif wish.kind == "qualified":
        yield f"coalesce({qualified}, false)"
    elif wish.kind == "dialect":
        yield f"{language} = ANY(%(wish_{number})s)"
    elif wish.kind == "excluded":
        yield f"{person}id <> %(wish_{number})s"


def _later_conditions(case: Case) -> Iterator[str]:
    """The hard rules about somebody's history."""
    yield "(o.last_asked IS NULL OR o.last_asked <= %(asked_after)s)"
    if not case.need.is_written:
        yield (
            "(fit.weekly_hours_cap IS NULL"
            " OR coalesce(j.hours, 0)::float8 + %(hours)s <= fit.weekly_hours_cap)"
        )
    if not case.caps_lifted:
        yield "coalesce(o.booked, 0) < %(asks_cap)s"
        yield "coalesce(j.jobs, 0) < %(jobs_cap)s"


def _key(case: Case) -> Iterator[str]:
    """`match_order.key`, term by term."""
    yield _wish_band(case)
    training = " + (NOT fit.qualified)::int"
    matters = case.need.field in case.policy["preferred_qualified_fields"]
    yield f"greatest(0, %(enough)s - fit.level) + fit.other{training if matters else ''}"
    yield "(scarce.volunteer_id IS NOT NULL)::int"
    yield _likely_band(case)
    yield f"fit.minutes / {TRAVEL_BAND_MINUTES}"
    yield _days_since("o.last_asked")
    yield _days_since("j.last_served")
    yield "fit.number"
    yield "fit.id"


def _wish_band(case: Case) -> str:
    terms = ["0"]
    for number, wish in enumerate(case.need.sorted_wishes):
        if wish.hard:
            continue
        name = f"soft_{number}"
        if wish.kind == "level":
            terms.append(f"(fit.level < {wish_level(wish)})::int")
        elif wish.kind == "preferred":
            terms.append(f"(fit.id <> %({name})s)::int")
        for met in _wish_met(wish, number, "fit.", "fit.qualified", "fit.language"):
            terms.append(f"(NOT {met.replace('wish_', 'soft_')})::int")
    if case.need.sensitivity != "strict":
        terms.append("-(coalesce(j.body, false) OR coalesce(j.resident, false))::int")
    return " + ".join(terms)


def _likely_band(case: Case) -> str:
    """`chances.chance_of` and `match_order.likely_band`, every step in double precision as there."""
    chance = (
        "(coalesce(o.accepted, 0) + %(mean)s::float8 * %(prior)s::float8)"
        " / (coalesce(o.asked, 0) + %(prior)s::float8)"
        " * power(%(per_recent_ask)s::float8, least(coalesce(o.asks, 0), 20))"
        " * power(%(per_10_minutes)s::float8, greatest(0, fit.minutes - %(minutes_free)s) / 10)"
        " * CASE WHEN fit.hours_unknown THEN %(hours_unknown)s::float8 ELSE 1 END"
    )
    if case.urgency == "now":
        chance += " * CASE WHEN fit.on_call THEN %(on_call)s::float8 ELSE 1 END"
    chance += " * CASE WHEN fit.seen THEN %(seen)s::float8 ELSE 1 END"
    return (
        f"floor(-ln(greatest(least(greatest({chance}, %(lowest)s::float8), %(highest)s::float8),"
        " %(floor)s::float8) * exp(-(%(per_job)s::float8 * coalesce(j.jobs, 0)"
        f" + %(per_ask)s::float8 * coalesce(o.asks, 0)))) / ln(2.0::float8) + {EDGE})"
    )


def _days_since(column: str) -> str:
    days = f"floor(extract(epoch FROM %(at)s - {column})::float8 / 86400)"
    most = LONGEST_MEMORY_DAYS
    return f"CASE WHEN {column} IS NULL THEN 0 ELSE {most} - least(greatest({days}, 0), {most}) END"


def _more_parameters(search: Search, case: Case) -> dict[str, Any]:
    need, policy = search.need, search.policy
    chance, fairness = policy["chance"], policy["fairness"]
    enough = policy["enough_level"]
    return {
        "ends_at": need.ends_at,
        "lat": need.point.lat if need.point else None,
        "lon": need.point.lon if need.point else None,
        "area": need.area,
        "place": need.place,
        "statuses": list(STATUSES),
        "hours": need.hours,
        "minimum_level": case.minimum_level,
        "enough": int(enough.get(need.field, enough["default"])),
        "wanted": list(case.wanted_ids),
        "other_tags": [
            tag
            for tag, match in languages.covering_tags(need.language)
            if match is DialectMatch.OTHER_DIALECT
        ],
        "margin": case.margin,
        "latest_arrival": case.latest_arrival,
        "asked_after": case.asked_after,
        "asks_cap": policy["caps"]["asks_7_days"],
        "jobs_cap": policy["caps"]["jobs_30_days"],
        "mean": float(chance["means"][case.urgency]),
        "prior": float(chance["prior_asks"]),
        **{name: float(chance[name]) for name in ("per_recent_ask", "per_10_minutes")},
        "minutes_free": int(chance["minutes_free"]),
        "hours_unknown": float(chance["hours_unknown"]),
        "on_call": float(chance["on_call_now"]),
        "seen": float(chance["seen_recently"]),
        "lowest": LOWEST,
        "highest": HIGHEST,
        **{name: float(fairness[name]) for name in ("per_job", "per_ask", "floor")},
        **_wanted_minutes(case),
        **_wish_parameters(case),
    }


def _wanted_minutes(case: Case) -> dict[str, int]:
    """The wanted hours in whole minutes from 0:00 of the first day in Tokyo."""
    start, end = case.wanted_hours
    midnight = datetime.combine(start.astimezone(TOKYO).date(), time(), TOKYO)
    minute = timedelta(minutes=1)
    return {"want_from": (start - midnight) // minute, "want_to": -((midnight - end) // minute)}


def _wish_parameters(case: Case) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for prefix, wishes in (("wish", case.hard_wishes), ("soft", case.need.sorted_wishes)):
        for number, wish in enumerate(wishes):
            values[f"{prefix}_{number}"] = _wish_value(wish, case)
    return values


def _wish_value(wish: Wish, case: Case) -> Any:
    if wish.kind in {"preferred", "excluded"}:
        return wish.volunteer_id
    if wish.kind == "dialect":
        covering = languages.covering_tags(wish.value or case.need.language)
        return [tag for tag, match in covering if match is DialectMatch.EXACT]
    return wish.value
