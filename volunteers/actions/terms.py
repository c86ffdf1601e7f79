"""Renewing a registration: a new fiscal-year term, with the pledge of secrecy signed for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.errors import ActionError
from accounts.models import User
from volunteers.actions import rows
from volunteers.models import Registration, Volunteer
from volunteers.terms import fiscal_year_start

__all__ = ["next_term_start", "renew_registration"]


def next_term_start(volunteer: Volunteer, pledged_on: date) -> date:
    """The day after the present term or, after a break, the fiscal year of the pledge."""
    latest = volunteer.registrations.first()
    opening = fiscal_year_start(pledged_on)
    return max(latest.ends_on + timedelta(days=1), opening) if latest else opening


def renew_registration(
    volunteer: Volunteer,
    *,
    ends_on: date,
    pledged_on: date,
    by: User | None,
    at: datetime,
    pledge_version: str = "",
) -> Registration:
    """Add the next term, to ``ends_on`` (usually a 31 March); the pledge is today's version or the
    one that was signed.

    Raises ActionError: withdrawn, term_reversed, already_registered (a term reaches that day).
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        if present.status == Volunteer.Status.WITHDRAWN:
            raise ActionError(
                "withdrawn", "退会した方の登録は更新できません。先に再登録してください。"
            )
        latest = present.registrations.first()
        if latest is not None and latest.ends_on >= ends_on:
            text = f"すでに{latest.ends_on:%Y年%-m月%-d日}まで登録されています。"
            raise ActionError("already_registered", text, field="ends_on")
        starts_on = next_term_start(present, pledged_on)
        if ends_on < starts_on:
            text = f"登録期限は{starts_on:%Y年%-m月%-d日}以降の日にしてください。"
            raise ActionError("term_reversed", text, field="ends_on", status=400)
        term = Registration.objects.create(
            volunteer=present,
            starts_on=starts_on,
            ends_on=ends_on,
            pledged_on=pledged_on,
            pledge_version=pledge_version or present.organization.pledge_version,
        )
        rows.save(present)
        audit.record(
            present.key,
            "volunteer.renewed",
            organization=present.organization_id,
            by=by,
            at=at,
            ends_on=ends_on.isoformat(),
            pledged_on=pledged_on.isoformat(),
        )
    return term
