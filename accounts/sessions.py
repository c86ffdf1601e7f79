"""What a session may do: whose it is, as which member, and whether it still holds.

Pages ask once a request (through `accounts.middleware`), sockets every few seconds, so that an
open page stops hearing within seconds of a sign-out, a new password or a deactivation. A session
that was opened by a volunteer's code never acts as a member of staff.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import Membership, User

DEMO_LINK_SESSION = "signed_in_by_demo_link"
ORGANIZATION_SESSION = "organization_id"
VOLUNTEER_SESSION = "volunteer_id"
SIGNED_IN_AT = "signed_in_at"
USE_NOTED_EVERY = 300  # seconds


def choose_membership(user_id: int, session: Mapping[str, Any]) -> Membership | None:
    """The membership chosen in this session, else the person's first active one."""
    if session.get(VOLUNTEER_SESSION):
        return None
    found = list(
        Membership.objects.filter(user=user_id, active=True)
        .select_related("organization", "user")
        .order_by("id")
    )
    chosen = session.get(ORGANIZATION_SESSION)
    return next((m for m in found if m.organization_id == chosen), found[0] if found else None)


def lacks_second_factor(user_id: int, session: Mapping[str, Any]) -> bool:
    """True where only a password stands; recovery codes alone are no second factor."""
    if settings.DEMO and session.get(DEMO_LINK_SESSION):
        return False
    factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return not Authenticator.objects.filter(user=user_id, type__in=factors).exists()


def session_still_valid(session_key: str, user_id: int) -> bool:
    """The session exists, belongs to the person, and neither password nor person changed since.

    Two look-ups by primary key; cheap enough for every open socket every few seconds.
    """
    found = _open_session(session_key)
    return found is not None and found[0] == user_id


def membership_of_scope(scope: dict[str, Any]) -> Membership | None:
    """The staff membership behind an open socket, read afresh; None means it must close."""
    found = _open_session(getattr(scope.get("session"), "session_key", None))
    if found is None or lacks_second_factor(*found):
        return None
    return choose_membership(*found)


def volunteer_of_scope(scope: dict[str, Any]) -> int | None:
    """The volunteer behind an open socket, read afresh; None means it must close."""
    found = _open_session(getattr(scope.get("session"), "session_key", None))
    return found[1].get(VOLUNTEER_SESSION) if found else None


def note_use(session_key: str | None) -> None:
    """Remember that a session is in use, every few minutes, for the list of devices."""
    place = f"session-used:{session_key}"
    with contextlib.suppress(Exception):  # a cache that is away stops nobody
        if session_key and cache.add(place, 1, USE_NOTED_EVERY):
            now = timezone.now()
            UserSession.objects.filter(session_key=session_key).update(last_seen_at=now)


def end_sessions(user: User) -> int:
    """Sign the person out everywhere, now; returns how many sessions there were."""
    ended = list(UserSession.objects.filter(user=user))
    for session in ended:
        session.end()
    return len(ended)


def _open_session(session_key: str | None) -> tuple[int, dict[str, Any]] | None:
    """(user id, data) of a session that is signed in."""
    if not session_key:
        return None
    row = Session.objects.filter(pk=session_key, expire_date__gt=timezone.now()).first()
    if row is None:
        return None
    data = row.get_decoded()
    user = User.objects.filter(pk=data.get(SESSION_KEY, 0), is_active=True).first()
    if user is None:
        return None
    kept = data.get(HASH_SESSION_KEY, "")
    if not constant_time_compare(kept, user.get_session_auth_hash()):
        return None
    return user.pk, data
