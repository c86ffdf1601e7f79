"""What volunteers are told, in their language; never a resident's name, place detail or illness.

Texts come in Japanese, やさしい日本語 and English. Every message is queued in the transaction of the
action that makes it true, once (its key names the fact it tells).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from accounts.models import Organization
from accounts.times import local, when_text
from dispatch.message_texts import TEXTS
from dispatch.models import Assignment, Mode, Offer, Request
from dispatch.timing import is_watching, quiet_until
from realtime import push
from realtime.models import Message
from realtime.outbox import Recipient, queue
from volunteers.languages import name as language_name
from volunteers.models import Volunteer

SHORT_RING = timedelta(minutes=1)


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


def words_for(volunteer: Volunteer) -> dict[str, str]:
    """The texts in the volunteer's language."""
    return TEXTS.get(volunteer.message_language, TEXTS["ja"])


def name_for(organization: Organization, volunteer: Volunteer) -> str:
    """How the organization is called in the volunteer's language."""
    english = volunteer.message_language == "en" and organization.name_en
    return english or organization.name


def text_for(
    kind: str, request: Request, volunteer: Volunteer, *, by_video: bool = False, **more: str
) -> str:
    """The text of one kind of message about a request, in the volunteer's language.

    ``by_video``: asked for by video although it is on site.
    """
    reader = "en" if volunteer.message_language == "en" else "ja"
    mode = Mode.VIDEO if by_video else Mode(request.mode)
    words = words_for(volunteer)
    return words[kind].format(
        organization=name_for(request.organization, volunteer),
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
    by_video: bool = False,
    **more: str,
) -> Message:
    """Queue one message about a request."""
    return queue(
        # whoever asks is told when it does not arrive, also about a neighbour's volunteer
        replace(recipient(volunteer), organization_id=request.organization_id),
        kind=kind,
        subject=text_for("subject", request, volunteer),
        body=text_for(kind, request, volunteer, by_video=by_video, **more),
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
    by_hand = recipient(volunteer).channel == Message.Channel.HAND
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

    A ring that ends within a minute is followed by no message: page and notification have stopped
    already, and a second SMS would only call somebody to the telephone once more for nothing.
    """
    if offer.rings_until is None:
        return False
    stop_push(offer, at=at)
    said = Message.objects.filter(dedupe_key__startswith=f"{offer.key}:asked")
    asked = said.order_by("created_at", "pk").first()
    if asked is None:
        return True
    again = said.exclude(pk=asked.pk).filter(state=Message.State.QUEUED)
    again.update(state=Message.State.FAILED, error="taken_back")
    if at - asked.created_at > SHORT_RING:
        return False
    queued = Message.objects.filter(pk=asked.pk, state=Message.State.QUEUED)
    queued.update(state=Message.State.FAILED, error="taken_back")
    return True


def stop_push(offer: Offer, *, at: datetime) -> None:
    """Replace the notification of a ring that left; one that has not left does not leave."""
    if offer.rings_until is None:
        return
    rung = Message.objects.filter(
        subject_key=offer.key, kind="ring", channel=Message.Channel.PUSH
    ).exclude(error="taken_back")
    waiting = rung.filter(state=Message.State.QUEUED)
    taken_back = waiting.update(state=Message.State.FAILED, error="taken_back")
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


def send_push(
    volunteer: Volunteer,
    *,
    kind: str,
    title: str,
    body: str,
    url: str,
    subject_key: str,
    dedupe_key: str,
    at: datetime,
) -> bool:
    """Queue a push notification for the person's browsers; False when there are none."""
    address = push_address(volunteer)
    if not address or not push.reaches(address):
        return False
    to = replace(recipient(volunteer), channel=Message.Channel.PUSH, address=address)
    queue(
        to,
        kind=kind,
        subject=title,
        body=f"{body}\n{url}",
        dedupe_key=dedupe_key,
        subject_key=subject_key,
        at=at,
    )
    return True


def push_address(volunteer: Volunteer) -> str:
    """Under what a person's browsers are kept: the sign-in, one for all towns; empty without."""
    return f"user:{volunteer.user_id}" if volunteer.user_id else ""


def tell_off_call(volunteer: Volunteer, *, at: datetime) -> None:
    """To somebody who let several rings pass: no longer on call, and how to come back."""
    words = words_for(volunteer)
    body = words["off_call"].format(
        organization=name_for(volunteer.organization, volunteer), url=home_url()
    )
    key = f"{volunteer.key}:off_call:{volunteer.on_call_since or at:%Y%m%d%H%M%S}"
    queue(
        recipient(volunteer),
        kind="off_call",
        subject=words["off_call_title"],
        body=body,
        dedupe_key=key,
        at=at,
    )


def tell_filled(offer: Offer, *, at: datetime) -> None:
    """To everybody else who was asked: somebody takes it, thank you. Not before the question."""
    if stop_ring(offer, at=at):
        return
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
        if stop_ring(offer, at=at):
            return
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
