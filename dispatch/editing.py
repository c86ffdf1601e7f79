"""Changing a request in the form without losing what the form cannot show.

A request may come from elsewhere (the API, an earlier version of the form): wishes without an input
of their own are carried over as they are. Wishes that are new are held against the people who are
booked already; that is only said, nobody is released for it. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.times import local
from dispatch.candidate_rows import Search, load
from dispatch.candidates import need_of
from dispatch.log_texts import wish_text
from dispatch.match_rules import meets
from dispatch.match_values import Need, Person, Wish
from dispatch.models import Assignment, Request, Requirement
from dispatch.policy import policy_for
from volunteers import languages

SHOWN = (
    "language", "urgency", "mode", "field", "desk", "place_name", "place_address", "contact_name",
    "contact_phone", "resident_name", "note", "seats", "sensitivity", "payer",
)  # fmt: skip
PERSONAL = {"preferred": "希望する通訳者（必ず）", "excluded": "避けたい通訳者"}


def initial_of(request: Request) -> dict[str, Any]:
    """The form's initial values for an existing request."""
    language = languages.get(request.language)
    start = local(request.starts_at)
    found: dict[str, Any] = {name: getattr(request, name) for name in SHOWN}
    return found | {
        "language_text": language.ja if language else request.language,
        "day": start.date(),
        "start": start.hour * 60 + start.minute,
        "minutes": int((request.ends_at - request.starts_at).total_seconds() // 60),
        "body_name": request.body.name if request.body else "",
        **split_wishes(request)[0],
    }


def split_wishes(request: Request) -> tuple[dict[str, Any], list[Requirement]]:
    """The wishes that the form has an input for, as its initial values, and all the others."""
    values: dict[str, Any] = {"excluded": []}
    carried = []
    for wish in request.requirements.select_related("volunteer"):
        shown = _as_initial(wish, request)
        if wish.kind == Requirement.Kind.EXCLUDED:
            values["excluded"].append(wish.volunteer_id)
        elif shown and not shown.keys() & values.keys():
            values |= shown
        else:
            carried.append(wish)
    return values, carried


def _as_initial(wish: Requirement, request: Request) -> dict[str, Any]:
    """The inputs that say the same as the wish; empty if none do."""
    strength = "hard" if wish.hard else "soft"
    if wish.kind == Requirement.Kind.PREFERRED:
        return {"preferred": wish.volunteer_id, "preferred_wish": strength}
    if wish.kind == Requirement.Kind.GENDER:
        return {"gender": wish.value, "gender_wish": strength}
    if wish.kind == Requirement.Kind.LEVEL and wish.value == "3":
        return {"level_wish": strength}
    if wish.kind == Requirement.Kind.QUALIFIED and wish.value in {"", request.field}:
        return {"qualified_wish": strength}
    return {}


def booked_against(request: Request, need: Need, at: datetime) -> list[str]:
    """People who are booked and do not meet a hard wish that the changed need adds, in words."""
    before = {wish for wish in need_of(request).sorted_wishes if wish.hard}
    added = [wish for wish in need.sorted_wishes if wish.hard and wish not in before]
    held = list(request.assignments.active().select_related("volunteer")) if added else []
    people = _people(request, need, held, at) if held else {}
    return [
        f"決まっている{one.volunteer.name}さんは、条件「{_in_words(wish)}」に合いません。"
        "派遣はそのままです。"
        for one in held
        for wish in added
        if not _met(wish, people[one.volunteer_id], need)
    ]


def _people(
    request: Request, need: Need, held: Iterable[Assignment], at: datetime
) -> dict[int, Person]:
    """The booked as matching sees them; who does not know the language at all meets no level."""
    volunteers = [one.volunteer for one in held]
    search = Search(
        need=need,
        organization_id=request.organization_id,
        at=at,
        policy=policy_for(request.organization),
        tags=tuple(tag for tag, _ in languages.covering_tags(need.language)),
    )
    unknown = {
        v.pk: Person(v.pk, gender=v.gender, to_japanese=0, from_japanese=0) for v in volunteers
    }
    known = load(search, only=[volunteer.pk for volunteer in volunteers])
    return unknown | {person.volunteer_id: person for person in known}


def _met(wish: Wish, person: Person, need: Need) -> bool:
    if wish.kind != Requirement.Kind.PREFERRED:
        return meets(wish, person, need)
    wanted = {w.volunteer_id for w in need.sorted_wishes if w.hard and w.kind == wish.kind}
    return person.volunteer_id in wanted


def _in_words(wish: Wish) -> str:
    return PERSONAL.get(wish.kind) or wish_text(
        Requirement(kind=wish.kind, hard=True, value=wish.value)
    )
