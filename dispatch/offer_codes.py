"""Short codes by which a person answers from a telephone: A1 is yes to offer A, A2 is no.

A code is unlike every other open one of the same telephone, in whatever organization, and is not
used again for two days after its offer closed. Two offers made at the same moment cannot get the
same one: a code is taken by a lock that nobody waits for, and looked up once more afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import product

from django.db import connection
from django.db.models import Q

from dispatch.inbound import LETTERS
from dispatch.models import Offer
from volunteers.models import Volunteer

KEPT_FOR = timedelta(hours=48)
"""How long the code of an offer that was closed is not given to another one."""


def all_codes() -> Iterator[str]:
    """A, B … Z, AA, AB …: short ones first."""
    yield from LETTERS
    yield from ("".join(pair) for pair in product(LETTERS, repeat=2))


def codes_for(volunteers: Iterable[Volunteer], *, at: datetime) -> dict[int, str]:
    """A fresh code for each volunteer, by id, in the caller's transaction; empty if all are taken.

    Three statements however many people there are, unless others take codes at the same moment.
    """
    wanted = {one.pk: one for one in volunteers}
    codes: dict[int, str] = {}
    refused: dict[int, set[str]] = {pk: set() for pk in wanted}
    missing = dict(wanted)
    while missing:
        used = _used(missing.values(), at)
        chosen = {
            pk: _first_free(used[pk] | refused[pk] | _given(person, wanted, codes))
            for pk, person in missing.items()
        }
        locked = _lock(chosen, missing)
        again = _used(missing.values(), at)
        for pk, code in chosen.items():
            if code and (pk not in locked or code in again[pk]):
                refused[pk].add(code)
            elif code and code in _given(wanted[pk], wanted, codes):
                refused[pk].add(code)  # two people of this wave share a telephone
            else:
                codes[pk] = code
        missing = {pk: person for pk, person in missing.items() if pk not in codes}
    return codes


def telephones(volunteer: Volunteer) -> list[str]:
    """Where answers of this person come from: the mobile number, the LINE account."""
    known = [one for one in (volunteer.mobile, volunteer.line_id) if one]
    return known or [volunteer.key]


def _given(person: Volunteer, people: dict[int, Volunteer], codes: dict[int, str]) -> set[str]:
    """Codes given a moment ago to others on the same telephone."""
    own = set(telephones(person))
    return {code for pk, code in codes.items() if own & set(telephones(people[pk]))}


def _first_free(taken: set[str]) -> str:
    return next((code for code in all_codes() if code not in taken), "")


def _used(people: Iterable[Volunteer], at: datetime) -> dict[int, set[str]]:
    """Codes that may not be given, by volunteer."""
    people = list(people)
    mobiles = [one.mobile for one in people if one.mobile]
    lines = [one.line_id for one in people if one.line_id]
    since = at - KEPT_FOR
    lately = Q(state__in=Offer.OPEN_STATES) | Q(created_at__gt=since)
    lately |= Q(answered_at__gt=since) | Q(expires_at__gt=since)
    same = Q(volunteer__mobile__in=mobiles) | Q(volunteer__line_id__in=lines)
    same |= Q(volunteer__in=[one.pk for one in people])
    rows = list(
        Offer.objects.filter(lately, same)
        .exclude(code="")
        .values_list("code", "volunteer_id", "volunteer__mobile", "volunteer__line_id")
    )
    return {
        one.pk: {
            code
            for code, pk, mobile, line in rows
            if pk == one.pk
            or (one.mobile and mobile == one.mobile)
            or (one.line_id and line == one.line_id)
        }
        for one in people
    }


def _lock(chosen: dict[int, str], people: dict[int, Volunteer]) -> set[int]:
    """Hold the chosen codes to the end of the transaction; returns for whom nobody else did."""
    keys = [
        (pk, f"offer code {telephone} {code}")
        for pk, code in chosen.items()
        if code
        for telephone in telephones(people[pk])
    ]
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pk, bool_and(pg_try_advisory_xact_lock(hashtextextended(name, 0)))"
            " FROM unnest(%s::bigint[], %s::text[]) AS wanted(pk, name) GROUP BY pk",
            [[pk for pk, _ in keys], [name for _, name in keys]],
        )
        return {pk for pk, locked in cursor.fetchall() if locked}
