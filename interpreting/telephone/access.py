"""The only way a page gets a telephone conference or a leg: through a request of the own desk.

Coordinators and administrators reach the requests that dispatch shows them; everybody else, and
everybody of another town, gets 404. A leg is found below its request only, never by its key alone.
"""

from __future__ import annotations

from django.http import Http404

from accounts.models import Membership, Role
from dispatch.access import get_request_for
from dispatch.models import Request
from interpreting.models import PhoneConference, PhoneLeg

STAFF = (Role.COORDINATOR, Role.ADMIN)


def get_callable_request_for(membership: Membership, pk: int) -> Request:
    """A request whose desk the membership is; 404 for everybody else."""
    if membership.role not in STAFF:
        raise Http404
    return get_request_for(membership, pk)


def get_conference_for(membership: Membership, request_pk: int) -> PhoneConference:
    """The latest conference of such a request."""
    found = get_callable_request_for(membership, request_pk).phone_conferences.first()
    if found is None:
        raise Http404
    return found


def get_leg_for(membership: Membership, request_pk: int, pk: int) -> PhoneLeg:
    """A leg of any conference of such a request."""
    request = get_callable_request_for(membership, request_pk)
    found = PhoneLeg.objects.filter(conference__request=request, pk=pk)
    leg = found.select_related("conference").first()
    if leg is None:
        raise Http404
    return leg
