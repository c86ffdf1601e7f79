"""An application before it is sent: what was typed, right or wrong, and the files that were fine.

Only who knows the secret reference has a draft; the desk never sees it. It is sent by
`volunteers.actions.applications.submit_application`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from accounts.errors import ActionError
from accounts.models import Organization
from accounts.times import local
from volunteers.actions.applications import lock, skill_values
from volunteers.applications import rules
from volunteers.applications.documents import MOST, Document
from volunteers.models import Application, ApplicationDocument
from volunteers.record import Skill

State = Application.State
COLUMNS = (
    "name",
    "kana",
    "birth_date",
    "mobile",
    "email",
    "address",
    "message_language",
    "motive",
    "public_name_consent",
    "guardian_name",
    "guardian_phone",
    "guardian_consent_on",
)


UNPROVED_BYTES = 200 * 1024 * 1024
"""Of files with drafts of one organization, whose contacts nobody has proved yet."""


def begin_application(organization: Organization, *, language: str, at: datetime) -> Application:
    """A draft, known by its secret reference only. Raises ActionError not_taken (404)."""
    if not organization.takes_applications:
        raise ActionError("not_taken", _("いまは応募を受け付けていません。"), status=404)
    return Application.objects.create(
        organization=organization,
        state=State.DRAFT,
        reference=secrets.token_urlsafe(24),
        term_starts_on=rules.term_for(local(at).date()),
        message_language=language,
        created_at=at,
    )


def keep_draft(application: Application, typed: Mapping[str, list[str]], *, at: datetime) -> None:
    """Keep what was typed so far, right or wrong; it is not complete until `complete_draft`."""
    Application.objects.filter(pk=application.pk, state=State.DRAFT).update(
        draft={"typed": dict(typed), "complete": False}, created_at=at
    )


def complete_draft(
    application: Application,
    values: Mapping[str, Any],
    skills: Sequence[Skill],
    *,
    at: datetime,
) -> Application:
    """Take over what the form found right; raises ActionError already_sent."""
    with transaction.atomic():
        present = lock(application)
        if present.state != State.DRAFT:
            raise ActionError("already_sent", _("この応募はもう送信されています。"))
        for name in COLUMNS:
            setattr(present, name, values[name])
        present.fields = list(values["fields_wanted"])
        present.skills = skill_values(skills)
        present.term_starts_on = rules.term_for(local(at).date())
        present.draft = {**present.draft, "complete": True}
        present.save()
    return present


def add_document(application: Application, document: Document, *, at: datetime) -> None:
    """Add a file to a draft. Raises ActionError too_many, no_room."""
    with transaction.atomic():
        present = lock(application)
        if present.state != State.DRAFT or present.documents.count() >= MOST:
            raise too_many()
        if _unproved_bytes(present.organization) + len(document.content) > UNPROVED_BYTES:
            text = _("いまは書類をお預かりできません。書類なしで応募し、後で窓口にお出しください。")
            raise ActionError("no_room", text, field="documents", status=429)
        ApplicationDocument.objects.create(
            application=present, title=document.file_name[:60], created_at=at, **asdict(document)
        )


def _unproved_bytes(organization: Organization) -> int:
    files = ApplicationDocument.objects.filter(
        application__organization=organization,
        application__state=State.DRAFT,
        application__kind=Application.Kind.NEW,
    )
    return int(files.aggregate(total=Sum(Length("content")))["total"] or 0)


def too_many() -> ActionError:
    """The error for more files than are taken."""
    text = _("書類は%(number)s件までです。") % {"number": MOST}
    return ActionError("too_many", text, field="documents", status=400)


def remove_document(application: Application, pk: int, *, at: datetime) -> None:
    """Take a file out of a draft; nothing if it is not there."""
    found = ApplicationDocument.objects.filter(pk=pk, application=application)
    found.filter(application__state=State.DRAFT).delete()
