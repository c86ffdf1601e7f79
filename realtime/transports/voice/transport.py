"""Automatic calls through Twilio's own client; without a number the next way goes at once.

Placing a call is not idempotent at the provider and its list does not show what a call was for. So
a call that may have been placed is looked for by number and time; calls that other messages or
three-way conversations own do not count. What the call says is told by ``hooks.py``.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from django.conf import settings
from django.urls import reverse

from realtime import voice
from realtime.models import Message
from realtime.transports import NotSent, Price, Sent, Status, TryLater, Unknown
from realtime.twilio_client import callback_address, provider_errors, twilio_client
from realtime.twilio_client import is_configured as has_account

SAFE_TO_REPEAT = False
RING_SECONDS = 30
DETECT_SECONDS = 6
"""How long the provider may listen for an answering machine before somebody counts as a person."""
LONGEST_SECONDS = 1800  # with a conversation with the desk at the end
LISTED = 50
CLOCKS_DIFFER = timedelta(minutes=2)
SECONDS_PER_CHARACTER = {"en": 0.07}
SECONDS_PER_CHARACTER_JA = 0.16
MENU_SECONDS = 15
STATES = {
    "queued": Message.State.SENT,
    "initiated": Message.State.SENT,
    "ringing": Message.State.SENT,
    "in-progress": Message.State.SENT,
    "completed": Message.State.FAILED,
    "busy": Message.State.FAILED,
    "no-answer": Message.State.FAILED,
    "failed": Message.State.FAILED,
    "canceled": Message.State.FAILED,
}
"""The provider's words for a call. That a person listens is told by the request for the words
itself (``hooks.voice_twiml``) and counts as delivered; a call that ends without it reached nobody."""


def is_configured() -> bool:
    """There is an account and a number to call from (a sender's name cannot call)."""
    return has_account() and settings.TWILIO_VOICE_NUMBER.startswith("+")


def price_of(message: Message) -> Price:
    """Minutes begun, with the message read twice, and what they cost."""
    speed = SECONDS_PER_CHARACTER.get(message.language, SECONDS_PER_CHARACTER_JA)
    minutes = ceil(2 * (len(message.text) * speed + MENU_SECONDS) / 60)
    return Price(minutes, minutes * settings.VOICE_YEN_PER_MINUTE)


def send(message: Message) -> Sent:
    """Have the provider place the call; who picks up is told later."""
    if not is_configured():
        raise NotSent("no telephone number is configured")
    with provider_errors():
        call = twilio_client().calls.create(
            to=message.address,
            from_=settings.TWILIO_VOICE_NUMBER,
            url=callback_address(reverse("hooks:voice_twiml", args=[message.pk])),
            method="POST",
            status_callback=callback_address(reverse("hooks:voice_status", args=[message.pk])),
            status_callback_event=["completed"],  # also busy, no-answer, failed
            status_callback_method="POST",
            machine_detection="Enable",
            machine_detection_timeout=DETECT_SECONDS,
            timeout=RING_SECONDS,
            time_limit=LONGEST_SECONDS,
        )
    return Sent(provider_id=str(call.sid))


def find(message: Message) -> Sent | None:
    """A call to the number, since the message exists, that nobody else owns.

    Filtered here and not by the provider's ``StartTime``, which a call that still waits has not.
    """
    try:
        with provider_errors():
            listed = twilio_client().calls.list(
                to=message.address, from_=settings.TWILIO_VOICE_NUMBER, limit=LISTED
            )
    except Unknown as error:
        raise TryLater(str(error)) from error
    since = message.created_at - CLOCKS_DIFFER
    placed = [one for one in listed if one.date_created and one.date_created >= since]
    ids = {str(one.sid) for one in placed}
    known = Message.objects.filter(channel=Message.Channel.VOICE, provider_id__in=ids)
    owned = set(known.exclude(pk=message.pk).values_list("provider_id", flat=True))
    free = ids - owned - voice.calls_of_others(ids)
    # the oldest: a later one belongs to a later message to the same number
    return next((Sent(str(one.sid)) for one in reversed(placed) if str(one.sid) in free), None)


def ask(message: Message) -> Status | None:
    """What became of the call, asked instead of told; None when nobody can say."""
    if not message.provider_id or not is_configured():
        return None
    try:
        with provider_errors():
            call = twilio_client().calls(message.provider_id).fetch()
    except NotSent:
        return None
    return status_of(str(call.status), str(call.answered_by or ""))


def status_of(word: str, answered_by: str) -> Status | None:
    """What a call's state means for a message that nobody has been heard to listen to."""
    state = STATES.get(word)
    if state is None:
        return None
    if is_machine(answered_by):
        return Status(Message.State.FAILED, "machine", "machine")
    problem = "not_heard" if word == "completed" else word
    return Status(state, word, problem if state == Message.State.FAILED else "")


def is_machine(answered_by: str) -> bool:
    """Whether an answering machine or a fax picked up."""
    return answered_by.startswith(("machine", "fax"))
