"""サインインと端末: where somebody is signed in, and ending that; passkeys beside it.

Ending a session ends its sockets within seconds (`realtime.consumers` asks again), and its browser
is rung no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.clock import database_now
from dispatch.phone import words
from dispatch.phone.own.passkeys import may_add, passkeys_of, registration
from dispatch.phone.people import volunteers_only
from dispatch.phone.pushes import SESSION, device_of
from dispatch.reaching import push_address
from realtime import push
from volunteers.models import Volunteer


@dataclass(frozen=True)
class Device:
    """One signed-in browser."""

    pk: int
    name: str
    last_used: str
    signed_in_until: str
    here: bool


@require_safe
@volunteers_only
def devices(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Every signed-in browser, and the passkeys."""
    at = database_now()
    mine = sessions_of(volunteer)
    shown = [_device(one, request, at) for one in mine]
    context: dict[str, Any] = {
        "organization": volunteer.organization,
        "devices": sorted(shown, key=lambda one: not one.here),
        "passkeys": [_passkey(one, at) for one in passkeys_of(volunteer)],
        "may_add": may_add(volunteer),
        "registration": registration(request, volunteer),
    }
    return render(request, "volunteer/own/devices.html", context)


@require_POST
@volunteers_only
def end(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Sign one other browser out (``device``), or all others (``device=others``)."""
    wanted = request.POST.get("device", "")
    here = request.session.session_key
    others = [one for one in sessions_of(volunteer) if one.session_key != here]
    ending = others if wanted == "others" else [one for one in others if str(one.pk) == wanted]
    for session in ending:
        _forget_push(session.session_key, volunteer)
        session.end()
    if ending:
        audit.record(
            volunteer.key,
            "volunteer.signed_out_devices",
            organization=volunteer.organization_id,
            by=volunteer.user,
            at=database_now(),
            count=len(ending),
        )
        messages.success(request, _("サインアウトしました。"))
    return redirect("volunteer:devices")


def sessions_of(volunteer: Volunteer) -> list[UserSession]:
    """The person's sessions that still hold, the latest used first."""
    found: list[UserSession] = UserSession.objects.purge_and_list(volunteer.user)
    return sorted(found, key=lambda one: one.last_seen_at, reverse=True)


def _device(session: UserSession, request: HttpRequest, at: datetime) -> Device:
    name = device_of(session.user_agent) or _("名前のわからない端末")
    here = session.session_key == request.session.session_key
    ends = Session.objects.filter(pk=session.session_key).values_list("expire_date", flat=True)
    until = ends.first()
    used = words.deadline(session.last_seen_at, at)
    return Device(session.pk, name, used, words.day(until) if until else "", here)


def _passkey(authenticator: Authenticator, at: datetime) -> dict[str, Any]:
    used = authenticator.last_used_at
    return {
        "pk": authenticator.pk,
        "name": authenticator.wrap().name,
        "made": words.day(authenticator.created_at),
        "used": words.deadline(used, at) if used else "",
    }


def _forget_push(session_key: str, volunteer: Volunteer) -> None:
    row = Session.objects.filter(pk=session_key).first()
    endpoint = row.get_decoded().get(SESSION) if row else None
    if endpoint:
        push.unsubscribe(push_address(volunteer), endpoint)
