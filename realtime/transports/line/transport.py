"""LINE through the official library; without keys the next way goes at once.

A push carries a retry key made from the message: LINE takes the same key once within 24 hours and
says 409 to the second, so a repetition is harmless. A push to somebody who has blocked the account
is accepted and goes nowhere; whether it can arrive is asked first. There are no receipts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from linebot.v3.messaging import (
    ApiClient,
    Configuration,
    MessagingApi,
    PostbackAction,
    PushMessageRequest,
    QuickReply,
    QuickReplyItem,
    TextMessage,
)
from linebot.v3.messaging.exceptions import ApiException
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from realtime import line
from realtime.models import Message
from realtime.transports import NotSent, Price, Refused, Sent, Status, TryLater, Unknown

SAFE_TO_REPEAT = True
PATIENCE = (3.0, 8.0)
"""Seconds to connect and to answer, for each of two calls."""
LONGEST = 5000
"""Characters of one message that LINE takes."""
BLOCKED, DONE_BEFORE, TOO_MUCH, AWAY = 404, 409, 429, 503
USED_UP = "monthly limit"


def is_configured() -> bool:
    """There is an official account to send from."""
    return line.is_configured()


def price_of(message: Message) -> Price:
    """One message of the account's plan."""
    return Price(1, settings.LINE_YEN_PER_MESSAGE)


def send(message: Message) -> Sent:
    """Push one message to an account."""
    if not is_configured():
        raise NotSent("no LINE account is configured")
    api = _api(settings.LINE_CHANNEL_TOKEN, settings.LINE_API_BASE_URL)
    _must_be_reachable(api, message.address)
    request = PushMessageRequest(to=message.address, messages=[_text(message)])
    try:
        with _errors():
            made = api.push_message(request, retry_key(message), _request_timeout=PATIENCE)
    except DoneBefore as error:
        return Sent(provider_id=error.message_id)
    sent = made.sent_messages
    return Sent(provider_id=str(sent[0].id) if sent else "")


def find(message: Message) -> Sent | None:
    """Never asked: sending again is safe, and LINE has no list."""
    return None


def ask(message: Message) -> Status | None:
    """LINE does not tell whether a message was read or arrived."""
    return None


def retry_key(message: Message) -> str:
    """The same for every try of a message, unlike any other's."""
    return str(uuid5(NAMESPACE_URL, f"{settings.PUBLIC_BASE_URL}/messages/{message.dedupe_key}"))


class DoneBefore(Exception):
    """LINE has taken the message already, at an earlier try."""

    def __init__(self, message_id: str) -> None:
        super().__init__(message_id)
        self.message_id = message_id


def _must_be_reachable(api: MessagingApi, account: str) -> None:
    """Raises NotSent for an account that has blocked us; asking sends nothing."""
    try:
        with _errors():
            api.get_profile(account, _request_timeout=PATIENCE)
    except Unknown as error:
        raise TryLater(str(error)) from error


def _text(message: Message) -> TextMessage:
    items = [
        QuickReplyItem(action=PostbackAction(label=one.label, data=one.text, displayText=one.label))
        for one in line.buttons_of(message)
    ]
    replies = QuickReply(items=items) if items else None
    return TextMessage(text=message.text[:LONGEST], quickReply=replies)


@contextmanager
def _errors() -> Iterator[None]:
    """Raise NotSent (refused), TryLater (not done), Unknown (perhaps done) or DoneBefore instead."""
    try:
        yield
    except ApiException as error:
        raise _meaning(error) from error
    except (ConnectTimeoutError, NewConnectionError) as error:
        raise TryLater("no connection") from error
    except HTTPError as error:
        raise Unknown(type(error).__name__) from error


def _meaning(error: ApiException) -> Exception:
    status = int(error.status or 0)
    if status == DONE_BEFORE:
        return DoneBefore(_message_id(error.body))
    if status == BLOCKED:
        return Refused("blocked")
    if status == TOO_MUCH and USED_UP in str(error.body):
        return NotSent("monthly limit")  # of the account's plan
    if status in {TOO_MUCH, AWAY}:
        return TryLater(f"provider {status}")
    if status >= 500:
        return Unknown(f"provider {status}")
    return NotSent(f"provider {status}")


def _message_id(body: object) -> str:
    """The id in the answer to a repetition, or an empty string."""
    try:
        return str(json.loads(str(body))["sentMessages"][0]["id"])
    except (ValueError, LookupError, TypeError):
        return ""


@lru_cache(maxsize=4)
def _api(token: str, base_url: str) -> MessagingApi:
    configuration = Configuration(access_token=token, host=base_url or None)
    configuration.retries = False  # also follows no redirect
    return MessagingApi(ApiClient(configuration))
