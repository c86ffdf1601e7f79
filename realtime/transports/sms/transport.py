"""SMS through Twilio's own client; without keys the desk gets the message on its call list.

A send is not idempotent at the provider: when the answer is lost nobody knows whether the message
left, and a person must not be asked twice, so this raises `Unknown` instead of trying again.
"""

from __future__ import annotations

from django.conf import settings

from realtime.models import Message
from realtime.transports import NotSent, Sent
from realtime.twilio_client import provider_errors, twilio_client


def send(message: Message) -> Sent:
    """Hand one SMS to the provider."""
    if not settings.TWILIO_ACCOUNT_SID or not settings.TWILIO_FROM_NUMBER:
        raise NotSent("no SMS provider is configured")
    with provider_errors():
        made = twilio_client().messages.create(
            to=message.address, from_=settings.TWILIO_FROM_NUMBER, body=message.body
        )
    return Sent(provider_id=made.sid or "")
