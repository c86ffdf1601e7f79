"""Callbacks of Twilio: only what it signed with our token is believed.

The signature is computed over the configured public address, never over the host that a request
names. While a token is being changed the old one counts as well (``TWILIO_AUTH_TOKEN_OLD``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

logger = logging.getLogger(__name__)
HEADER = "X-Twilio-Signature"
View = Callable[..., HttpResponse]


def is_signed(request: HttpRequest) -> bool:
    """Whether the request carries a signature made with one of our tokens."""
    given = request.headers.get(HEADER, "")
    tokens = [settings.TWILIO_AUTH_TOKEN, settings.TWILIO_AUTH_TOKEN_OLD]
    url = settings.PUBLIC_BASE_URL + request.get_full_path()
    if not given or len(given) > 100:
        return False
    # every token is tried: how long it takes tells nothing
    found = [
        RequestValidator(token).validate(url, request.POST, given) for token in tokens if token
    ]
    return any(found)


def signed_by_twilio(view: View) -> View:
    """Let only signed POSTs in; anything else gets 403 and changes nothing."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_signed(request):
            logger.warning("callback without a valid signature: %s", view.__name__)
            return HttpResponseForbidden()
        return view(request, *args, **kwargs)

    return guarded
