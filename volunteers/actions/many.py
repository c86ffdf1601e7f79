"""Entering many people at once: what `register_volunteer` does, in a few statements for all.

All or nobody: whoever calls it falls back to one by one to learn which entry is refused. Nobody
new has a page of their own open, so one hint to the staff's pages stands for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import models, transaction

from accounts import audit
from accounts.errors import ActionError
from accounts.models import Organization, User
from realtime import events
from volunteers import languages
from volunteers.actions.entries import check_columns, next_number
from volunteers.actions.parts import known_areas
from volunteers.models import (
    AvailabilityException,
    AvailabilityRule,
    FieldSkill,
    LanguageSkill,
    Registration,
    Volunteer,
)
from volunteers.record import Record, Skill, Term
from volunteers.terms import too_young

Entry = tuple[Record, Sequence[Term]]
"""A record and every term of registration; the record's own term is not looked at."""


def register_volunteers(
    organization: Organization, entries: Sequence[Entry], *, by: User | None, at: datetime
) -> list[Volunteer]:
    """Enter new people, in order. Raises ActionError as `register_volunteer` does."""
    with transaction.atomic():
        people = _numbered(organization, entries)
        Volunteer.objects.bulk_create(people)
        pairs = list(zip(people, entries, strict=True))
        for rows in _parts(pairs):
            _create(rows)
        _create_areas(organization, pairs)
        lines = [
            (one.key, {"number": one.number, "warnings": _warnings(one, entry)})
            for one, entry in pairs
        ]
        audit.record_each(lines, "volunteer.registered", organization=organization, by=by, at=at)
        if people:
            group = events.organization_group(organization.pk)
            events.publish("volunteer.changed", people[-1].pk, people[-1].version, group)
    return people


def _numbered(organization: Organization, entries: Sequence[Entry]) -> list[Volunteer]:
    free = next_number(organization)
    given = [int(record.fields.get("number") or 0) for record, _ in entries]
    named = [number for number in given if number]
    taken = Volunteer.objects.of(organization).filter(number__in=named)
    if len(set(named)) < len(named) or taken.exists():
        raise ActionError("number_taken", "登録番号が重なっています。", field="number")
    free = max([free, *(number + 1 for number in named)])
    people = []
    for (record, _), number in zip(entries, given, strict=True):
        values = {name: value for name, value in record.fields.items() if name != "number"}
        volunteer = Volunteer(organization=organization, number=number or free, version=1, **values)
        free += not number
        check_columns(volunteer)
        people.append(volunteer)
    return people


def _parts(pairs: Sequence[tuple[Volunteer, Entry]]) -> Iterable[list[models.Model]]:
    """The rows beside the volunteers, one list per table."""
    yield [
        LanguageSkill(volunteer=one, **(asdict(skill) | {"language": tag}))
        for one, (record, _) in pairs
        for tag, skill in _skills(record)
    ]
    yield [
        FieldSkill(volunteer=one, **asdict(entry))
        for one, (record, _) in pairs
        for entry in record.field_skills or []
    ]
    yield [
        AvailabilityRule(volunteer=one, **asdict(rule))
        for one, (record, _) in pairs
        for rule in sorted(set(record.rules or []))
    ]
    yield [
        AvailabilityException(volunteer=one, **asdict(absence))
        for one, (record, _) in pairs
        for absence in dict.fromkeys(record.exceptions or [])
    ]
    yield [
        Registration(volunteer=one, **asdict(term)) for one, (_, terms) in pairs for term in terms
    ]


def _skills(record: Record) -> Iterable[tuple[str, Skill]]:
    skills = record.skills or []
    wanted = {languages.canonical(skill.language): skill for skill in skills}
    if len(wanted) < len(skills):
        raise ActionError("language_twice", "同じ言語が二度あります。", field="skills", status=400)
    return wanted.items()


def _create(rows: list[models.Model]) -> None:
    if rows:
        type(rows[0])._default_manager.bulk_create(rows)


def _create_areas(organization: Organization, pairs: Sequence[tuple[Volunteer, Entry]]) -> None:
    wanted = {
        one.pk: {name.strip() for name in record.areas or [] if name.strip()}
        for one, (record, _) in pairs
    }
    names = sorted(set().union(*wanted.values()))
    if not names:
        return
    keys = {area.name: area.pk for area in known_areas(organization, names)}
    Link = Volunteer.areas.through
    Link.objects.bulk_create(
        Link(volunteer_id=pk, area_id=keys[name])
        for pk, wished in wanted.items()
        for name in sorted(wished)
    )


def _warnings(volunteer: Volunteer, entry: Entry) -> list[str]:
    """What `warnings_of` would say, from the values."""
    record, terms = entry
    latest = max(terms, key=lambda term: term.ends_on, default=None)
    found = {
        "under_18": latest is not None and too_young(volunteer.birth_date, latest.starts_on),
        "no_language": not record.skills,
        "no_term": latest is None or latest.pledged_on is None,
    }
    return [code for code, holds in found.items() if holds]
