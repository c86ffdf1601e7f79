"""Reads our own workbook: columns are found by their titles, in any order, also when some are gone.

A cell that somebody changed into something unreadable is left out with a problem and kept as a
line in the remarks; unknown columns likewise. Rows of the further sheets belong to the person
whose number they carry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from volunteers.availability import Rule
from volunteers.comparing.changes import usual_rule
from volunteers.comparing.proposals import Conditions, with_lines
from volunteers.comparing.wanted import Wanted
from volunteers.importing.contacts import Phone
from volunteers.importing.drafts import VolunteerDraft
from volunteers.importing.problems import Problem
from volunteers.importing.schedules import RuleValue
from volunteers.importing.workbook import Sheet, Workbook
from volunteers.own_layout import ABSENCES, HEADER_ROW, PEOPLE, SHEETS, SKILLS, TERMS
from volunteers.record import COLUMNS, Absence, FieldEntry, Record, Skill, Term

_NEEDED = {SKILLS: {"language"}, TERMS: {"starts_on", "ends_on"}, ABSENCES: {"first_day"}}


@dataclass
class OwnRow:
    """A row of the first sheet with what the further sheets say about the same person."""

    row_number: int
    raw: dict[str, str]
    values: dict[str, Any]
    problems: list[Problem]
    lost: list[str] = field(default_factory=list)
    """Texts that could not be read, as lines for the remarks."""
    skills: list[Skill] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)

    @property
    def blank(self) -> bool:
        """Whether the row holds nothing."""
        return not self.raw

    def draft(self) -> VolunteerDraft:
        """What identifies the person."""
        numbers = [self.values.get(name) for name in ("mobile", "phone", "fax")]
        return VolunteerDraft(
            number=self.values.get("number"),
            name=self.values.get("name", ""),
            kana=self.values.get("kana", ""),
            birth_date=self.values.get("birth_date"),
            phones=tuple(Phone(one, "unknown", one) for one in numbers if one),
        )

    def wanted(self) -> Wanted:
        """Everything that the file says about the person."""
        values = self.values
        codes, trained = values.get("fields"), values.get("trained") or []
        record = Record(
            fields={name: value for name, value in values.items() if name in COLUMNS},
            areas=values.get("areas"),
            skills=self.skills or None,
            field_skills=_field_entries(codes, trained),
            rules=[_rule(one) for one in values["rules"]] if values.get("rules") else None,
            exceptions=self.absences or None,
        )
        return Wanted(
            record,
            tuple(sorted(self.terms, key=lambda term: term.starts_on)),
            values.get("status", ""),
            values.get("paused_until"),
        )


def _field_entries(codes: list[str] | None, trained: list[str]) -> list[FieldEntry] | None:
    known = list(dict.fromkeys([*(codes or []), *trained]))
    return [FieldEntry(code, code in trained) for code in known] or None


def _rule(rule: RuleValue) -> Rule:
    mask = sum(1 << (number - 1) for number in rule.nth)
    return usual_rule(Rule(rule.weekday, rule.from_minute, rule.to_minute, mask, rule.on_holidays))


def read_own_rows(workbook: Workbook) -> list[OwnRow]:
    """Every row of the first sheet, in order; the further sheets' rows are with their persons."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    people = _read(sheets[PEOPLE])
    by_number = {row.values.get("number"): row for row in people if "number" in row.values}
    strays: dict[str, list[OwnRow]] = defaultdict(list)
    for name in (SKILLS, TERMS, ABSENCES):
        for part in _read(sheets[name]) if name in sheets else []:
            owner = by_number.get(part.values.get("number"))
            if part.raw and owner:
                _add(owner, name, part)
            elif part.raw:
                strays[name].append(part)
    return [*people, *(_stray(name, part) for name, parts in strays.items() for part in parts)]


def _read(sheet: Sheet) -> list[OwnRow]:
    columns = {column.title: column for column in SHEETS[sheet.name]}
    titles = [cell.text.strip() for cell in sheet.rows[HEADER_ROW]] if sheet.rows[1:] else []
    rows = []
    for index in range(HEADER_ROW + 1, len(sheet.rows)):
        row = OwnRow(index + 1, {}, {}, [])
        for title, cell in zip(_padded(titles, sheet.rows[index]), sheet.rows[index], strict=False):
            if not cell.text.strip():
                continue
            row.raw[title or "（無題）"] = cell.text
            column = columns.get(title)
            try:
                if column is None:
                    raise ValueError(title)
                row.values[column.key] = column.read(cell)
            except (ValueError, OverflowError):
                row.lost.append(f"{title or '（無題）'}：{cell.text}")
                message = "読み取れないため、備考に残します。今の登録は変えません。"
                row.problems.append(
                    Problem("own_unreadable", message, cell.text, "check", f"{title}")
                )
        rows.append(row)
    return rows


def _padded(titles: list[str], cells: Iterable[object]) -> list[str]:
    missing = len(list(cells)) - len(titles)
    return [*titles, *[""] * max(0, missing)]


def _add(owner: OwnRow, sheet: str, part: OwnRow) -> None:
    """Give a person a row of a further sheet; a row that lacks what matters becomes a remark."""
    values = {key: value for key, value in part.values.items() if key not in ("number", "name")}
    owner.problems += part.problems
    owner.lost += part.lost
    if not _NEEDED[sheet] <= set(values):
        text = "、".join(f"{title}：{text}" for title, text in part.raw.items())
        message = f"「{sheet}」の{part.row_number}行目に足りない欄があります。"
        owner.problems.append(Problem("own_incomplete", message, text, "check", sheet))
        return
    if sheet == SKILLS:
        owner.skills.append(Skill(**values))
    elif sheet == TERMS:
        owner.terms.append(Term(**values))
    else:
        first: date = values["first_day"]
        owner.absences.append(Absence(**{"last_day": first, **values}))


def _stray(sheet: str, part: OwnRow) -> OwnRow:
    """A row of a further sheet whose person is not in the first one."""
    message = f"「{sheet}」の{part.row_number}行目の登録番号は「{PEOPLE}」のシートにありません。"
    part.problems.append(Problem("own_stray", message, str(part.raw), "error", "登録番号"))
    part.values.clear()
    return part


def remarks_with_lost(row: OwnRow, present: str, conditions: Conditions) -> str:
    """The remarks with what could not be read; "" if nothing is to be added."""
    typed = str(row.values.get("remarks", ""))
    base = typed or present
    return with_lines(base, "", row.lost, conditions) if row.lost else ""
