"""Ways in that are not allauth's: volunteers by code or link, demo roles by link.

Staff proper sign in with a password and a second factor through allauth. A volunteer's session
knows its volunteer's id and nothing more, and lasts long; a demo link works in ``TSUNAGI_MODE=demo`` only, and
only for people of demo organizations.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Membership, User
from accounts.sessions import (
    DEMO_LINK_SESSION,
    ORGANIZATION_SESSION,
    SIGNED_IN_AT,
    VOLUNTEER_SESSION,
)

BACKEND = "django.contrib.auth.backends.ModelBackend"
VOLUNTEER_PREFIX = "volunteer:"
VOLUNTEER_SESSION_SECONDS = 60 * 24 * 3600
"""On a volunteer's own telephone; staff sign in again every day (``SESSION_COOKIE_AGE``)."""


def ensure_user_for(name: str, language: str, user: User | None = None) -> User:
    """The user that a volunteer signs in as; made without password or address if there is none."""
    return user or User.objects.create_user(name=name, language=language)


def sign_in_volunteer(request: HttpRequest, user: User, volunteer_id: int) -> None:
    """Open a session for a volunteer whose code or link was just redeemed."""
    _start_session(request, user)
    request.session[VOLUNTEER_SESSION] = volunteer_id
    request.session.set_expiry(VOLUNTEER_SESSION_SECONDS)


def volunteer_session(request: HttpRequest) -> int | None:
    """The id of the volunteer who is signed in, or None."""
    if not request.user.is_authenticated:
        return None
    return request.session.get(VOLUNTEER_SESSION)


def signed_in_since(request: HttpRequest, earliest: datetime) -> bool:
    """This session was opened by a code, a link or a passkey at ``earliest`` (UTC) or later."""
    kept = request.session.get(SIGNED_IN_AT, "")
    return bool(kept) and datetime.fromisoformat(kept) >= earliest


def sign_in_demo(request: HttpRequest, user: User, subject: str = "") -> None:
    """Open a demo session; ``subject`` such as ``volunteer:12`` says as which volunteer.

    Raises ActionError ``not_a_demo`` outside the demo and for people of real organizations.
    """
    memberships = Membership.objects.filter(user=user, active=True)
    if not settings.DEMO or memberships.filter(organization__is_demo=False).exists():
        raise ActionError("not_a_demo", "デモ用のリンクは、ここでは使えません。", status=404)
    _start_session(request, user)
    request.session[DEMO_LINK_SESSION] = True
    if subject.startswith(VOLUNTEER_PREFIX):
        request.session[VOLUNTEER_SESSION] = int(subject.removeprefix(VOLUNTEER_PREFIX))


def _start_session(request: HttpRequest, user: User) -> None:
    """Log in; nothing of an earlier session in this browser goes along."""
    for key in (DEMO_LINK_SESSION, ORGANIZATION_SESSION, VOLUNTEER_SESSION):
        request.session.pop(key, None)
    request.session.set_expiry(None)  # nor how long that one was to last
    login(request, user, backend=BACKEND)
    request.session[SIGNED_IN_AT] = database_now().isoformat()
    UserSession.objects.create_from_request(request)  # so that it can be listed and ended


def lockout_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """For axes: whose sign-in failed, however the address was written."""
    given = (credentials or {}).get("email") or request.POST.get("login") or ""
    return str(given).strip().lower()
