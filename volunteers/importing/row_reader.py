"""Reads one row's cells into a draft, column by column, by the mapping's targets.

One method per kind of target; each adds to the draft's values and reports through `_take`, which
keeps what a parser left over as a note. Nothing here knows of other rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from volunteers.importing.contacts import Phone, PhoneKind, parse_emails, parse_phones
from volunteers.importing.dates import birth_date_problems, parse_date
from volunteers.importing.drafts import Note, VolunteerDraft
from volunteers.importing.language_cells import (
    FindLanguage,
    LanguageValue,
    parse_languages,
    parse_level,
)
from volunteers.importing.problems import Parsed, Problem
from volunteers.importing.schedules import RuleValue, parse_schedule, parse_weekday_cell
from volunteers.importing.terms import (
    Remark,
    parse_areas,
    parse_fields,
    parse_gender,
    parse_number,
    parse_remark,
    parse_texts,
    split_name,
)
from volunteers.importing.text import is_ditto, is_nothing, one_line
from volunteers.importing.workbook import Cell

T = TypeVar("T")
_DATES = ("birth_date", "registered_on", "pledged_on", "valid_until")
_PHONES: dict[str, PhoneKind] = {
    "mobile": "mobile",
    "landline": "landline",
    "fax": "fax",
    "phone": "unknown",
}
_PLAIN = ("kana", "postal_code", "address", "nationality", "native_language")
_NAMES = ("name", "family_name", "given_name", "family_kana", "given_kana")
_SINGLE = frozenset(["number", "gender", "areas", *_NAMES, *_DATES, *_PLAIN])
LONGEST_CELL = 500
"""Longer cells are no dates, numbers or lists; patterns would take seconds on them."""
_MAX_LENGTHS = {"name": 120, "kana": 120, "address": 200}


class RowReader:
    """Collects one row's values, problems and notes; `finish` makes the draft."""

    def __init__(
        self, find_language: FindLanguage, levels: Mapping[str, int], as_of: date | None
    ) -> None:
        self._find_language = find_language
        self._levels = levels
        self._as_of = as_of
        self._title = ""
        self._remark_title = "備考"
        self._seen: set[str] = set()
        self._values: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._phones: list[Phone] = []
        self._emails: list[str] = []
        self._languages: list[LanguageValue] = []
        self._rules: list[RuleValue] = []
        self._qualifications: list[str] = []
        self._remarks: list[str] = []
        self.problems: list[Problem] = []
        self.notes: list[Note] = []

    def read(self, title: str, target: str, cell: Cell) -> None:
        """Read one cell that holds text under its column's title."""
        self._title = title
        if len(cell.text) > LONGEST_CELL and target not in ("remarks", "note"):
            self._fail("text_too_long", "長すぎるため、メモに残しました。", cell)
            return
        if is_ditto(cell.text):
            self._fail(
                "ditto", "「同上」は並べ替えると意味が変わります。内容を入力してください。", cell
            )
            return
        if target in self._seen and target in _SINGLE:
            self._note(cell.text)  # a second column for a field that holds one value
            return
        self._seen.add(target)
        for prefix, read in self._by_prefix.items():
            if target.startswith(prefix):
                read(self, target, cell)
                return
        self._note(cell.text)

    def sheet_language(self, name: str, tag: str) -> None:
        """Give the row the language that its whole sheet or section is about."""
        level = self._values.pop("level", None)
        self._languages.insert(0, LanguageValue(tag, level, name))

    def finish(self) -> VolunteerDraft:
        """Return the draft; adds the problems that only the whole row shows."""
        if "level" in self._values:
            self._problem(
                "level_without_language",
                "程度だけがあり、言語がありません。",
                str(self._values["level"]),
            )
        remark = parse_remark("\n".join(self._remarks))
        self._title = self._remark_title
        self._add(remark.problems)
        flags: Remark = remark.value
        values: dict[str, Any] = self._name_values()
        draft = VolunteerDraft(
            **{key: value for key, value in self._values.items() if key not in ("level", "by_car")},
            **values,
            phones=tuple({phone.e164: phone for phone in reversed(self._phones)}.values())[::-1],
            emails=tuple(dict.fromkeys(self._emails)),
            languages=self._unique_languages(),
            availability=tuple(dict.fromkeys(self._rules)),
            qualifications=tuple(dict.fromkeys(self._qualifications)),
            by_car=self._values.get("by_car", False) or flags.by_car,
            remarks="\n".join(self._remarks),
            remark=flags,
            notes=tuple(self.notes),
        )
        self._check(draft)
        return draft

    # ---- Cells -----------------------------------------------------------------------------

    def _name(self, target: str, cell: Cell) -> None:
        text = one_line(cell.text)
        if len(text) > _MAX_LENGTHS["name"]:
            self._fail("text_too_long", "長すぎるため、メモに残しました。", cell)
        else:
            self._names[target] = text

    def _text(self, target: str, cell: Cell) -> None:
        text = one_line(cell.text)
        if len(text) > _MAX_LENGTHS.get(target, 200):
            self._fail("text_too_long", "長すぎるため、メモに残しました。", cell)
        elif not is_nothing(text):
            self._values[target] = text

    def _number(self, target: str, cell: Cell) -> None:
        self._values["number"] = self._take(parse_number(cell.value))

    def _gender(self, target: str, cell: Cell) -> None:
        self._values["gender"] = self._take(parse_gender(cell.value))

    def _date(self, target: str, cell: Cell) -> None:
        found = self._take(parse_date(cell.value), cell)
        self._values[target] = found
        if found and self._as_of and target == "birth_date":
            self._add(birth_date_problems(found, self._as_of, cell.text))
        if found and self._as_of and target == "valid_until" and found < self._as_of:
            self._problem("term_ended", f"登録期限（{found:%Y/%m/%d}）を過ぎています。", cell.text)

    def _phone(self, target: str, cell: Cell) -> None:
        self._phones += self._take(parse_phones(cell.value, _PHONES[target]))

    def _email(self, target: str, cell: Cell) -> None:
        self._emails += self._take(parse_emails(cell.value))

    def _language_list(self, target: str, cell: Cell) -> None:
        self._languages += self._take(
            parse_languages(cell.value, self._find_language, self._levels)
        )

    def _language_column(self, target: str, cell: Cell) -> None:
        name = target.partition(":")[2]
        parsed = parse_level(cell.value, self._levels)
        level = self._take(parsed)
        tag = parse_languages(name, self._find_language).value
        if not tag:
            self._fail("language_unknown", f"「{name}」がどの言語か分かりません。", cell)
        elif level is not None:
            self._languages.append(LanguageValue(tag[0].tag, level, f"{name} {cell.text}"))

    def _level(self, target: str, cell: Cell) -> None:
        level = self._take(parse_level(cell.value, self._levels))
        if self._languages and self._languages[-1].level is None:
            self._languages[-1] = replace(self._languages[-1], level=level)
        elif level is not None:
            self._values["level"] = level

    def _schedule(self, target: str, cell: Cell) -> None:
        self._rules += self._take(parse_schedule(cell.value))

    def _weekday(self, target: str, cell: Cell) -> None:
        self._rules += self._take(parse_weekday_cell(cell.value, int(target[-1])))

    def _areas(self, target: str, cell: Cell) -> None:
        areas = self._take(parse_areas(cell.value))
        self._values.update(
            area_names=areas.names, reach_minutes=areas.reach_minutes, by_car=areas.by_car
        )

    def _fields(self, target: str, cell: Cell) -> None:
        found = self._take(parse_fields(cell.value))
        codes = (*self._values.get("fields", ()), *found.codes)
        self._values["fields"] = tuple(dict.fromkeys(codes))
        self._values["translation"] = self._values.get("translation", False) or found.translation

    def _texts(self, target: str, cell: Cell) -> None:
        self._qualifications += self._take(parse_texts(cell.value))

    def _remark(self, target: str, cell: Cell) -> None:
        if not is_nothing(cell.text):
            self._remark_title = self._title
            self._remarks.append(cell.text.strip())

    _by_prefix: dict[str, Callable[[RowReader, str, Cell], None]] = {
        "number": _number,
        **dict.fromkeys(_NAMES, _name),
        "gender": _gender,
        **dict.fromkeys(_DATES, _date),
        **dict.fromkeys(_PHONES, _phone),
        "email": _email,
        "languages": _language_list,
        "language:": _language_column,
        "level": _level,
        "availability": _schedule,
        "weekday_": _weekday,
        "areas": _areas,
        "fields": _fields,
        "qualifications": _texts,
        "remarks": _remark,
        **dict.fromkeys(_PLAIN, _text),
    }

    # ---- Bookkeeping -----------------------------------------------------------------------

    def _take(self, parsed: Parsed[T], cell: Cell | None = None) -> T:
        self._add(parsed.problems)
        if parsed.rest.strip():
            self._note(cell.text if cell else parsed.rest)
        return parsed.value

    def _note(self, text: str) -> None:
        if text.strip():
            self.notes.append(Note(self._title, text.strip()))

    def _fail(self, code: str, message: str, cell: Cell) -> None:
        self._problem(code, message, cell.text)
        self._note(cell.text)

    def _problem(self, code: str, message: str, original: str) -> None:
        self._add((Problem(code, message, original),))

    def _add(self, problems: tuple[Problem, ...]) -> None:
        self.problems += [replace(one, column=self._title) for one in problems]

    # ---- The whole row ---------------------------------------------------------------------

    def _name_values(self) -> dict[str, str]:
        names = self._names
        family, given = names.get("family_name", ""), names.get("given_name", "")
        name = names.get("name") or one_line(f"{family} {given}")
        if not (family or given):
            family, given = split_name(name)
        values = {"name": name, "family_name": family, "given_name": given}
        parts = one_line(f"{names.get('family_kana', '')} {names.get('given_kana', '')}")
        if parts and "kana" not in self._values:
            values["kana"] = parts
        return values

    def _unique_languages(self) -> tuple[LanguageValue, ...]:
        best: dict[str, LanguageValue] = {}
        for skill in self._languages:
            known = best.setdefault(skill.tag, skill)
            if known.level != skill.level:
                message = (
                    f"「{known.original}」と「{skill.original}」があります。高い方を採りました。"
                )
                self._problem("language_twice", message, skill.original)
                best[skill.tag] = max(known, skill, key=lambda one: one.level or 0)
        return tuple(best.values())

    def _check(self, draft: VolunteerDraft) -> None:
        self._title = ""
        if not draft.name:
            self.problems.append(Problem("name_missing", "氏名がありません。", "", "error"))
        elif not re.search(r"[^\W\d_]", draft.name):
            self.problems.append(
                Problem("name_odd", "氏名に文字がありません。", draft.name, "error")
            )
        if not draft.languages:
            self.problems.append(Problem("language_missing", "対応言語がありません。", ""))
        if not draft.phones and not draft.emails:
            self.problems.append(Problem("contact_missing", "電話番号もメールもありません。", ""))
