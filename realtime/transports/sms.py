"""SMS through Twilio's own client; without keys the desk gets the message on its call list.

A send is not idempotent at the provider: when the answer is lost nobody knows whether the message
left, and a person must not be asked twice, so this raises `Unknown` instead of trying again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from realtime.models import Message
from realtime.transports import NotSent, Sent, TryLater, Unknown

TRY_LATER = {429, 503}


class RedirectedClient(TwilioHttpClient):
    """Sends every call to ``TWILIO_API_BASE_URL`` when that is set (a simulated provider)."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Map the host; everything else is the library's."""
        if settings.TWILIO_API_BASE_URL:
            base, wanted = urlsplit(settings.TWILIO_API_BASE_URL), urlsplit(url)
            url = urlunsplit((base.scheme, base.netloc, wanted.path, wanted.query, ""))
        return super().request(method, url, *args, **kwargs)


@lru_cache(maxsize=4)
def _client(account: str, token: str) -> Client:
    return Client(account, token, http_client=RedirectedClient(timeout=10))


def send(message: Message) -> Sent:
    """Hand one SMS to the provider."""
    if not settings.TWILIO_ACCOUNT_SID or not settings.TWILIO_FROM_NUMBER:
        raise NotSent("no SMS provider is configured")
    client = _client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    try:
        made = client.messages.create(
            to=message.address, from_=settings.TWILIO_FROM_NUMBER, body=message.body
        )
    except TwilioRestException as error:
        if error.status in TRY_LATER:
            raise TryLater(f"provider {error.status}") from error
        if error.status >= 500:
            raise Unknown(f"provider {error.status}") from error
        raise NotSent(f"provider {error.status} code {error.code}") from error
    except ConnectTimeout as error:
        raise TryLater("no connection") from error
    except (NoConnection, RequestException) as error:
        raise Unknown(type(error).__name__) from error
    return Sent(provider_id=made.sid or "")
