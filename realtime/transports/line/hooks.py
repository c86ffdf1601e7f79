"""What LINE tells us: texts and pressed buttons, who adds the account and who blocks it.

One signed POST carries several events; each counts once by its id, whatever comes twice. A text that
is a code connects the account with somebody, anything else is an answer like an SMS. Groups are none
of our business. When an event could not be kept the answer is 500, so that LINE sends it again.
"""

from __future__ import annotations

import logging
import re
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from linebot.v3.webhook import SignatureValidator, WebhookParser
from linebot.v3.webhooks import (
    Event,
    FollowEvent,
    MessageEvent,
    PostbackEvent,
    TextMessageContent,
    UnfollowEvent,
    UserSource,
)

from realtime import inbox, line
from realtime.delivery import now
from realtime.models import Inbound, Message

logger = logging.getLogger(__name__)
CHANNEL = str(Message.Channel.LINE)
SIGNATURE = "X-Line-Signature"
ACCOUNT = re.compile(r"U[0-9a-f]{32}")
NO_TEXT = "（文字のないメッセージ）"
"""Kept for a sticker, a picture or the like, so that the desk hears of it."""


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Events from LINE."""
    body = request.body.decode("utf-8", errors="replace")
    secret = _signed_with(body, request.headers.get(SIGNATURE, ""))
    if not secret:
        logger.warning("LINE callback without a valid signature")
        return HttpResponseForbidden()
    try:
        events = WebhookParser(secret).parse(body, request.headers[SIGNATURE])
    except (ValueError, LookupError, TypeError, AttributeError):
        return HttpResponseBadRequest()
    kept = [_keep(event, now()) for event in events]
    return HttpResponse(status=200 if all(kept) else 500)


def _signed_with(body: str, given: str) -> str:
    """The secret that the signature was made with, present or former; empty for none."""
    secrets = [settings.LINE_CHANNEL_SECRET, settings.LINE_CHANNEL_SECRET_OLD]
    if not given or len(given) > 100:
        return ""
    # every secret is tried: how long it takes tells nothing
    fitting = [one for one in secrets if one and SignatureValidator(one).validate(body, given)]
    return fitting[0] if fitting else ""


def _keep(event: Event, at: datetime) -> bool:
    """Deal with one event; False if it has to come again."""
    account = event.source.user_id if isinstance(event.source, UserSource) else ""
    if not ACCOUNT.fullmatch(account or ""):
        return True
    try:
        with transaction.atomic():
            if isinstance(event, FollowEvent):
                line.followed(account, at)
            elif isinstance(event, UnfollowEvent):
                line.gone(account, at)
            elif isinstance(event, MessageEvent | PostbackEvent):
                _hear(event.webhook_event_id, account, _text_of(event), at)
    except Exception:
        logger.exception("LINE event %s", event.webhook_event_id)
        return False
    return True


def _text_of(event: MessageEvent | PostbackEvent) -> str:
    if isinstance(event, PostbackEvent):
        return str(event.postback.data)
    is_text = isinstance(event.message, TextMessageContent)
    return str(event.message.text) if is_text else NO_TEXT


def _hear(event_id: str, account: str, text: str, at: datetime) -> None:
    """A text: once, and as a code first."""
    if Inbound.objects.filter(channel=CHANNEL, provider_id=event_id).exists():
        return
    connected = line.connect(account, text, at)
    if connected is None:
        inbox.receive(CHANNEL, event_id, account, text, at)
        return
    Inbound.objects.create(
        channel=CHANNEL, provider_id=event_id, address=account, body=text, received_at=at,
        state=Inbound.State.UNDERSTOOD, understood_as="connected", handled_at=at,
        organization_id=connected.organization_id, recipient=connected.recipient,
    )  # fmt: skip


urlpatterns = [path("line/", webhook, name="line")]
