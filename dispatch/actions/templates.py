"""The organization's own words of messages: kept, changed, and given up for the shipped ones."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from dispatch.models import MessageTemplate
from dispatch.wording import check_template, shipped
from dispatch.wording_preview import MOST_SEGMENTS, preview_of


def save_template(
    organization: Organization,
    kind: str,
    language: str,
    text: str,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Use these words from the next message on; the shipped ones again if they are the same.

    Raises ActionError ``bad_wording`` with every reason why they cannot be used.
    """
    text = text.replace("\r\n", "\n").strip()
    if wrong := problems_of(organization, kind, language, text):
        raise ActionError("bad_wording", "\n".join(wrong), field="text", status=422)
    if text == shipped(kind, language):
        reset_template(organization, kind, language, by=by, at=at)
        return
    with transaction.atomic():
        row = _locked(organization, kind, language)
        if row and row.text == text:
            return
        MessageTemplate.objects.update_or_create(
            organization=organization,
            kind=kind,
            language=language,
            defaults={"text": text, "changed_at": at, "changed_by": by},
        )
        record(
            f"organization:{organization.pk}",
            "message_template.changed",
            organization=organization,
            by=by,
            at=at,
            kind=kind,
            language=language,
            before=row.text if row else "",
            after=text,
        )


def reset_template(
    organization: Organization, kind: str, language: str, *, by: User | None, at: datetime
) -> bool:
    """Go back to the shipped words; False when they are in use already."""
    with transaction.atomic():
        row = _locked(organization, kind, language)
        if row is None:
            return False
        row.delete()
        record(
            f"organization:{organization.pk}",
            "message_template.reset",
            organization=organization,
            by=by,
            at=at,
            kind=kind,
            language=language,
            before=row.text,
        )
    return True


def problems_of(organization: Organization, kind: str, language: str, text: str) -> list[str]:
    """Everything that is wrong with own words, in Japanese; empty if they can be used."""
    wrong = check_template(kind, text)
    if wrong:
        return wrong
    sample = preview_of(organization, kind, language, text)
    if sample.segments > MOST_SEGMENTS:
        return [
            f"SMSが{sample.segments}通分になります。"
            f"{MOST_SEGMENTS}通分（日本語では約530文字）以内にしてください。"
        ]
    return []


def _locked(organization: Organization, kind: str, language: str) -> MessageTemplate | None:
    """The own words, with the organization's row locked, so that two savers wait for each other."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    found = MessageTemplate.objects.filter(organization=organization, kind=kind, language=language)
    return found.first()
