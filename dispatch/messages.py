"""What volunteers are told, in their language; never a resident's name, place detail or illness.

Texts come in Japanese, やさしい日本語 and English. Every message is queued in the transaction of the
action that makes it true, once (its key names the fact it tells).
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accounts.times import local, when_text
from dispatch.message_texts import TEXTS
from dispatch.models import Assignment, Mode, Offer, Request
from dispatch.timing import quiet_until
from realtime.models import Message
from realtime.outbox import Recipient, queue
from volunteers.languages import name as language_name
from volunteers.models import Volunteer

SIMPLE = "ja-simple"


def recipient(volunteer: Volunteer) -> Recipient:
    """How a volunteer is reached: the preferred channel, else the other one, else by hand."""
    addresses = {Message.Channel.SMS: volunteer.mobile, Message.Channel.EMAIL: volunteer.email}
    channel = volunteer.channel
    if channel != Message.Channel.HAND and not addresses.get(Message.Channel(channel)):
        channel = next((c for c, address in addresses.items() if address), Message.Channel.HAND)
    return Recipient(
        organization_id=volunteer.organization_id,
        key=volunteer.key,
        channel=channel,
        address=addresses.get(Message.Channel(channel), ""),
        language=volunteer.message_language,
        simulated=volunteer.organization.is_demo,
    )


def offer_url(offer: Offer) -> str:
    """The short link of an offer, absolute."""
    return settings.PUBLIC_BASE_URL + reverse("dispatch:offer", args=[offer.token])


def text_for(kind: str, request: Request, volunteer: Volunteer, **more: str) -> str:
    """The text of one kind of message about a request, in the volunteer's language."""
    language = volunteer.message_language if volunteer.message_language in TEXTS else "ja"
    reader = "en" if language == "en" else "ja"
    mode = Mode(request.mode)
    words = TEXTS[language]
    return words[kind].format(
        organization=(
            request.organization.name_en or request.organization.name
            if reader == "en"
            else request.organization.name
        ),
        language=language_name(request.language, reader),
        when=when_text(request.starts_at, request.ends_at, reader),
        area=request.public_area or words["area_unknown"],
        mode=words[f"mode_{mode.value}"],
        **more,
    )


def tell(
    volunteer: Volunteer,
    request: Request,
    kind: str,
    *,
    dedupe_key: str,
    at: datetime,
    not_before: datetime | None = None,
    subject_key: str = "",
    **more: str,
) -> Message:
    """Queue one message about a request."""
    return queue(
        recipient(volunteer),
        kind=kind,
        subject=text_for("subject", request, volunteer),
        body=text_for(kind, request, volunteer, **more),
        dedupe_key=dedupe_key,
        subject_key=subject_key or request.key,
        at=at,
        not_before=not_before or quiet_until(request, volunteer, at),
    )


def send_offer(offer: Offer, *, at: datetime, not_before: datetime) -> None:
    """Ask: the message with the link that shows the offer."""
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
    )


def tell_filled(offer: Offer, *, at: datetime) -> None:
    """To everybody else who was asked: somebody takes it, thank you. Not before the question."""
    asked = Message.objects.filter(dedupe_key=f"{offer.key}:asked").first()
    if asked and asked.state == Message.State.QUEUED:
        # it never left the house: take it back instead of sending two messages
        taken_back = Message.objects.filter(pk=asked.pk, state=Message.State.QUEUED).update(
            state=Message.State.FAILED, error="taken_back"
        )
        if taken_back:
            return
    tell(
        offer.volunteer,
        offer.request,
        "filled",
        dedupe_key=f"{offer.key}:filled",
        subject_key=offer.key,
        at=at,
    )


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
        asked = Message.objects.filter(
            dedupe_key=f"{offer.key}:asked", state=Message.State.QUEUED
        ).update(state=Message.State.FAILED, error="taken_back")
        if asked:
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


def home_url() -> str:
    """The volunteer's own page, absolute."""
    return settings.PUBLIC_BASE_URL + reverse("volunteer:home")
