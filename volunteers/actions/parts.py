"""Writing the parts of a `Record` beside the volunteer's own row: only what differs is touched.

Each function returns whether anything changed, so that writing the same record twice leaves no
trace (an import may be repeated).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from accounts.errors import ActionError
from accounts.models import Organization
from volunteers import languages
from volunteers.availability import Rule
from volunteers.models import (
    Area,
    AvailabilityException,
    AvailabilityRule,
    FieldSkill,
    LanguageSkill,
    Registration,
    Volunteer,
)
from volunteers.record import Absence, FieldEntry, Record, Skill, Term


def write_parts(volunteer: Volunteer, record: Record) -> list[str]:
    """Write every part that the record says; names of the parts that changed."""
    writers: dict[str, Callable[[Volunteer, Any], bool]] = {
        "areas": write_areas,
        "skills": write_skills,
        "field_skills": write_fields,
        "rules": write_rules,
        "exceptions": write_exceptions,
        "registration": write_term,
    }
    wanted = ((part, getattr(record, part)) for part in writers)
    return [part for part, value in wanted if value is not None and writers[part](volunteer, value)]


def known_areas(organization: Organization | int, names: Sequence[str]) -> list[Area]:
    """The organization's areas of these names; new names are added to its list."""
    key = organization if isinstance(organization, int) else organization.pk
    Area.objects.bulk_create(
        [Area(organization_id=key, name=name) for name in names], ignore_conflicts=True
    )
    return list(Area.objects.filter(organization_id=key, name__in=names))


def write_areas(volunteer: Volunteer, names: Sequence[str]) -> bool:
    """Replace the areas a person goes to."""
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if set(wanted) == {area.name for area in volunteer.areas.all()}:
        return False
    volunteer.areas.set(known_areas(volunteer.organization_id, wanted))
    return True


def write_skills(volunteer: Volunteer, skills: Sequence[Skill]) -> bool:
    """Replace the languages; a language keeps its row, so what else is known of it stays."""
    wanted = {languages.canonical(skill.language): skill for skill in skills}
    if len(wanted) < len(skills):
        raise ActionError("language_twice", "同じ言語が二度あります。", field="skills", status=400)
    present = {row.language: row for row in volunteer.skills.all()}
    gone = [row.pk for tag, row in present.items() if tag not in wanted]
    if gone:
        volunteer.skills.filter(pk__in=gone).delete()
    changed = bool(gone)
    for tag, skill in wanted.items():
        values = asdict(skill) | {"language": tag}
        row = present.get(tag) or LanguageSkill(volunteer=volunteer)
        if row.pk is None or any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
            changed = True
    return changed


def write_fields(volunteer: Volunteer, entries: Sequence[FieldEntry]) -> bool:
    """Replace the fields a person accepts."""
    wanted = {entry.field: entry.qualified for entry in entries}
    present = {row.field: row.qualified for row in volunteer.field_skills.all()}
    if wanted == present:
        return False
    volunteer.field_skills.all().delete()
    FieldSkill.objects.bulk_create(
        FieldSkill(volunteer=volunteer, field=code, qualified=qualified)
        for code, qualified in wanted.items()
    )
    return True


def write_rules(volunteer: Volunteer, rules: Sequence[Rule]) -> bool:
    """Replace the weekly hours."""
    present = [
        Rule(r.weekday, r.from_minute, r.to_minute, r.nth_mask, r.on_holidays)
        for r in volunteer.rules.all()
    ]
    wanted = sorted(set(rules))
    if wanted == sorted(present):
        return False
    volunteer.rules.all().delete()
    AvailabilityRule.objects.bulk_create(
        AvailabilityRule(volunteer=volunteer, **asdict(rule)) for rule in wanted
    )
    return True


def write_exceptions(volunteer: Volunteer, absences: Sequence[Absence]) -> bool:
    """Replace the dated exceptions."""
    present = {
        Absence(e.first_day, e.last_day, e.from_minute, e.to_minute, e.available, e.note)
        for e in volunteer.exceptions.all()
    }
    if set(absences) == present:
        return False
    volunteer.exceptions.all().delete()
    AvailabilityException.objects.bulk_create(
        AvailabilityException(volunteer=volunteer, **asdict(absence))
        for absence in dict.fromkeys(absences)
    )
    return True


def write_term(volunteer: Volunteer, term: Term) -> bool:
    """Correct the registration that the term overlaps, or add a new one after or before it."""
    if term.ends_on < term.starts_on:
        text = "登録期限は開始日より後の日にしてください。"
        raise ActionError("term_reversed", text, field="ends_on", status=400)
    values = asdict(term)
    if term.pledged_on and not term.pledge_version:
        values["pledge_version"] = volunteer.organization.pledge_version
    row = _overlapped(volunteer, term) or Registration(volunteer=volunteer)
    if row.pk and all(getattr(row, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return True


def _overlapped(volunteer: Volunteer, term: Term) -> Registration | None:
    rows = list(volunteer.registrations.all())
    same_start = (row for row in rows if row.starts_on == term.starts_on)
    overlapping = (
        row for row in rows if row.starts_on <= term.ends_on and row.ends_on >= term.starts_on
    )
    return next(same_start, None) or next(overlapping, None)
