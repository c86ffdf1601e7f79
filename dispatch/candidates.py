"""Candidates: loads the people for a need and lets `dispatch.matching` rank them.

A small register is loaded whole (the language's speakers); from `LOAD_ALL` speakers on the database
first narrows them to the best few hundred by the same rules and the same key (`dispatch.prune`).
Computed afresh each time and never stored as truth; reads only, never outside one organization.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import Organization
from dispatch import matching, prune, travel
from dispatch.candidate_rows import Search, load, point, scarce_tags, survey
from dispatch.match_values import Need, Person, Ranking, Wish
from dispatch.models import Request, Urgency
from dispatch.policy import DEFAULT, Policy, merged, policy_for
from dispatch.roster import is_active, on_site
from volunteers import languages

LOAD_ALL = 2000
"""Up to so many speakers all of them are loaded; beyond that the database narrows them first."""
NARROW = 4
"""How many times the wanted number of candidates the database hands over."""


@dataclass(frozen=True)
class Counts:
    """``able`` could be asked now; ``registered`` know the language and are active on the day,
    of whom ``on_call`` are waiting and ``at_desk`` sit at the desk that asks."""

    able: int
    on_call: int
    registered: int
    at_desk: int = 0


def need_of(request: Request, remote: bool = False) -> Need:
    """The need of a request; ``remote``: asked for by video although it is on site.

    One statement for the requirements, none if they were prefetched.
    """
    is_remote = remote or travel.is_remote(request.mode)
    return Need(
        language=request.language,
        mode=request.mode,
        urgency=request.urgency,
        field=request.field,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        point=None if is_remote else point(request.place_lat, request.place_lon),
        area="" if is_remote else request.place_area,
        remote=is_remote,
        requirements=tuple(
            Wish(wish.kind, wish.hard, wish.value, wish.volunteer_id)
            for wish in request.requirements.all()
        ),
        sensitivity=request.sensitivity,
        seats=request.seats,
        place="" if is_remote else request.place_name,
    )


def find_candidates(
    request: Request,
    *,
    at: datetime,
    limit: int = 50,
    remote: bool | None = None,
    skip_asked: bool = True,
    policy: Policy | None = None,
) -> Ranking:
    """The best ``limit`` candidates for a request at ``at`` (UTC) and the people just excluded.

    ``remote``: ask for video (None: as the request's mode says). ``skip_asked`` leaves out whoever
    was asked for this request already or holds a seat on it. ``policy``: the request's own copy,
    by default.
    """
    search = Search(
        need=need_of(request, bool(remote)),
        organization_id=request.organization_id,
        at=at,
        policy=_policy(policy or request.policy, request.organization),
        body_id=request.body_id,
        resident_name=request.resident_name,
        request_id=request.pk,
        skip_asked=skip_asked,
    )
    return _find(_with_the_desk(search, request.organization, request.desk_id), limit)


def rank_people(
    request: Request, ids: Sequence[int], *, at: datetime, remote: bool, policy: Policy
) -> Ranking:
    """Only these people, asked before or not, ranked for a request as `find_candidates` would."""
    search = Search(
        need=need_of(request, remote),
        organization_id=request.organization_id,
        at=at,
        policy=_policy(policy, request.organization),
        body_id=request.body_id,
        resident_name=request.resident_name,
        request_id=request.pk,
        skip_asked=False,
        tags=tuple(tag for tag, _ in languages.covering_tags(request.language)),
    )
    return matching.rank(search.need, load(search, ids), at=at, policy=search.policy)


def find_for_need(
    need: Need,
    organization: Organization,
    *,
    at: datetime,
    limit: int = 50,
    body_id: int | None = None,
    resident_name: str = "",
    policy: Policy | None = None,
) -> Ranking:
    """The same for a need that is not a request yet (the form while somebody types)."""
    search = Search(
        need=need,
        organization_id=organization.pk,
        at=at,
        policy=_policy(policy, organization),
        body_id=body_id,
        resident_name=resident_name,
    )
    return _find(search, limit)


def count_able(
    need: Need,
    organization: Organization,
    at: datetime,
    *,
    policy: Policy | None = None,
    desk_id: int | None = None,
) -> Counts:
    """How many could do it, are on call, and are registered for the language.

    ``desk_id``: the desk that asks; whoever sits there now counts as able.
    """
    search = Search(
        need=need, organization_id=organization.pk, at=at, policy=_policy(policy, organization)
    )
    search, speakers = _surveyed(_with_the_desk(search, organization, desk_id))
    if speakers > LOAD_ALL:
        there = load(search, list(search.at_desk)) if search.at_desk else []
        return Counts(*prune.count(search), at_desk=len(there))
    people = [one for one in load(search) if is_active(one.status, one.paused_until, need.day)]
    return Counts(
        able=matching.count(need, people, at=at, policy=search.policy),
        on_call=sum(person.on_call for person in people),
        registered=len(people),
        at_desk=sum(person.at_desk for person in people),
    )


def _policy(policy: Policy | None, organization: Organization) -> Policy:
    """A request opened long ago may carry a policy that lacks a key: the default fills it."""
    return merged(DEFAULT, policy) if policy else policy_for(organization)


def _with_the_desk(search: Search, organization: Organization, desk_id: int | None) -> Search:
    """The search with whoever sits at the asking desk, where somebody is wanted there now."""
    need = search.need
    if desk_id is None or need.urgency != Urgency.NOW or need.remote:
        return search
    there = {
        one.volunteer_id
        for one in on_site(organization, search.at)
        if one.desk_id == desk_id and need.place in {"", one.desk}
    }
    return replace(search, at_desk=frozenset(there))


def _surveyed(search: Search) -> tuple[Search, int]:
    """The search with its tags and the organization's scarce languages; the number of speakers."""
    tags = tuple(tag for tag, _ in languages.covering_tags(search.need.language))
    most = int(search.policy["scarce_language_max"])
    speakers = survey(search.organization_id, tags, few=most, many=LOAD_ALL + 1)
    scarce = scarce_tags(speakers, search.need.language, most)
    number = sum(speakers.get(tag, 0) for tag in tags)
    return replace(search, tags=tags, scarce_tags=scarce), number


def _find(search: Search, limit: int) -> Ranking:
    search, speakers = _surveyed(search)
    if speakers > LOAD_ALL:
        return _find_narrowed(search, limit)
    return _ranked(search, load(search), limit)


def _ranked(search: Search, people: list[Person], limit: int) -> Ranking:
    return matching.rank(search.need, people, at=search.at, policy=search.policy, limit=limit)


def _find_narrowed(search: Search, limit: int) -> Ranking:
    """Rank the best few hundred only; more of them if the exact rules leave too few."""
    size = NARROW * limit
    while True:
        ids, able = prune.best(search, size)
        near = prune.just_excluded(search, just_asked=not ids)
        ranking = _ranked(search, load(search, [*search.at_desk, *ids, *near]), limit)
        if len(ranking.candidates) >= limit or len(ids) < size:
            return replace(ranking, able=max(able, ranking.able))
        size *= NARROW
