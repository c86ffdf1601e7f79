"""What one row of a list says about one volunteer, before it is compared with the register.

A draft is complete: whatever a cell said is either in a field or, word for word, in `notes` under
the title of its column. Only whoever saves drafts decides about what is missing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from volunteers.importing.contacts import Phone
from volunteers.importing.language_cells import LanguageValue
from volunteers.importing.problems import Problem
from volunteers.importing.schedules import RuleValue
from volunteers.importing.terms import Remark


@dataclass(frozen=True, slots=True)
class Note:
    """Text that no field holds, as it stood under a column's title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class VolunteerDraft:
    """A volunteer as a row describes them. Empty values mean that the row does not say."""

    number: int | None = None
    name: str = ""
    family_name: str = ""
    given_name: str = ""
    kana: str = ""
    birth_date: date | None = None
    gender: str = ""
    phones: tuple[Phone, ...] = ()
    emails: tuple[str, ...] = ()
    postal_code: str = ""
    address: str = ""
    languages: tuple[LanguageValue, ...] = ()
    availability: tuple[RuleValue, ...] = ()
    area_names: tuple[str, ...] = ()
    reach_minutes: int | None = None
    by_car: bool = False
    fields: tuple[str, ...] = ()
    translation: bool = False
    qualifications: tuple[str, ...] = ()
    registered_on: date | None = None
    pledged_on: date | None = None
    valid_until: date | None = None
    nationality: str = ""
    native_language: str = ""
    remarks: str = ""
    remark: Remark = field(default_factory=Remark)
    notes: tuple[Note, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the draft as JSON-serialisable data: dates as ISO texts, weeks as lists."""
        data = {key: value for key, value in asdict(self).items() if key != "availability"}
        data["availability"] = [
            {**asdict(rule), "nth": sorted(rule.nth)} for rule in self.availability
        ]
        for key in _DATES:
            data[key] = data[key].isoformat() if data[key] else None
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> VolunteerDraft:
        """Read what `to_json` wrote, also after a database has turned tuples into lists."""
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
        }
        for key in _DATES:
            values[key] = date.fromisoformat(values[key]) if values[key] else None
        for key, kind in (("phones", Phone), ("languages", LanguageValue), ("notes", Note)):
            values[key] = tuple(kind(**one) for one in values[key])
        values["availability"] = tuple(
            replace(RuleValue(**one), nth=frozenset(one["nth"])) for one in values["availability"]
        )
        values["remark"] = Remark(**values["remark"])
        return cls(**values)


_DATES = ("birth_date", "registered_on", "pledged_on", "valid_until")


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a row is no volunteer. Codes: blank, header, title, repeated_header, section, footnote,
    total, fragment."""

    code: str
    reason_ja: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row of a sheet: a draft with its problems, or the reason why it was skipped.

    `row_number` is the one Excel shows. `raw` has every cell's text by column title, untouched.
    `same_as` lists (sheet, row_number) of rows that seem to be the same person.
    """

    sheet: str
    row_number: int
    raw: dict[str, str]
    draft: VolunteerDraft | None
    problems: tuple[Problem, ...] = ()
    skipped: Skip | None = None
    same_as: tuple[tuple[str, int], ...] = ()
