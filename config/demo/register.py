"""Enters the demo's people all at once: the same checks as the register's actions, in bulk.

`volunteers.actions.register_volunteer` takes some twenty statements for each person; a demo that
starts in under a minute cannot afford that for 371.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from accounts.models import AuditEntry, Organization, User
from volunteers import languages
from volunteers.models import (
    Area,
    AvailabilityException,
    AvailabilityRule,
    FieldSkill,
    LanguageSkill,
    Registration,
    Volunteer,
)
from volunteers.record import Record


def register_all(
    organization: Organization, records: Sequence[Record], *, by: User, at: datetime
) -> list[Volunteer]:
    """Enter new people; every record must give its number. Raises ValidationError."""
    volunteers = [Volunteer(organization=organization, version=1, **r.fields) for r in records]
    for volunteer in volunteers:
        volunteer.full_clean(
            exclude=["organization", "user"], validate_unique=False, validate_constraints=False
        )
    Volunteer.objects.bulk_create(volunteers)
    people = list(zip(volunteers, records, strict=True))
    _write_parts(organization, people)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            organization=organization,
            at=at,
            actor=by,
            actor_label=str(by),
            verb="volunteer.registered",
            subject=volunteer.key,
            detail={"number": volunteer.number, "warnings": []},
        )
        for volunteer in volunteers
    )
    return volunteers


def _write_parts(organization: Organization, people: list[tuple[Volunteer, Record]]) -> None:
    def rows(model: type[Any], part: str) -> list[Any]:
        found = ((v, one) for v, record in people for one in getattr(record, part) or ())
        return [model(volunteer=volunteer, **asdict(one)) for volunteer, one in found]

    skills = rows(LanguageSkill, "skills")
    for skill in skills:
        skill.language = languages.canonical(skill.language)
    LanguageSkill.objects.bulk_create(skills)
    FieldSkill.objects.bulk_create(rows(FieldSkill, "field_skills"))
    AvailabilityRule.objects.bulk_create(rows(AvailabilityRule, "rules"))
    AvailabilityException.objects.bulk_create(rows(AvailabilityException, "exceptions"))
    Registration.objects.bulk_create(
        Registration(
            volunteer=volunteer,
            **asdict(term)
            | {"pledge_version": organization.pledge_version if term.pledged_on else ""},
        )
        for volunteer, record in people
        if (term := record.registration) is not None
    )
    areas = {area.name: area for area in Area.objects.filter(organization=organization)}
    link = Volunteer.areas.through
    link.objects.bulk_create(
        link(volunteer=volunteer, area=areas[name])
        for volunteer, record in people
        for name in record.areas or ()
    )
