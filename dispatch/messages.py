"""What volunteers are told about offers and bookings; never a resident's name, detail or illness.

Every message is queued in the transaction of the action that makes it true, once (its key names the
fact it tells). Which ways it takes is said by `dispatch.reaching`, its words by `dispatch.wording`.
"""

from __future__ import annotations

from datetime import datetime

from accounts.times import local
from dispatch.models import Assignment, Offer, Request
from dispatch.reaching import push_address, recipient
from dispatch.ring_messages import stop_push, stop_ring
from dispatch.telling import home_url, offer_url, send_push, tell, tell_person
from dispatch.wording import text_for
from realtime.models import Message
from realtime.outbox import take_back
from volunteers.models import Volunteer

__all__ = [
    "ask_for_report",
    "ask_to_reconfirm",
    "home_url",
    "offer_url",
    "push_address",
    "recipient",
    "send_offer",
    "send_push",
    "stop_asking",
    "tell",
    "tell_accepted",
    "tell_filled",
    "tell_person",
    "tell_released",
    "text_for",
]


def send_offer(offer: Offer, *, at: datetime, not_before: datetime) -> None:
    """Ask: the message with the link that shows the offer, and the code that answers it."""
    kind = "offer_now" if offer.request.urgency == "now" else "offer"
    if offer.remote:
        kind += "_video"
    tell(
        offer.volunteer,
        offer.request,
        kind,
        dedupe_key=f"{offer.key}:asked",
        subject_key=offer.key,
        at=at,
        not_before=not_before,
        url=offer_url(offer),
        code=offer.code,
    )


def tell_filled(offer: Offer, *, at: datetime) -> None:
    """To everybody else who was asked: somebody takes it, thank you. Not before the question."""
    if stop_ring(offer, at=at):
        return
    if never_heard(offer, at=at):
        return
    tell(
        offer.volunteer,
        offer.request,
        "filled",
        dedupe_key=f"{offer.key}:filled",
        subject_key=offer.key,
        at=at,
    )


def stop_asking(offer: Offer, *, at: datetime) -> None:
    """The person has answered: no ring goes on on other devices, no further way is tried."""
    stop_push(offer, at=at)
    take_back(f"{offer.key}:asked", at)


def never_heard(offer: Offer, *, at: datetime) -> bool:
    """Whether the question has reached nobody; it does not leave the house any more.

    Then nothing else has to be said either. A person may have heard of it when a provider took it,
    or when the desk has telephoned.
    """
    key = f"{offer.key}:asked"
    take_back(key, at)
    tries = list(Message.objects.chain(key))
    left = {Message.State.SENDING, Message.State.SENT, Message.State.DELIVERED}
    heard = [one for one in tries if one.sent_at or one.handled_at or one.state in left]
    unknown = [one for one in tries if one.state == Message.State.QUEUED]  # perhaps it has left
    return bool(tries) and not heard and not unknown and offer.seen_at is None


def tell_accepted(assignment: Assignment, *, at: datetime) -> None:
    """Confirm a booking that was agreed by telephone."""
    tell(
        assignment.volunteer,
        assignment.request,
        "booked",
        dedupe_key=f"assignment:{assignment.pk}:booked",
        at=at,
        url=home_url(),
    )


def tell_released(
    volunteer: Volunteer,
    request: Request,
    *,
    reason: str,
    at: datetime,
    offer: Offer | None = None,
    assignment: Assignment | None = None,
) -> None:
    """To people asked or booked: it is off (``cancelled``) or asked anew (``changed``)."""
    if offer is not None:
        if stop_ring(offer, at=at):
            return
        if never_heard(offer, at=at):
            return
    key = offer.key if offer else f"assignment:{assignment.pk if assignment else 0}"
    kind = f"{'booking' if assignment else 'offer'}_{reason}"
    tell(volunteer, request, kind, dedupe_key=f"{key}:{reason}", at=at)


def ask_to_reconfirm(assignment: Assignment, *, at: datetime) -> None:
    """The day before: a positive answer is asked for."""
    tell(
        assignment.volunteer,
        assignment.request,
        "reconfirm",
        dedupe_key=f"assignment:{assignment.pk}:reconfirm",
        at=at,
        url=home_url(),
    )


def ask_for_report(assignment: Assignment, *, at: datetime) -> None:
    """Afterwards: please report; at most once a day."""
    tell(
        assignment.volunteer,
        assignment.request,
        "report",
        dedupe_key=f"assignment:{assignment.pk}:report:{local(at).date()}",
        at=at,
        url=home_url(),
    )
