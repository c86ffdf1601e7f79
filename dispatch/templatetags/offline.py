"""What every volunteer's page carries for being read without a network; see offline.js."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.sign_in import volunteer_session
from dispatch.models import Offer
from dispatch.phone.late_answers import useful_until
from volunteers.phones import as_written

register = template.Library()


@register.inclusion_tag("volunteer/_offline.html", takes_context=True)
def offline_part(context: template.Context) -> dict[str, Any]:
    """Words, whose page it is, and until when an answer is of use (pages of offers)."""
    request = context.get("request")
    offer, organization = context.get("offer"), context.get("organization")
    return {
        "person": person_of(request) if request else "",
        "until": useful_until(offer) if isinstance(offer, Offer) else None,
        "worker": not context.get("rings"),
        "phone": as_written(organization.phone) if organization else "",
        "time": "%s",  # put in by the script
        "is_home": request is not None and request.path == reverse("volunteer:home"),
    }


def person_of(request: HttpRequest) -> str:
    """Says only whether it is the same person as before, to whom the pages on a device belong."""
    if not volunteer_session(request):
        return ""
    key = f"offline:{request.user.pk}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), key, hashlib.sha256).hexdigest()[:16]
