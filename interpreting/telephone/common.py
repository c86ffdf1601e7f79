"""What every action on a telephone conference does alike: lock, move, log and announce.

The request is locked first, then the conference, then its legs; nothing here talks to the network.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.audit import record
from accounts.errors import MOVED, ActionError
from accounts.models import Organization, User
from dispatch.actions.common import lock_request
from dispatch.models import Request
from interpreting.models import PhoneConference, PhoneLeg
from realtime.events import organization_group, publish
from realtime.twilio_client import is_configured


def carrier_for(organization: Organization) -> str:
    """Who dials: the provider where one is set up, never for a demo; else the desk by hand."""
    real = is_configured() and settings.TWILIO_VOICE_NUMBER.startswith("+")
    if real and not settings.DEMO and not organization.is_demo:
        return PhoneConference.Carrier.TWILIO
    return PhoneConference.Carrier.HAND


def carrier_of(request: Request) -> str:
    """Who dials the next call of a request: as in its open conference, else as set up now."""
    found = request.phone_conferences.filter(state=PhoneConference.State.OPEN).first()
    return found.carrier if found else carrier_for(request.organization)


def lock_conference(pk: int) -> PhoneConference:
    """The conference with a row lock; every change of it or its legs starts here.

    Its request is locked first, as by everybody who ends a request and its calls with it; a
    session that begins would lock it later and might wait for them crosswise.
    """
    lock_request(PhoneConference.objects.values_list("request_id", flat=True).get(pk=pk))
    found = PhoneConference.objects.select_for_update(of=("self",))
    return found.select_related("organization", "request").get(pk=pk)


def lock_open_conference(pk: int) -> PhoneConference:
    """The locked conference; raises ``conference_ended`` when it is over."""
    conference = lock_conference(pk)
    if conference.state != PhoneConference.State.OPEN:
        raise ActionError("conference_ended", "この三者通話は終了しました。", status=410)
    return conference


def lock_leg(pk: int) -> tuple[PhoneConference, PhoneLeg]:
    """The locked conference of a leg, and the leg as it is now."""
    conference_id = PhoneLeg.objects.values_list("conference_id", flat=True).get(pk=pk)
    conference = lock_conference(conference_id)
    return conference, PhoneLeg.objects.select_for_update(of=("self",)).get(pk=pk)


def may_move(leg: PhoneLeg, to: str) -> bool:
    """Whether the table of moves allows it; states never go backwards."""
    return to in leg.MOVES[PhoneLeg.State(leg.state)]


def must_move(leg: PhoneLeg, to: str) -> None:
    """Set the state, or raise ``wrong_state``."""
    if not may_move(leg, to):
        raise ActionError("wrong_state", MOVED)
    leg.state = to


def log(
    conference: PhoneConference,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    leg: PhoneLeg | None = None,
    **detail: Any,
) -> None:
    """A line in the request's log: roles, never numbers."""
    words: dict[str, Any] = {"leg": leg.pk, "role": leg.get_role_display()} if leg else {}
    record(
        conference.request.key,
        verb,
        organization=conference.organization_id,
        by=by,
        at=at,
        conference=conference.pk,
        **words,
        **detail,
    )


def save_and_announce(conference: PhoneConference) -> None:
    """Save the locked conference with a new version; the desk's pages hear of it."""
    conference.version += 1
    conference.save()
    publish(
        "telephone.changed",
        conference.pk,
        conference.version,
        organization_group(conference.organization_id),
    )
