"""What writing a `Wanted` would change in an entry, field by field, old and new, in words.

`narrowed` drops everything that the register holds already; an empty result means that writing
would leave no trace. The comparison is the one that the register's actions make when they write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.conf import settings

from volunteers import languages, phones
from volunteers.availability import HOLIDAY, Rule, describe
from volunteers.comparing.wanted import Wanted
from volunteers.models import Field, LanguageSkill, Volunteer
from volunteers.record import COLUMNS, PARTS, Absence, FieldEntry, Record, Skill, Term

_MARKS = {level.value: str(level.label)[0] for level in LanguageSkill.Level}


@dataclass(frozen=True)
class Present:
    """An entry's parts as values; ``volunteer`` with its related rows prefetched."""

    volunteer: Volunteer

    @property
    def skills(self) -> list[Skill]:
        """Languages in the order in which they were entered."""
        names = ("to_japanese", "from_japanese", "certificate", "verified_by", "verified_on")
        return [
            Skill(row.language, *(getattr(row, name) for name in names))
            for row in self.volunteer.skills.all()
        ]

    @property
    def areas(self) -> list[str]:
        """Names of areas."""
        return [area.name for area in self.volunteer.areas.all()]

    @property
    def field_skills(self) -> list[FieldEntry]:
        """Fields with their training."""
        return [FieldEntry(row.field, row.qualified) for row in self.volunteer.field_skills.all()]

    @property
    def rules(self) -> list[Rule]:
        """Weekly hours."""
        return [
            usual_rule(
                Rule(row.weekday, row.from_minute, row.to_minute, row.nth_mask, row.on_holidays)
            )
            for row in self.volunteer.rules.all()
        ]

    @property
    def exceptions(self) -> list[Absence]:
        """Days that differ."""
        return [
            Absence(
                row.first_day, row.last_day, row.from_minute, row.to_minute, row.available, row.note
            )
            for row in self.volunteer.exceptions.all()
        ]

    @property
    def terms(self) -> list[Term]:
        """Registrations, the newest first."""
        return [
            Term(row.starts_on, row.ends_on, row.pledged_on, row.pledge_version)
            for row in self.volunteer.registrations.all()
        ]


def usual_rule(rule: Rule) -> Rule:
    """Rules of public holidays hold on every one, whatever else was stored with them."""
    return replace(rule, nth_mask=0, on_holidays=True) if rule.weekday == HOLIDAY else rule


def narrowed(wanted: Wanted, volunteer: Volunteer | None) -> Wanted:
    """Only what differs from the entry; everything for somebody new."""
    if volunteer is None:
        return wanted
    present, record = Present(volunteer), wanted.record
    parts = {part: getattr(record, part) for part in _KEYS}
    differing = {
        part: value
        for part, value in parts.items()
        if value is not None and _key(part, value) != _key(part, getattr(present, part))
    }
    values = {
        name: value for name, value in record.fields.items() if getattr(volunteer, name) != value
    }
    known = set(present.terms)
    same_state = not wanted.status or (
        (wanted.status, wanted.paused_until) == (volunteer.status, volunteer.paused_until)
    )
    return Wanted(
        Record(fields=values, **differing),
        tuple(term for term in wanted.terms if term not in known),
        "" if same_state else wanted.status,
        None if same_state else wanted.paused_until,
        wanted.reason,
    )


_KEYS: dict[str, Any] = {
    "areas": frozenset,
    "skills": lambda found: {languages.canonical(one.language): one for one in found},
    "field_skills": lambda found: {one.field: one.qualified for one in found},
    "rules": frozenset,
    "exceptions": frozenset,
}


def _key(part: str, value: Sequence[Any]) -> Any:
    return _KEYS[part](value)


def describe_changes(wanted: Wanted, volunteer: Volunteer | None) -> list[dict[str, str]]:
    """One entry per field of a narrowed `Wanted`: field, label, old and new as texts."""
    return [
        {"field": name, "label": label, "old": old, "new": new}
        for name, label, old, new in _lines(wanted, volunteer)
        if volunteer is not None or new
    ]


def _lines(wanted: Wanted, volunteer: Volunteer | None) -> Iterator[tuple[str, str, str, str]]:
    for name in COLUMNS:  # JSON in the database keeps no order
        if name not in wanted.record.fields:
            continue
        value = wanted.record.fields[name]
        old = "" if volunteer is None else value_in_words(name, getattr(volunteer, name))
        yield name, COLUMNS[name], old, value_in_words(name, value)
    present = Present(volunteer) if volunteer else None
    for part in _KEYS:
        value = getattr(wanted.record, part)
        if value is not None:
            old = part_in_words(part, getattr(present, part)) if present else ""
            yield part, PARTS[part], old, part_in_words(part, value)
    for term in wanted.terms:
        earlier = present.terms if present else []
        same = next((one for one in earlier if one.starts_on == term.starts_on), None)
        old = term_in_words(same) if same else ""
        yield "registration", PARTS["registration"], old, term_in_words(term)
    if wanted.status:
        old = volunteer.get_status_display() if volunteer else ""
        yield "status", "状態", old, _state_in_words(wanted)


def value_in_words(name: str, value: Any) -> str:
    """One column's value as a person writes it."""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, date):
        return f"{value:%Y/%-m/%-d}"
    if name in ("mobile", "phone", "fax"):
        return phones.as_written(value) if value else ""
    choices = {"gender": Volunteer.Gender.choices, "channel": Volunteer.Channel.choices}
    if name == "message_language":
        return str(dict(settings.LANGUAGES).get(value, value))
    if name in choices:
        return str(dict(choices[name]).get(value, value)) if value else ""
    return "" if value is None else str(value)


def part_in_words(part: str, value: Sequence[Any]) -> str:
    """A part's values on one line."""
    words: dict[str, Any] = {
        "areas": lambda: "・".join(value),
        "skills": lambda: "、".join(skill_in_words(one) for one in value),
        "field_skills": lambda: "・".join(
            str(Field(one.field).label) + ("（研修修了）" if one.qualified else "") for one in value
        ),
        "rules": lambda: "、".join(describe(sorted(value))),
        "exceptions": lambda: "、".join(_absence(one) for one in value),
    }
    return str(words[part]())


def skill_in_words(skill: Skill) -> str:
    """英語◎, or 英語◎/○ where the ways differ (to Japanese, from Japanese)."""
    to, back = _MARKS[skill.to_japanese], _MARKS[skill.from_japanese]
    more = "、".join(filter(None, [skill.certificate, skill.verified_by]))
    marks = to if to == back else f"{to}/{back}"
    return f"{languages.name(skill.language)}{marks}" + (f"（{more}）" if more else "")


def term_in_words(term: Term) -> str:
    """2026/4/1〜2027/3/31（誓約 2026/4/1）"""
    pledge = f"誓約 {term.pledged_on:%Y/%-m/%-d}" if term.pledged_on else "誓約なし"
    return f"{term.starts_on:%Y/%-m/%-d}〜{term.ends_on:%Y/%-m/%-d}（{pledge}）"


def _absence(one: Absence) -> str:
    days = f"{one.first_day:%Y/%-m/%-d}"
    if one.last_day != one.first_day:
        days += f"〜{one.last_day:%Y/%-m/%-d}"
    return f"{days} {'活動できる' if one.available else '活動できない'}"


def _state_in_words(wanted: Wanted) -> str:
    label = str(Volunteer.Status(wanted.status).label)
    until = wanted.paused_until
    return f"{label}（{until:%Y/%-m/%-d}まで）" if until else label
