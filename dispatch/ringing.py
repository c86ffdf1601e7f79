"""Whom to ring next: the people on call for a request by video or telephone that is wanted now.

They ring in small waves in a fair order; the next ones follow after some seconds, and at once after
a no. Nobody is rung twice for the same request unless they came back on call meanwhile. What was
rung is read from the offers (`Offer.rings_until`), so a worker killed anywhere goes on. Reads only;
`dispatch.actions.rings` does the ringing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from dispatch.candidates import rank_people
from dispatch.ladder import NEIGHBOUR, REMOTE
from dispatch.match_values import Candidate
from dispatch.models import Assignment, Mode, Offer, Request, Urgency
from dispatch.neighbours import find_neighbours, lenders_for
from dispatch.policy import DEFAULT, Policy
from volunteers.models import Volunteer, VolunteerQuerySet

LATELY = timedelta(days=7)
"""Rings and jobs of so many days count against being rung first."""
JOB_WEIGHT = 2
"""A job lately weighs as much as so many rings."""
MOST_LENT = 200
"""Volunteers of neighbours that are looked through for people on call."""


@dataclass(frozen=True)
class Ringing:
    """What to do now: ring ``now``; ``waiting`` are rung later and not asked otherwise.

    ``alone``: nobody else is asked yet. ``look_at``: when to look again (UTC), None without rings.
    """

    now: tuple[Candidate, ...] = ()
    waiting: frozenset[int] = frozenset()
    alone: bool = False
    look_at: datetime | None = None


SILENCE = Ringing()


def settings_of(request: Request) -> dict[str, Any]:
    """The policy's "ring" as copied onto the request; a copy from before it existed lacks keys."""
    kept = request.policy.get("ring")
    return {**DEFAULT["ring"], **(kept if isinstance(kept, dict) else {})}


def serves(request: Request) -> bool:
    """Whether people on call may serve it: now, by video or telephone, or once video was opened."""
    if request.urgency != Urgency.NOW:
        return False
    tried = request.ladder[: request.rung + 1]
    opened = any(rung.get("kind") in REMOTE and not rung.get("passed") for rung in tried)
    return opened or request.mode in {Mode.VIDEO, Mode.PHONE}


def plan(request: Request, at: datetime, policy: Policy | None = None) -> Ringing:
    """What is to be rung for a locked open request at the instant ``at`` (UTC).

    ``policy``: stricter than the request's own where the rung demands training.
    """
    if not serves(request):
        return SILENCE
    wanted = settings_of(request)
    every = timedelta(seconds=wanted["seconds"])
    rings = list(
        request.offers.filter(rings_until__isnull=False, created_at__gte=request.search_since)
    )
    begun = {ring.pk: started(ring, wanted) for ring in rings}
    fresh = [ring for ring in rings if ring.is_open and begun[ring.pk] > at - every]
    queue = _queue(request, at, wanted, policy or request.policy)
    now = queue[: max(0, _size(request, wanted) - len(fresh))]
    waiting = queue[len(now) :]
    first = min(begun.values(), default=at)
    alone = bool(now or fresh) and at - first < every
    ends = [ring.rings_until for ring in rings if ring.is_open and ring.rings_until]
    looks = [end for end in ends if end > at]
    if now:
        looks += [at + every, at + timedelta(seconds=wanted["rings_until_seconds"])]
    if waiting or alone:
        looks += [begun[ring.pk] + every for ring in fresh]
    return Ringing(
        now=tuple(now),
        waiting=frozenset(candidate.volunteer_id for candidate in waiting),
        alone=alone,
        look_at=min(looks, default=None),
    )


def started(ring: Offer, wanted: dict[str, Any]) -> datetime:
    """When an offer began to ring; later than it was made if it was an ordinary one before."""
    if ring.rings_until is None:
        return ring.created_at
    return ring.rings_until - timedelta(seconds=wanted["rings_until_seconds"])


def rings_at(offer: Offer, at: datetime) -> bool:
    """The telephone of whoever was asked rings at the instant ``at`` (UTC)."""
    return offer.is_open and offer.rings_until is not None and offer.rings_until > at


def on_call_now(people: VolunteerQuerySet, at: datetime) -> VolunteerQuerySet:
    """Of these people, those who can really be rung at ``at``: on call, by video, not booked."""
    booked = Assignment.objects.filter(
        state__in=[Assignment.State.CONFIRMED, Assignment.State.RECONFIRMED,
                   Assignment.State.STARTED],
        period__contains=at,
    )  # fmt: skip
    free = people.on_call(at).filter(accepts_video=True)
    return free.exclude(pk__in=booked.values("volunteer"))


def missed_in_a_row(volunteer: Volunteer, at: datetime) -> int:
    """How many of the latest rings passed without an answer since the person came on call.

    A ring that ended early because somebody else was quicker says nothing.
    """
    rings = volunteer.offers.filter(rings_until__isnull=False).order_by("-rings_until")
    if volunteer.on_call_since:
        rings = rings.filter(rings_until__gt=volunteer.on_call_since)
    missed = 0
    for ring in rings[:20]:
        answered = ring.state in {Offer.State.ACCEPTED, Offer.State.DECLINED} or ring.late_yes_at
        if answered:
            break
        if ring.rings_until is None or ring.rings_until > at:
            continue
        stopped = ring.state == Offer.State.WITHDRAWN and ring.answered_at
        missed += not (stopped and ring.answered_at and ring.answered_at < ring.rings_until)
    return missed


def _size(request: Request, wanted: dict[str, Any]) -> int:
    """How many telephones ring at a time: some more when several seats are free."""
    free = request.seats - request.assignments.active().count()
    return int(wanted["size"]) + max(0, free - 1)


def _queue(
    request: Request, at: datetime, wanted: dict[str, Any], policy: Policy
) -> list[Candidate]:
    """Everybody who may still be rung, in a fair order: wishes, rings and jobs lately, rank.

    Being on call means being ready, so having been asked a moment ago does not count.
    """
    ids = _not_rung_yet(request, on_call_now(_reachable(request), at), wanted)
    ids -= _ringing_elsewhere(request, ids, at)
    if not ids:
        return []
    ready = {**policy, "just_asked_minutes": 0}
    found = rank_people(request, sorted(ids), at=at, remote=True, policy=ready).candidates
    if request.current_rung.get("kind") == NEIGHBOUR:
        lent = find_neighbours(request, at=at, limit=MOST_LENT, policy=ready).candidates
        found = [*found, *(one for one in lent if one.volunteer_id in ids)]
    load = _loads(ids, at)
    return sorted(found, key=lambda one: (one.key[:2], load.get(one.volunteer_id, 0), one.rank))


def _reachable(request: Request) -> VolunteerQuerySet:
    """Our own volunteers; on the neighbours' rung also those who said yes to neighbours."""
    own = Q(organization=request.organization_id)
    if request.current_rung.get("kind") == NEIGHBOUR:
        lenders = lenders_for(request.organization_id, request.language)
        own |= Q(organization__in=lenders, accepts_neighbours=True)
    return Volunteer.objects.filter(own)


def _not_rung_yet(request: Request, people: VolunteerQuerySet, wanted: dict[str, Any]) -> set[int]:
    since = dict(people.values_list("pk", "on_call_since"))
    asked = request.offers.filter(created_at__gte=request.search_since, volunteer__in=list(since))
    gone = {offer.volunteer_id for offer in asked if _is_settled(offer, since, request, wanted)}
    held = Q(state__in=Assignment.ACTIVE_STATES) | Q(ended_at__gt=request.search_since)
    gone |= set(request.assignments.filter(held).values_list("volunteer_id", flat=True))
    return set(since) - gone


def _is_settled(
    offer: Offer, since: dict[int, datetime | None], request: Request, wanted: dict[str, Any]
) -> bool:
    """The person said no to this by video, the desk took them out, or they were rung since.

    A no to coming to the place is not one to answering by video.
    """
    if offer.state == Offer.State.DECLINED:
        return offer.remote or Mode(request.mode).is_remote
    if offer.state == Offer.State.WITHDRAWN and offer.answered_via == Offer.Via.DESK:
        return True
    on_call_since = since[offer.volunteer_id]
    if offer.rings_until is None:
        return False
    return on_call_since is None or started(offer, wanted) >= on_call_since


def _ringing_elsewhere(request: Request, ids: set[int], at: datetime) -> set[int]:
    """One telephone rings for one request at a time."""
    others = Offer.objects.open().filter(volunteer__in=ids, rings_until__gt=at)
    others = others.exclude(request=request)
    return set(others.values_list("volunteer_id", flat=True))


def _loads(ids: Iterable[int], at: datetime) -> dict[int, int]:
    """Rings lately, and jobs lately weighed, of each person."""
    people = list(ids)
    rings = Offer.objects.filter(
        volunteer__in=people, rings_until__isnull=False, created_at__gt=at - LATELY
    )
    jobs = Assignment.objects.active().filter(volunteer__in=people, created_at__gt=at - LATELY)
    load = _counted(rings)
    for pk, number in _counted(jobs).items():
        load[pk] = load.get(pk, 0) + JOB_WEIGHT * number
    return load


def _counted(rows: Any) -> dict[int, int]:
    return dict(rows.order_by().values_list("volunteer_id").annotate(Count("pk")))
