"""窓口: entering and changing the organization's own consultation desks.

A desk is never deleted, because requests and shifts hang on it. Requests keep the name and address
that were copied onto them when they were taken.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts.audit import WORDS, record
from accounts.errors import ActionError
from accounts.models import Organization, User
from dispatch.models import Desk

WORDS.update({"desk.added": "窓口を登録", "desk.changed": "窓口を変更"})


@dataclass(frozen=True)
class DeskDraft:
    """``phone`` in E.164 or empty."""

    name: str
    address: str = ""
    phone: str = ""


def save_desk(
    organization: Organization,
    draft: DeskDraft,
    *,
    desk: Desk | None = None,
    by: User | None,
    at: datetime,
) -> Desk:
    """Enter a desk, or change ``desk``. Raises ``name_taken``."""
    with transaction.atomic():
        # two of one name would be entered one after the other here
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        own = Desk.objects.select_for_update(no_key=True).filter(organization=organization)
        row = own.get(pk=desk.pk) if desk else Desk(organization=organization)
        if own.exclude(pk=row.pk).filter(name=draft.name).exists():
            text = "同じ名称の窓口があります。"
            raise ActionError("name_taken", text, field="name", status=422)
        after = asdict(draft)
        before = {name: getattr(row, name) for name in after} if desk else {}
        if before == after:
            return row
        if before and before["address"] != draft.address:
            row.lat = row.lon = None  # it has moved: the old position would mislead
        for name, value in after.items():
            setattr(row, name, value)
        row.save()
        record(
            f"desk:{row.pk}",
            "desk.changed" if desk else "desk.added",
            organization=organization,
            by=by,
            at=at,
            before=before,
            after=after,
        )
    return row
