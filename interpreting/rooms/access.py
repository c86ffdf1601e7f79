"""The only way a page or a socket gets a room or a seat; strangers learn nothing.

Staff reach the rooms of their organization. A seat belongs to its member of staff, to its booked
interpreter, or to the browser that holds its cookie; all of that is read afresh each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest

from accounts.models import Membership, Role
from accounts.sessions import membership_of_scope, volunteer_of_scope
from interpreting.models import Room, Seat
from interpreting.rooms import tokens
from volunteers.models import Volunteer

STAFF = (Role.COORDINATOR, Role.ADMIN)
COOKIE = "tsunagi_seat_{}"
OK, REMOVED, ENDED, EXPIRED = "ok", "removed", "ended", "expired"


def get_room_for(membership: Membership, pk: int) -> Room:
    """A room of the membership's organization; 404 for everybody but its desk."""
    found = Room.objects.filter(organization_id=membership.organization_id, pk=pk)
    room = found.select_related("organization", "request__desk").first()
    if room is None or membership.role not in STAFF:
        raise Http404
    return room


def get_seat_for(membership: Membership, room_pk: int, pk: int) -> Seat:
    """A seat of such a room."""
    room = get_room_for(membership, room_pk)
    found = room.seats.select_related("room").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def find_seat(pk: int | None) -> Seat | None:
    """A seat with everything that deciding about it needs; says nothing about who may sit."""
    found = Seat.objects.filter(pk=pk) if pk else Seat.objects.none()
    return found.select_related(
        "room__organization", "room__request__desk", "assignment", "volunteer", "user"
    ).first()


def scope_of(request: HttpRequest) -> dict[str, Any]:
    """What of an HTTP request says who is there, in the shape of a socket's scope."""
    return {"session": request.session, "cookies": request.COOKIES}


def standing(seat: Seat, scope: dict[str, Any]) -> str | None:
    """``ok``, ``removed``, ``ended`` or ``expired`` for whoever the seat is or was; None for others."""
    if not (_had_cookie(seat, scope.get("cookies") or {}) or _is_theirs(seat, scope)):
        return None
    if seat.room.state == Room.State.ENDED:
        return ENDED
    if seat.state == Seat.State.REMOVED:
        return REMOVED
    if seat.assignment is not None and not seat.assignment.is_active:
        return EXPIRED
    holds = _holds_cookie(seat, scope.get("cookies") or {}) or _is_theirs(seat, scope)
    return OK if holds else EXPIRED


def get_seat(request: HttpRequest, pk: int) -> tuple[Seat, str]:
    """A seat and the person's standing in it; 404 for everybody it never was given to."""
    seat = find_seat(pk)
    found = standing(seat, scope_of(request)) if seat else None
    if seat is None or found is None:
        raise Http404
    return seat, found


def cookie_name(seat_id: int) -> str:
    """The cookie that holds a seat."""
    return COOKIE.format(seat_id)


def _cookie(seat: Seat, cookies: Mapping[str, str]) -> str:
    return str(cookies.get(cookie_name(seat.pk), ""))


def _had_cookie(seat: Seat, cookies: Mapping[str, str]) -> bool:
    """The browser has a cookie that we gave for this seat, valid or no longer."""
    return tokens.seat_named(tokens.COOKIE, _cookie(seat, cookies)) == seat.pk


def _holds_cookie(seat: Seat, cookies: Mapping[str, str]) -> bool:
    return tokens.matches(seat.holder_hash, _cookie(seat, cookies))


def _is_theirs(seat: Seat, scope: dict[str, Any]) -> bool:
    """The signed-in member of staff or volunteer whose seat it is."""
    if seat.user_id:
        membership = membership_of_scope(scope)
        return (
            membership is not None
            and membership.user_id == seat.user_id
            and membership.organization_id == seat.room.organization_id
            and membership.role in STAFF
        )
    if seat.volunteer is None or seat.volunteer.user_id is None:
        return False
    own = volunteer_of_scope(scope)
    mine = Volunteer.objects.filter(pk=own, user=seat.volunteer.user_id) if own else None
    return mine is not None and mine.exists()
