"""SMS through Twilio's own client; without keys the desk gets the message on its call list.

A send is not idempotent at the provider: when the answer is lost nobody knows whether the message
left. Before any second try `find` looks into the provider's list, and `hooks` hears what became of
it.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from twilio.rest.api.v2010.account.message import MessageInstance

from realtime.models import Message
from realtime.transports import NotSent, Price, Refused, Sent, Status, TryLater, Unknown
from realtime.transports.sms.segments import count
from realtime.twilio_client import (
    RefusedByTwilio,
    callback_address,
    provider_errors,
    twilio_client,
)  # fmt: skip
from realtime.twilio_client import (
    is_configured as has_account,
)

SAFE_TO_REPEAT = False
STOPPED = 21610
"""Twilio's code for a person who sent STOP: the carrier's rule, not ours to break."""
LOOK_BACK = timedelta(minutes=2)
"""How much the provider's clock and the database's may differ."""
LOOK_AT = 50
"""Newest messages to one number that are looked through."""
STATES = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), Message.State.SENT),
    **dict.fromkeys(("delivered", "read"), Message.State.DELIVERED),
    **dict.fromkeys(("undelivered", "failed", "canceled"), Message.State.FAILED),
}
"""What a word of the provider means for us."""


def is_configured() -> bool:
    """There is an account and a number to send from."""
    return bool(has_account() and settings.TWILIO_FROM_NUMBER)


def price_of(message: Message) -> Price:
    """By parts; an estimate from the settings."""
    segments = count(message.text).segments
    return Price(segments, segments * settings.SMS_YEN_PER_SEGMENT)


def send(message: Message) -> Sent:
    """Hand one SMS to the provider."""
    if not is_configured():
        raise NotSent("no SMS provider is configured")
    try:
        with provider_errors():
            made = twilio_client().messages.create(
                to=message.address,
                from_=settings.TWILIO_FROM_NUMBER,
                body=message.text,
                status_callback=callback_address(reverse("hooks:sms_status")),
            )
    except RefusedByTwilio as error:
        raise Refused("stopped" if error.code == STOPPED else str(error)) from error
    return Sent(provider_id=made.sid or "")


def find(message: Message) -> Sent | None:
    """The message in the provider's list: same number, same text, made since, nobody else's.

    Not asked for by the date of sending: one that waits in the provider's queue has none yet.
    """
    try:
        with provider_errors():
            made = twilio_client().messages.list(
                to=message.address, from_=settings.TWILIO_FROM_NUMBER, limit=LOOK_AT
            )
    except Unknown as error:
        raise TryLater(str(error)) from error
    alike = [one for one in made if _is_alike(one, message)]
    taken = set(
        Message.objects.filter(provider_id__in=[one.sid for one in alike])
        .exclude(pk=message.pk)
        .values_list("provider_id", flat=True)
    )
    free = [one for one in alike if one.sid not in taken]
    return Sent(provider_id=free[-1].sid or "") if free else None


def ask(message: Message) -> Status | None:
    """What the provider says of the message now; None when it knows nothing of it."""
    if not message.provider_id or not is_configured():
        return None
    try:
        with provider_errors():
            found = twilio_client().messages(message.provider_id).fetch()
    except NotSent:
        return None
    return status_of(str(found.status or ""), str(found.error_code or ""))


def status_of(word: str, error: str = "") -> Status | None:
    """Our state for a word of the provider; None for one that says nothing, or is new to us."""
    state = STATES.get(word)
    return Status(state, word, error if state == Message.State.FAILED else "") if state else None


def _is_alike(one: MessageInstance, message: Message) -> bool:
    made_at = one.date_created
    recent = made_at is None or made_at >= message.created_at - LOOK_BACK
    return recent and (one.body or "").strip() == message.text.strip()
