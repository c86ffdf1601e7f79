"""The link in the question whether somebody wants to stay: signed, good for that one question.

It opens a page without a name on it, because numbers change hands.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from volunteers.models import Volunteer

SALT = "volunteers.stay"
GOOD_FOR = timedelta(days=90)
"""Longer than the time to answer; afterwards the desk asks again."""


def stay_url(volunteer: Volunteer) -> str:
    """The address of the question, absolute; needs ``stay_asked_at``."""
    return settings.PUBLIC_BASE_URL + reverse("volunteers:stay", args=[stay_token(volunteer)])


def stay_token(volunteer: Volunteer) -> str:
    """Names the person and the moment of asking."""
    asked = volunteer.stay_asked_at
    value = [volunteer.pk, int(asked.timestamp()) if asked else 0]
    return signing.dumps(value, salt=SALT, compress=True)


def asked_by(token: str) -> Volunteer | None:
    """Whom the link asks, as long as that is the last question to them; else None."""
    try:
        pk, asked = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = Volunteer.objects.filter(pk=pk).select_related("organization").first()
    if found is None or found.stay_asked_at is None:
        return None
    same = int(found.stay_asked_at.timestamp()) == asked
    return found if same and found.status != Volunteer.Status.WITHDRAWN else None
