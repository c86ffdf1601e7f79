"""Everything the platform holds about one person, as plain values: the download of one's own data.

Nothing about third people: no resident, no contact person, no member of staff, no text that
somebody else wrote about a request. Floors above add theirs (`dispatch.subscriptions.own_data`).
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.audit import WORDS
from accounts.models import AuditEntry
from dispatch import subscriptions
from dispatch.models import Assignment, Offer, Shift
from dispatch.phone.people import own_rows
from dispatch.reaching import push_address
from realtime.models import Inbound, Message, PushSubscription
from realtime.outbox import SECRET_KINDS
from volunteers.models import Application, Volunteer

HIDDEN = frozenset({"id", "organization", "user", "volunteer", "feed_token", "version", "content"})
OF_OFFERS = ("state", "remote", "created_at", "sent_at", "seen_at", "answered_at", "answered_via",
    "decline_reason", "expires_at")  # fmt: skip
OF_ASSIGNMENTS = ("state", "remote", "created_at", "on_the_way_at", "arrived_at", "started_at",
    "finished_at", "ended_at")  # fmt: skip
OF_MESSAGES = ("kind", "channel", "address", "language", "subject", "body", "state", "created_at",
    "sent_at", "delivered_at")  # fmt: skip
OF_APPLICATIONS_NOT = HIDDEN | {"reference", "decision_note", "draft", "decided_by"}


def everything(volunteer: Volunteer, at: datetime) -> dict[str, Any]:
    """By section; times are ISO 8601 in UTC, lists in order of time."""
    ids = own_rows(volunteer)
    rows = Volunteer.objects.filter(pk__in=ids).select_related("organization").order_by("pk")
    keys = [row.key for row in rows]
    found: dict[str, Any] = {
        "made_at": at,
        "registrations": [_register_entry(row) for row in rows],
        "offers": [_offer(one) for one in _offers(ids)],
        "assignments": [_assignment(one) for one in _assignments(ids)],
        "messages": [_message(one) for one in _messages(volunteer, keys)],
        "messages_from_me": _inbound(keys),
        "sign_in": _sign_in(volunteer),
        "history": _history(keys),
    }
    for ask in subscriptions.own_data:
        found.update(ask(ids))
    return found


def as_zip(volunteer: Volunteer, at: datetime) -> bytes:
    """``data.json`` and a ``README.txt`` in the reader's language."""
    content = everything(volunteer, at)
    counts = {name: len(part) for name, part in content.items() if isinstance(part, list)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme(volunteer, at, counts))
        text = json.dumps(content, ensure_ascii=False, indent=2, default=_written)
        archive.writestr("data.json", text)
    return buffer.getvalue()


def readme(volunteer: Volunteer, at: datetime, counts: dict[str, int]) -> str:
    """What is in the file, in words; with a mark that makes every editor read it as UTF-8."""
    named = {
        "registrations": _(
            "登録の内容（氏名、連絡先、言語、分野、活動できる時間、資格、登録期間）"
        ),
        "offers": _("お願いと、お返事"),
        "assignments": _("引き受けた通訳"),
        "reports": _("活動報告"),
        "honoraria": _("謝礼"),
        "payments": _("受け取った金額と、受け取りの署名"),
        "bank_accounts": _("振込先口座"),
        "tax_status": _("税金の区分"),
        "messages": _("お送りした連絡"),
        "messages_from_me": _("あなたからの連絡"),
        "history": _("登録の変更の記録"),
    }
    lines = [
        _("%(name)sさんのデータ") % {"name": volunteer.name},
        _("作成：%(time)s（協定世界時）") % {"time": f"{at:%Y-%m-%d %H:%M}"},
        "",
        _("data.json には、次のものが入っています。"),
        *(f"- {name}: {words} ({counts[name]})" for name, words in named.items() if name in counts),
        f"- sign_in: {_('サインインした端末とパスキー')}",
        "",
        _("ほかの方（相談された方など）の情報は入っていません。"),
        _("間違いがあるとき、消してほしいときは、窓口へご連絡ください。"),
        volunteer.organization.name,
    ]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def _register_entry(row: Volunteer) -> dict[str, Any]:
    return {
        "organization": row.organization.name,
        **_columns(row),
        "areas": [area.name for area in row.areas.all()],
        "languages": [_columns(one, "verified_by") for one in row.skills.all()],
        "fields": [_columns(one) for one in row.field_skills.all()],
        "hours": [_columns(one) for one in row.rules.all()],
        "exceptions": [_columns(one) for one in row.exceptions.all()],
        "terms": [_columns(one) for one in row.registrations.all()],
        "certificates": [_columns(one, "verified_by") for one in row.trainings.all()],
        "applications": _applications(row),
        "desk_days": [
            {"desk": one.desk.name, **_columns(one, "desk")}
            for one in Shift.objects.filter(volunteer=row).select_related("desk")
        ],
    }


def _applications(row: Volunteer) -> list[dict[str, Any]]:
    found = Application.objects.filter(volunteer=row).prefetch_related("documents")
    return [
        {**_columns(one, *OF_APPLICATIONS_NOT), "documents": [d.title for d in one.documents.all()]}
        for one in found
    ]


def _columns(row: Model, *but: str) -> dict[str, Any]:
    """Every column of a row except what refers to others and what is secret."""
    hidden = HIDDEN | set(but)
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in hidden
    }


def _what(request: Any) -> dict[str, Any]:
    """What an appointment was, without whom it was for and where exactly."""
    return {
        "organization": request.organization.name,
        "language": request.language,
        "field": request.field,
        "mode": request.mode,
        "starts_at": request.starts_at,
        "ends_at": request.ends_at,
        "area": request.public_area,
    }


def _offers(ids: list[int]) -> list[Offer]:
    found = Offer.objects.filter(volunteer__in=ids).select_related("request__organization")
    return list(found.order_by("created_at", "pk"))


def _offer(one: Offer) -> dict[str, Any]:
    return {**_what(one.request), **{name: getattr(one, name) for name in OF_OFFERS}}


def _assignments(ids: list[int]) -> list[Assignment]:
    found = Assignment.objects.filter(volunteer__in=ids).select_related("request__organization")
    return list(found.order_by("created_at", "pk"))


def _assignment(one: Assignment) -> dict[str, Any]:
    return {**_what(one.request), **{name: getattr(one, name) for name in OF_ASSIGNMENTS}}


def _messages(volunteer: Volunteer, keys: list[str]) -> list[Message]:
    mine = Message.objects.filter(recipient__in=[*keys, push_address(volunteer)])
    return list(mine.order_by("created_at", "pk"))


def _message(one: Message) -> dict[str, Any]:
    found = {name: getattr(one, name) for name in OF_MESSAGES}
    if one.kind in SECRET_KINDS:
        found["body"] = ""
    return found


def _inbound(keys: list[str]) -> list[dict[str, Any]]:
    found = Inbound.objects.filter(recipient__in=keys).order_by("received_at", "pk")
    columns = ("channel", "address", "body", "received_at", "state")
    return [{name: getattr(one, name) for name in columns} for one in found]


def _sign_in(volunteer: Volunteer) -> dict[str, Any]:
    browsers = PushSubscription.objects.filter(recipient=push_address(volunteer))
    passkeys = Authenticator.objects.filter(user=volunteer.user_id, type="webauthn")
    return {
        "devices": list(
            UserSession.objects.filter(user=volunteer.user_id).values(
                "created_at", "last_seen_at", "ip", "user_agent"
            )
        ),
        "passkeys": [
            {
                "name": one.wrap().name,
                "created_at": one.created_at,
                "last_used_at": one.last_used_at,
            }
            for one in passkeys
        ],
        "notifications": list(browsers.values("device", "created_at", "used_at")),
    }


def _history(keys: list[str]) -> list[dict[str, Any]]:
    entries = AuditEntry.objects.about(*keys).order_by("id")
    return [
        {
            "at": one.at,
            "what": WORDS.get(one.verb, one.verb),
            "changed": one.detail.get("changed", []),
        }
        for one in entries
    ]


def _written(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
