"""How somebody on call is rung outside the open page, and how that stops again.

By push at once and by message a little later; a ring that ends within a minute is followed by no
message, because page and notification have stopped already.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dispatch.models import Offer
from dispatch.reaching import ASKING, Channel, ways_for
from dispatch.telling import home_url, offer_url, send_push, tell, tell_person
from dispatch.timing import is_watching
from dispatch.wording import fill, name_for, text_for, words_for
from realtime.models import Message
from realtime.outbox import take_back
from volunteers.models import Volunteer

SHORT_RING = timedelta(minutes=1)
BESIDES = frozenset({Channel.PUSH.value})
"""Pushed at once, so not once more as one of the ways of the message."""


def send_ring(offer: Offer, *, at: datetime, message_at: datetime) -> None:
    """Ring: by push at once and by message at ``message_at``; the page hears of it by a hint.

    Who can only be telephoned rings by page or push if there is one, else the desk has to call.
    """
    volunteer, request = offer.volunteer, offer.request
    pushed = send_push(
        volunteer,
        kind="ring",
        title=text_for("ring_title", request, volunteer),
        body=text_for("ring_push", request, volunteer, by_video=offer.remote),
        url=offer_url(offer),
        subject_key=offer.key,
        # an offer may ring again later, for somebody who came back on call
        dedupe_key=f"{offer.key}:ring:{offer.rings_until:%H%M%S}",
        at=at,
    )
    ways = ways_for(volunteer, ASKING, without=BESIDES)
    by_hand = not ways or ways[0][0] == Channel.HAND
    if by_hand and (pushed or is_watching(volunteer, at)):
        Offer.objects.filter(pk=offer.pk).update(state=Offer.State.SENT, sent_at=at)
        return
    tell(
        volunteer,
        request,
        "ring",
        dedupe_key=_ring_key(offer),
        subject_key=offer.key,
        at=at,
        not_before=message_at,
        by_video=offer.remote,
        url=offer_url(offer),
        code=offer.code,
        without=BESIDES,
    )


def _ring_key(offer: Offer) -> str:
    """A ring is told once; a later one of the same offer anew, unless the first has not left."""
    key = f"{offer.key}:asked"
    before = Message.objects.filter(dedupe_key=key).first()
    if before is None or before.state == Message.State.QUEUED:
        return key
    return f"{key}:{offer.rings_until:%H%M%S}"


def stop_ring(offer: Offer, *, at: datetime) -> bool:
    """The ring is over for this person; True when nothing more has to be said.

    A second SMS would only call somebody to the telephone once more for nothing.
    """
    if offer.rings_until is None:
        return False
    stop_push(offer, at=at)
    key = f"{offer.key}:asked"
    asked = Message.objects.chain(key).order_by("created_at", "pk").first()
    if asked is None:
        return True
    if at - asked.created_at > SHORT_RING:
        return False
    take_back(key, at)
    return True


def stop_push(offer: Offer, *, at: datetime) -> None:
    """Replace the notification of a ring that left; one that has not left does not leave."""
    if offer.rings_until is None:
        return
    taken_back = take_back(f"{offer.key}:ring", at)
    rung = Message.objects.filter(
        subject_key=offer.key, kind="ring", channel=Message.Channel.PUSH
    ).exclude(error=Message.TAKEN_BACK)
    if taken_back or not rung.exists():
        return
    words = words_for(offer.volunteer)
    send_push(
        offer.volunteer,
        kind="ring_stop",
        title=words["ring_stop_title"],
        body=words["ring_stop"],
        url=home_url(),
        subject_key=offer.key,
        dedupe_key=f"{offer.key}:ring_stop:{offer.rings_until:%H%M%S}",
        at=at,
    )


def tell_off_call(volunteer: Volunteer, *, at: datetime) -> None:
    """To somebody who let several rings pass: no longer on call, and how to come back."""
    organization = volunteer.organization
    values = {"organization": name_for(organization, volunteer), "url": home_url()}
    tell_person(
        volunteer,
        kind="off_call",
        subject=fill(organization, "off_call_title", volunteer, values),
        text=fill(organization, "off_call", volunteer, values),
        url=home_url(),
        dedupe_key=f"{volunteer.key}:off_call:{volunteer.on_call_since or at:%Y%m%d%H%M%S}",
        at=at,
    )
