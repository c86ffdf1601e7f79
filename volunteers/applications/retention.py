"""Forgetting: drafts nobody went on with, and what came with applications that led to nothing.

90 days after an application was declined or taken back its files, contact and texts are erased;
that it was made, when, and the steps of deciding stay, so that the office can answer for them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import audit
from volunteers.models import Application, ApplicationDocument

DRAFTS_FOR = timedelta(days=14)
REFUSED_FOR = timedelta(days=90)
ERASED: dict[str, Any] = {
    "birth_date": None,
    "mobile": "",
    "email": "",
    "address": "",
    "motive": "",
    "guardian_name": "",
    "guardian_phone": "",
    "draft": {},
}


def forget_drafts(*, at: datetime) -> int:
    """Delete drafts that were left for 14 days, with their files; returns how many."""
    left = Application.objects.filter(
        state=Application.State.DRAFT, created_at__lt=at - DRAFTS_FOR, steps=None
    )
    with transaction.atomic():
        keys = list(left.values_list("pk", flat=True))
        Application.objects.filter(pk__in=keys).delete()
    return len(keys)


def erase_refused(*, at: datetime) -> int:
    """Erase what came with applications that ended without a registration 90 days ago or earlier.

    Returns how many applications; doing it twice changes nothing.
    """
    ended = Application.objects.filter(
        kind=Application.Kind.NEW,
        state__in=[Application.State.DECLINED, Application.State.WITHDRAWN],
        decided_at__lte=at - REFUSED_FOR,
    )
    erased = Q(birth_date=None, mobile="", email="", motive="", documents=None)
    return sum(_erase(pk, at) for pk in ended.exclude(erased).values_list("pk", flat=True))


def _erase(pk: int, at: datetime) -> int:
    with transaction.atomic():
        found = Application.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
        if found is None:
            return 0
        files, _models = ApplicationDocument.objects.filter(application=found).delete()
        Application.objects.filter(pk=pk).update(**ERASED)
        audit.record(
            f"application:{pk}",
            "application.erased",
            organization=found.organization_id,
            by=None,
            at=at,
            files=files,
        )
    return 1
