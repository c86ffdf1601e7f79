"""What a row of a file wants a volunteer's entry to be; kept as JSON between preview and writing.

The record holds what the register's actions write; terms and state are beside it because a file
may hold a history of terms, and because state has actions of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from volunteers.availability import Rule
from volunteers.record import Absence, FieldEntry, Record, Skill, Term

_DATES = frozenset(
    ["birth_date", "verified_on", "first_day", "last_day", "starts_on", "ends_on", "pledged_on"]
)
_PARTS: dict[str, Callable[..., Any]] = {
    "skills": Skill,
    "field_skills": FieldEntry,
    "rules": Rule,
    "exceptions": Absence,
}


@dataclass(frozen=True)
class Wanted:
    """A record, every registration term that is named, and the state ("" leaves it alone)."""

    record: Record = field(default_factory=Record)
    terms: tuple[Term, ...] = ()
    status: str = ""
    paused_until: date | None = None
    reason: str = ""
    """Why somebody is paused, for the history."""

    def to_json(self) -> dict[str, Any]:
        """JSON-serialisable data, dates as ISO texts."""
        record = {one.name: getattr(self.record, one.name) for one in fields(Record)}
        for part in _PARTS:
            record[part] = record[part] and [_plain(asdict(one)) for one in record[part]]
        record["fields"] = _plain(record["fields"])
        record["areas"] = record["areas"] and list(record["areas"])
        del record["registration"]
        return {
            "record": {key: value for key, value in record.items() if value is not None},
            "terms": [_plain(asdict(term)) for term in self.terms],
            "status": self.status,
            "paused_until": self.paused_until and self.paused_until.isoformat(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Wanted:
        """Read what `to_json` wrote."""
        record = dict(data["record"])
        for part, kind in _PARTS.items():
            if part in record:
                record[part] = [kind(**_typed(one)) for one in record[part]]
        record["fields"] = _typed(record.get("fields", {}))
        until = data.get("paused_until")
        return cls(
            Record(**record),
            tuple(Term(**_typed(one)) for one in data["terms"]),
            data.get("status", ""),
            date.fromisoformat(until) if until else None,
        )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in values.items()
    }


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: date.fromisoformat(value) if key in _DATES and value else value
        for key, value in values.items()
    }
