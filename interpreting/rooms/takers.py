"""Who could take over in a room, and how those stand who were asked. Reads only.

The same rules and reasons as for any request by video: `dispatch.candidates`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dispatch.candidates import find_candidates, rank_people
from dispatch.match_values import Candidate, Reason
from dispatch.models import Offer
from dispatch.ringing import on_call_now, rings_at
from interpreting.models import Room
from interpreting.rooms.actions.taking_over import asked
from volunteers.models import Volunteer

MOST = 8


@dataclass(frozen=True)
class Taker:
    """Somebody who could be asked, with what speaks for and against it."""

    volunteer: Volunteer
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Asked:
    """Somebody who was asked: ``state`` is rings, waits, silent (rang in vain) or declined."""

    offer: Offer
    state: str


def takers(room: Room, at: datetime) -> tuple[list[Taker], list[Taker]]:
    """People on call, and the best of the others; without those who are here or asked already."""
    request = room.request
    gone = set(request.assignments.active().values_list("volunteer_id", flat=True))
    gone |= {one.volunteer_id for one in asked(request) if one.is_open}
    ours = Volunteer.objects.filter(organization=room.organization_id)
    ready = sorted(on_call_now(ours, at).exclude(pk__in=gone).values_list("pk", flat=True))
    policy = {**request.policy, "just_asked_minutes": 0}
    found = rank_people(request, ready, at=at, remote=True, policy=policy) if ready else None
    gone |= set(ready)
    others = find_candidates(
        request, at=at, limit=MOST + len(gone), remote=True, skip_asked=False, policy=policy
    )
    return (
        _people(found.candidates if found else [], set()),
        _people(others.candidates, gone),
    )


def asked_people(room: Room, at: datetime) -> list[Asked]:
    """How everybody stands who was asked to take over and has not come."""
    return [Asked(offer, _state(offer, at)) for offer in asked(room.request)]


def _state(offer: Offer, at: datetime) -> str:
    if rings_at(offer, at):
        return "rings"
    if offer.state == Offer.State.DECLINED:
        return "declined"
    return "waits" if offer.is_open and offer.rings_until is None else "silent"


def _people(candidates: Iterable[Candidate], without: set[int]) -> list[Taker]:
    chosen = [one for one in candidates if one.volunteer_id not in without][:MOST]
    people = Volunteer.objects.in_bulk([one.volunteer_id for one in chosen])
    return [Taker(people[one.volunteer_id], one.reasons) for one in chosen]
