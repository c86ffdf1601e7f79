"""The session that a telephone conference carries: from two roles on the line to its end.

Kept are roles and seconds, as for a room; never numbers or contents.
"""

from __future__ import annotations

from datetime import datetime

from interpreting.beginning import begin_session
from interpreting.models import PhoneConference, PhoneLeg, Seat, Session


def session_of(conference: PhoneConference) -> Session | None:
    """The running session of a conference."""
    found = Session.objects.filter(request_id=conference.request_id, kind=Session.Kind.PHONE)
    return found.filter(ended_at=None).first()


def start_session_if_met(conference: PhoneConference, *, at: datetime) -> Session | None:
    """On a locked conference: begin when the interpreter and somebody else are on the line.

    By hand the desk's own telephone is the one that calls, and no leg.
    """
    here = list(
        conference.legs.filter(state=PhoneLeg.State.JOINED).select_related(
            "assignment__offer__wave"
        )
    )
    interpreter = next((leg for leg in here if leg.role == Seat.Role.INTERPRETER), None)
    by_hand = conference.carrier == PhoneConference.Carrier.HAND
    others = {leg.role for leg in here} | set(conference.beside if by_hand else [])
    alone = not others - {Seat.Role.INTERPRETER}
    if interpreter is None or alone or session_of(conference):
        return None
    kind = Session.Kind.PHONE
    return begin_session(conference.request, kind, interpreter.assignment, at=at)


def close_session(conference: PhoneConference, *, at: datetime, reason: str) -> Session | None:
    """On a locked conference whose legs are over: write the sums.

    It ends when the last leg was left, not when the desk got round to saying so.
    """
    session = session_of(conference)
    if session is None:
        return None
    seconds: dict[tuple[str, int | None], float] = {}
    last = session.started_at
    for leg in conference.legs.exclude(joined_at=None):
        left = leg.ended_at or at
        length = (left - (leg.joined_at or left)).total_seconds()
        person = (leg.role, leg.seat_id)
        seconds[person] = seconds.get(person, 0.0) + length
        last = max(last, left)
    whole = (last - session.started_at).total_seconds()
    roles = {role for role, _ in seconds}
    seconds |= {(role, None): whole for role in conference.beside if role not in roles}
    session.participants = [
        {"role": role, "seconds": round(length)} for (role, _), length in seconds.items()
    ]
    session.ended_at, session.end_reason = last, reason
    session.save()
    return session
