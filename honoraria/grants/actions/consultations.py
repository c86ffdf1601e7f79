"""Entering how many consultations a desk had outside this system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from accounts.audit import record
from accounts.models import Organization, User
from dispatch.models import Desk
from honoraria.models import Consultations


def enter_consultations(
    organization: Organization,
    desk: Desk | None,
    counts: Mapping[date, int | None],
    *,
    by: User,
    at: datetime,
) -> int:
    """Keep the numbers of the days; None takes one away. Returns how many days changed."""
    with transaction.atomic():
        there = {
            row.on: row
            for row in Consultations.objects.select_for_update().filter(
                organization=organization, desk=desk, on__in=list(counts)
            )
        }
        changed: dict[str, list[int | None]] = {}
        kept = []
        for on, count in sorted(counts.items()):
            before = there[on].count if on in there else None
            if before == count:
                continue
            changed[str(on)] = [before, count]
            if count is None:
                there[on].delete()
            else:
                row = there.get(on) or Consultations(organization=organization, desk=desk, on=on)
                row.count, row.changed_at, row.changed_by = count, at, by
                kept.append(row)
        Consultations.objects.bulk_create(
            kept,
            update_conflicts=True,
            update_fields=["count", "changed_at", "changed_by"],
            unique_fields=["organization", "desk", "on"],
        )
        if changed:
            record(
                f"desk:{desk.pk}" if desk else "desk:",
                "consultations.entered",
                organization=organization,
                by=by,
                at=at,
                days=changed,
            )
    return len(changed)
