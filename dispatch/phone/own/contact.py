"""A new mobile number or e-mail address: it counts once the code sent there came back.

The former contact is told, so that nobody's contact is changed behind the person's back.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from accounts.codes import issue_code, redeem_code
from accounts.errors import ActionError
from dispatch.phone import words
from dispatch.phone.codes import BODIES, SUBJECTS, subject_of
from dispatch.phone.forms import CodeForm, posted
from dispatch.phone.own.answers import status_of
from dispatch.phone.own.forms import NewContactForm
from dispatch.phone.people import volunteers_only
from dispatch.phone.throttle import CODES_ASKED, CODES_TYPED, address_of
from dispatch.reaching import recipient
from dispatch.wording import name_for
from realtime.outbox import CODE, queue
from volunteers.actions.contacts import CONTACTS, change_contact
from volunteers.models import Volunteer

WAITING: Final = "new_contact"
PATIENCE = timedelta(minutes=15)
CHANNELS: Final = {"mobile": "sms", "email": "email"}
TOLD: Final = {
    "ja": "【{organization}】ご登録の連絡先が変更されました。心当たりがないときは、窓口へご連絡ください。",
    "ja-simple": "【{organization}】あなたの 連絡先が かわりました。知らないときは、窓口に 電話してください。",
    "en": "{organization}: your contact details were changed. If it was not you, please call us.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def change(request: HttpRequest, volunteer: Volunteer, kind: str) -> HttpResponse:
    """Ask for the new contact and send a code there."""
    if kind not in CONTACTS:
        raise Http404
    form = NewContactForm(posted(request), kind=kind)
    if request.method == "POST" and form.is_valid():
        at = database_now()
        value = form.cleaned_data["value"]
        try:
            _not_too_often(request)
            _send_code(volunteer, kind, value, at)
        except ActionError as error:
            form.add_error(None, words.refusal(error))
        else:
            until = (at + PATIENCE).isoformat()
            request.session[WAITING] = {"kind": kind, "value": value, "until": until}
            return redirect("volunteer:contact_code", kind)
    context = {"organization": volunteer.organization, "form": form, "kind": kind}
    return render(request, "volunteer/own/contact.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def enter_code(request: HttpRequest, volunteer: Volunteer, kind: str) -> HttpResponse:
    """Take the code; then the new contact counts."""
    at = database_now()
    waiting = request.session.get(WAITING)
    if kind not in CONTACTS:
        raise Http404
    if not waiting or waiting["kind"] != kind or datetime.fromisoformat(waiting["until"]) < at:
        return redirect("volunteer:contact", kind)
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if CODES_TYPED.count(address_of(request)):
            form.add_error(None, _("続けて入力されました。しばらくおいてから、お試しください。"))
        elif not redeem_code(
            _subject(volunteer, waiting["value"]), form.cleaned_data["code"], at=at
        ):
            form.add_error("code", _("番号が違うか、期限が過ぎています。"))
        else:
            del request.session[WAITING]
            keep(volunteer, kind, waiting["value"], at)
            messages.success(request, _("新しい連絡先を登録しました。"))
            return redirect("volunteer:channels")
    context: dict[str, Any] = {
        "organization": volunteer.organization,
        "form": form,
        "kind": kind,
        "shown": waiting["value"],
    }
    return render(request, "volunteer/own/contact_code.html", context, status=status_of(form))


def keep(volunteer: Volunteer, kind: str, value: str, at: datetime) -> None:
    """Write the proved contact in every register that had the former one, and tell the former."""
    former = getattr(volunteer, kind)
    with transaction.atomic():
        rows = Volunteer.objects.filter(user=volunteer.user_id).select_related("organization")
        for row in rows.order_by("pk"):
            if row.pk == volunteer.pk or getattr(row, kind) == former:
                change_contact(row, kind, value, by=volunteer.user, at=at)
        if former and former != value and not volunteer.contact_wrong_at:
            language = volunteer.message_language if volunteer.message_language in TOLD else "ja"
            name = name_for(volunteer.organization, volunteer)
            queue(
                replace(recipient(volunteer), channel=CHANNELS[kind], address=former),
                kind="contact_changed",
                subject=_("連絡先の変更"),
                body=TOLD[language].format(organization=name),
                dedupe_key=f"{volunteer.key}:contact_changed:{secrets.token_hex(8)}",
                subject_key=volunteer.key,
                at=at,
            )


def _subject(volunteer: Volunteer, value: str) -> str:
    """The code belongs to this person and this contact: no other code opens it."""
    return subject_of(f"{volunteer.key} {value}")


def _send_code(volunteer: Volunteer, kind: str, value: str, at: datetime) -> None:
    language = volunteer.message_language if volunteer.message_language in BODIES else "ja"
    name = name_for(volunteer.organization, volunteer)
    with transaction.atomic():
        code = issue_code(_subject(volunteer, value), at=at)
        queue(
            replace(recipient(volunteer), channel=CHANNELS[kind], address=value),
            kind="code",
            subject=SUBJECTS[language],
            body=BODIES[language].format(organization=name, code=code),
            dedupe_key=f"code:{volunteer.key}:{secrets.token_hex(8)}",
            subject_key=volunteer.key,
            patience=CODE,
            at=at,
        )


def _not_too_often(request: HttpRequest) -> None:
    if CODES_ASKED.count(address_of(request)):
        text = _("続けて送信されました。しばらくおいてから、もう一度お試しください。")
        raise ActionError("too_many_codes", text, status=429)
