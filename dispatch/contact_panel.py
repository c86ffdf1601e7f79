"""On a volunteer's page of the register: what stands in the way of reaching the person."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from dispatch.reaching import ASKING, Channel, ways_for
from realtime.models import Inbound, Message
from volunteers.models import Volunteer


def contact_panel(request: HttpRequest, volunteer: Volunteer) -> SafeString:
    """SMS stopped, a number that is somebody else's, texts that wait; empty if nothing is wrong."""
    texts = Inbound.objects.filter(
        organization_id=volunteer.organization_id,
        recipient=volunteer.key,
        state=Inbound.State.UNCLEAR,
    ).count()
    stopped = volunteer.sms_stopped_at is not None
    if not (stopped or volunteer.contact_wrong_at or texts):
        return SafeString("")
    ways = [Message.Channel(channel).label for channel, _ in ways_for(volunteer, ASKING)]
    context = {
        "volunteer": volunteer,
        "texts": texts,
        "ways": ways,
        "by_hand": ways == [Channel.HAND.label],
    }
    return render_to_string("dispatch/_contact.html", context, request=request)
