"""The one client of Twilio's API, for SMS, telephone calls, TURN credentials and video rooms.

It talks to the hosts named here and to no other, or to ``TWILIO_API_BASE_URL`` in place of them (a
simulated provider). What went wrong comes in the three ways that matter to whoever asked: refused
for good, busy, or nobody knows whether it was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from realtime.transports import NotSent, Refused, TryLater, Unknown

HOSTS = frozenset({"api.twilio.com", "video.twilio.com"})
BUSY = {429, 503}
ACCOUNT_CLOSED = {20003, 20005}
"""Our keys do not count (any more): it is the provider that cannot be used, not one address."""
RETRIES = "#rc=5&rp=all"
"""Connection overrides: a callback that fails is made up to five times more, whatever failed."""
PATIENCE = 10.0  # seconds for one call


class RefusedByTwilio(Refused):
    """The provider said no, with the code that its documentation explains."""

    def __init__(self, text: str, code: int | None) -> None:
        super().__init__(text)
        self.code = code


class ForeignHost(RequestException):
    """The library wanted to talk to a host that nobody expects."""


class RedirectedClient(TwilioHttpClient):
    """Sends every call to ``TWILIO_API_BASE_URL`` when that is set; refuses unknown hosts."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Map the host; everything else is the library's."""
        wanted = urlsplit(url)
        if wanted.scheme != "https" or wanted.hostname not in HOSTS:
            raise ForeignHost(f"refused to call {wanted.hostname}")
        if settings.TWILIO_API_BASE_URL:
            base = urlsplit(settings.TWILIO_API_BASE_URL)
            url = urlunsplit((base.scheme, base.netloc, wanted.path, wanted.query, ""))
        return super().request(method, url, *args, **kwargs)


def is_configured() -> bool:
    """There is an account to use."""
    return bool(settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN)


def twilio_client(patience: float = PATIENCE) -> Client:
    """The client of the configured account; a call takes ``patience`` seconds at most."""
    return _client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, patience)


def callback_address(path: str) -> str:
    """Where the provider calls back; what follows the ``#`` is for it alone and is not signed."""
    return f"{settings.PUBLIC_BASE_URL}{path}{RETRIES}"


@lru_cache(maxsize=8)
def _client(account: str, token: str, patience: float) -> Client:
    return Client(account, token, http_client=RedirectedClient(timeout=patience))


@contextmanager
def provider_errors() -> Iterator[None]:
    """Raise NotSent (refused), TryLater (busy, not done) or Unknown (perhaps done) instead."""
    try:
        yield
    except TwilioRestException as error:
        if error.status in BUSY or error.code in ACCOUNT_CLOSED:
            raise TryLater(f"provider {error.status}") from error
        if error.status >= 500:
            raise Unknown(f"provider {error.status}") from error
        raise RefusedByTwilio(f"provider {error.status} code {error.code}", error.code) from error
    except TwilioException as error:
        # a list is not to be had (the library says so without the status); nothing was changed
        raise TryLater("provider gives no list") from error
    except ForeignHost as error:
        raise NotSent(str(error)) from error
    except ConnectTimeout as error:
        raise TryLater("no connection") from error
    except RequestException as error:
        if _never_connected(error):
            raise TryLater("no connection") from error
        raise Unknown(type(error).__name__) from error


def _never_connected(error: RequestException) -> bool:
    """Whether nobody was there at all, so that nothing can have been done."""
    cause = error.args[0] if isinstance(error, NoConnection) and error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
