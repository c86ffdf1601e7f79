"""Signing in by fingerprint or face: passkeys of volunteers, kept by allauth's ``mfa``.

A passkey opens a volunteer's session and nothing of the office: whoever also works in an office
makes passkeys there, behind password and second factor. Making one is told to the person, so that a
telephone left open for a moment does not stay open for ever.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import LoginWebAuthnForm, SignupWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.clock import database_now
from accounts.models import User
from accounts.sign_in import sign_in_volunteer
from dispatch.phone.own.forms import NameForm
from dispatch.phone.people import safe_next, volunteers_only
from dispatch.phone.pushes import device_of
from dispatch.phone.reading import personal, read_by
from dispatch.phone.throttle import CODES_TYPED, address_of
from dispatch.reaching import recipient
from dispatch.wording import name_for
from realtime.outbox import queue
from volunteers.models import Volunteer

MOST: Final = 10
TOLD: Final = {
    "ja": "【{organization}】パスキー（{name}）が登録されました。心当たりがないときは、窓口へ。",
    "ja-simple": "【{organization}】パスキー（{name}）が できました。知らないときは、窓口に 電話してください。",
    "en": "{organization}: a new passkey ({name}) was added. If it was not you, please call us.",
}


def passkeys_of(volunteer: Volunteer) -> list[Authenticator]:
    """The person's passkeys, oldest first."""
    kind = Authenticator.Type.WEBAUTHN
    return list(Authenticator.objects.filter(user=volunteer.user_id, type=kind).order_by("pk"))


def may_add(volunteer: Volunteer) -> bool:
    """Not for members of an office, and not without end."""
    works = volunteer.user is None or volunteer.user.memberships.filter(active=True).exists()
    return not works and len(passkeys_of(volunteer)) < MOST


def registration(request: HttpRequest, volunteer: Volunteer) -> dict[str, Any]:
    """What the browser needs to make a passkey; its challenge is kept in the session."""
    if not may_add(volunteer):
        return {}
    return {"creation_options": auth.begin_registration(volunteer.user, True)}


@require_POST
@volunteers_only
def add(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Keep what the browser made."""
    agent = device_of(request.headers.get("User-Agent", ""))
    name = request.POST.get("name", "").strip()[:60] or agent or _("パスキー")
    form = SignupWebAuthnForm({**request.POST.dict(), "name": name}, user=volunteer.user)
    with transaction.atomic():
        # whoever becomes a member of an office at this moment waits, or is seen by `may_add`
        assert volunteer.user_id is not None
        User.objects.select_for_update().get(pk=volunteer.user_id)
        if not may_add(volunteer) or not _holds(form):
            messages.error(request, _("パスキーを登録できませんでした。もう一度お試しください。"))
            return redirect("volunteer:devices")
        auth.WebAuthn.add(volunteer.user, name, form.cleaned_data["credential"])
        _record(volunteer, "passkey_added")
        _tell(volunteer, name)
    messages.success(request, _("登録しました。次回から、指紋や顔でサインインできます。"))
    return redirect("volunteer:devices")


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def rename(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """Another name for one."""
    passkey = _own(volunteer, pk)
    wrapped = passkey.wrap()
    form = NameForm(
        request.POST if request.method == "POST" else None, initial={"name": wrapped.name}
    )
    if request.method == "POST" and form.is_valid():
        wrapped.name = form.cleaned_data["name"]
        passkey.save()
        messages.success(request, _("保存しました。"))
        return redirect("volunteer:devices")
    context = {"organization": volunteer.organization, "form": form, "passkey": passkey}
    status = 422 if form.errors else 200
    return render(request, "volunteer/own/passkey.html", context, status=status)


@require_POST
@volunteers_only
def remove(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """It opens nothing any more."""
    passkey = _own(volunteer, pk)
    with transaction.atomic():
        passkey.delete()
        _record(volunteer, "passkey_removed")
    messages.success(request, _("取り消しました。"))
    return redirect("volunteer:devices")


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def sign_in(request: HttpRequest) -> HttpResponse:
    """GET: what the browser needs to use a passkey (JSON). POST: its answer opens the session."""
    read_by(request, None)
    if request.method != "POST":
        return JsonResponse({"request_options": auth.begin_authentication()})
    volunteer = None
    if not CODES_TYPED.count(address_of(request)):
        form = LoginWebAuthnForm(request.POST)
        if _holds(form):
            passkey: Authenticator = form.cleaned_data["credential"]
            volunteer = _volunteer_of(passkey.user)
    if volunteer is None:
        messages.error(
            request, _("パスキーでサインインできませんでした。確認番号をお使いください。")
        )
        return redirect("volunteer:sign_in")
    passkey.record_usage()
    sign_in_volunteer(request, passkey.user, volunteer.pk)
    return redirect(safe_next(request, request.POST.get("next", "")))


def _holds(form: Form) -> bool:
    """Whether the browser's words are true; anything that cannot even be read is not."""
    try:
        return form.is_valid()
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def _volunteer_of(user: User) -> Volunteer | None:
    """The person's entry, an active one first."""
    if not user.is_active:
        return None
    mine = Volunteer.objects.filter(user=user).select_related("organization", "user")
    return mine.order_by("status", "pk").first()


def _own(volunteer: Volunteer, pk: int) -> Authenticator:
    found: Authenticator = get_object_or_404(
        Authenticator, pk=pk, user=volunteer.user_id, type=Authenticator.Type.WEBAUTHN
    )
    return found


def _record(volunteer: Volunteer, verb: str) -> None:
    audit.record(
        volunteer.key,
        f"volunteer.{verb}",
        organization=volunteer.organization_id,
        by=volunteer.user,
        at=database_now(),
    )


def _tell(volunteer: Volunteer, name: str) -> None:
    language = volunteer.message_language if volunteer.message_language in TOLD else "ja"
    organization = name_for(volunteer.organization, volunteer)
    queue(
        recipient(volunteer),
        kind="passkey_added",
        subject=_("パスキーの登録"),
        body=TOLD[language].format(organization=organization, name=name),
        dedupe_key=f"{volunteer.key}:passkey_added:{secrets.token_hex(8)}",
        subject_key=volunteer.key,
        at=database_now(),
    )
