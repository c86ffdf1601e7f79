"""Entering somebody into the register and changing the entry.

The one invariant: a number belongs to one person of an organization for ever. Numbers are given
under a lock on the organization's row, so two people at two desks never get the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.errors import ActionError
from accounts.models import Organization, User
from volunteers.actions import rows
from volunteers.actions.parts import write_parts
from volunteers.models import Volunteer
from volunteers.record import COLUMNS, Record
from volunteers.terms import too_young


def next_number(organization: Organization) -> int:
    """The next free registration number; needs a transaction, and keeps others waiting until its
    end (``FOR NO KEY UPDATE``: rows that refer to the organization can still be written)."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    highest = Volunteer.objects.of(organization).aggregate(highest=Max("number"))["highest"]
    return int(highest or 0) + 1


def register_volunteer(
    organization: Organization, record: Record, *, by: User | None, at: datetime
) -> Volunteer:
    """Enter a new person; without a number in the record the next free one is given.

    Raises ActionError: number_taken, invalid, language_twice, term_reversed.
    """
    with transaction.atomic():
        free = next_number(organization)
        values = {name: value for name, value in record.fields.items() if name != "number"}
        number = record.fields.get("number") or free
        volunteer = Volunteer(organization=organization, number=number, version=0)
        _assign(volunteer, values)
        _check(volunteer)
        volunteer.save()
        write_parts(volunteer, record)
        rows.save(volunteer)
        audit.record(
            volunteer.key,
            "volunteer.registered",
            organization=organization,
            by=by,
            at=at,
            number=volunteer.number,
            warnings=warnings_of(volunteer),
        )
    return volunteer


def update_volunteer(
    volunteer: Volunteer,
    record: Record,
    *,
    by: User | None,
    at: datetime,
    version: int | None = None,
) -> Volunteer:
    """Change what the record says and leave the rest; returns the fresh row.

    ``version`` is the one the writer saw: if somebody else changed the entry meanwhile,
    ActionError changed_meanwhile. A record that changes nothing leaves no trace. Further errors as
    in `register_volunteer`.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        if version is not None and version != present.version:
            raise ActionError("changed_meanwhile", "ほかの人がこの登録を変更しました。")
        changed = _assign(present, record.fields)
        if {"mobile", "phone", "email"} & set(changed):
            # somebody knows the right one: what was said about the former holds no more; it was
            # said about the mobile, if there is one
            if "mobile" in changed or not present.mobile:
                present.contact_wrong_at = None
            if present.contact_wrong_at is None:
                present.contact_confirmed_at = at
            present.sms_stopped_at = None if "mobile" in changed else present.sms_stopped_at
            present.save(
                update_fields=["contact_confirmed_at", "contact_wrong_at", "sms_stopped_at"]
            )
        if "number" in changed:
            next_number(present.organization)
        if changed:
            _check(present)
        changed_parts = write_parts(present, record)
        if changed or changed_parts:
            rows.save(present, *changed)
            audit.record(
                present.key,
                "volunteer.updated",
                organization=present.organization_id,
                by=by,
                at=at,
                # names of what changed, never the values: the trail outlives an erasure
                changed=[*changed, *changed_parts],
                warnings=warnings_of(present),
            )
    return present


def warnings_of(volunteer: Volunteer) -> list[str]:
    """Codes of what a coordinator should know and may accept: under_18, no_language, no_term."""
    latest = volunteer.registrations.first()
    found = {
        "under_18": latest is not None and too_young(volunteer.birth_date, latest.starts_on),
        "no_language": not volunteer.skills.exists(),
        "no_term": latest is None or latest.pledged_on is None,
    }
    return [code for code, holds in found.items() if holds]


def _assign(volunteer: Volunteer, values: Mapping[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(volunteer, name) != value]
    for name in changed:
        setattr(volunteer, name, values[name])
    return changed


def check_columns(volunteer: Volunteer) -> None:
    """Raise ActionError invalid for the first column that the register refuses; asks no database."""
    try:
        volunteer.full_clean(
            exclude=["organization", "user"], validate_unique=False, validate_constraints=False
        )
    except ValidationError as error:
        name, texts = next(iter(error.message_dict.items()))
        text = f"{COLUMNS.get(name, name)}：{texts[0]}"
        raise ActionError("invalid", text, field=name, status=400) from error


def _check(volunteer: Volunteer) -> None:
    check_columns(volunteer)
    taken = Volunteer.objects.filter(
        organization_id=volunteer.organization_id, number=volunteer.number
    ).exclude(pk=volunteer.pk)
    if taken.exists():
        text = f"登録番号 {volunteer.number} はすでに使われています。"
        raise ActionError("number_taken", text, field="number")
