"""Finds a sheet's header and guesses which column means what; people may correct the guess.

The mapping is plain data, so that it can be shown, edited and remembered for the next file with
the same titles (`fingerprint`). Every column has a target; a column that nobody understands is
kept as a note, never left out. Reading the cells is left to `rows`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from volunteers.importing.contacts import parse_emails, parse_phones
from volunteers.importing.header_words import CONTAINED, EXACT, TARGETS, WEEKDAYS
from volunteers.importing.language_cells import FindLanguage, parse_languages
from volunteers.importing.text import plain, tight
from volunteers.importing.workbook import Cell, Sheet

HEADER_SEARCH_ROWS = 30
SAMPLE_ROWS = 40
_LONGEST_TITLE = 20
_LONGEST_TEXT = 200
_REPEATABLE = frozenset(
    ["note", "level", "languages", "phone", "qualifications", "remarks", "fields", "email"]
)
_LEGEND = re.compile(r"[(\[].*[)\]]", re.S)


@dataclass(frozen=True, slots=True)
class Mapping:
    """What each column (zero-based) means, and which rows (zero-based) are the header.

    Options: `sheet_language` (str: every row speaks it; the sheet's name by default where it is a
    language), `levels` (mark → 3, 2 or 1).
    """

    header_rows: tuple[int, ...]
    columns: dict[int, str]
    options: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the mapping as JSON-serialisable data."""
        return {
            "header_rows": list(self.header_rows),
            "columns": {str(index): target for index, target in self.columns.items()},
            "options": self.options,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Mapping:
        """Read what `to_json` wrote. Raises ValueError for anything else."""
        try:
            columns = {int(index): str(target) for index, target in data["columns"].items()}
            header_rows = tuple(int(row) for row in data["header_rows"])
            options = dict(data.get("options") or {})
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError("not a mapping") from error
        if unknown := [target for target in columns.values() if not is_target(target)]:
            raise ValueError(f"unknown targets: {unknown}")
        return cls(header_rows, columns, options)


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposed mapping with the titles it rests on and a confidence 0..1 per column."""

    mapping: Mapping
    headers: list[str]
    confidences: dict[int, float]
    fingerprint: str


def is_target(target: str) -> bool:
    """Tell whether a column may be mapped to this."""
    return target in TARGETS or target.startswith("language:")


def fingerprint(headers: Sequence[str]) -> str:
    """Return a short key of the titles and their order, the same for trifling differences."""
    return hashlib.sha256(json.dumps([tight(text) for text in headers]).encode()).hexdigest()[:32]


def guess_mapping(sheet: Sheet, find_language: FindLanguage) -> Guess:
    """Find the header rows of a sheet and propose a target for every column."""
    header_rows = _header_rows(sheet, find_language)
    headers = column_titles(sheet, header_rows)
    first_row = max(header_rows, default=-1) + 1
    columns: dict[int, str] = {}
    confidences: dict[int, float] = {}
    for index, title in enumerate(headers):
        samples = _samples(sheet, first_row, index)
        target, confidence = _guess_column(title, samples, find_language)
        if target in columns.values() and target not in _REPEATABLE:
            target, confidence = "note", 0.3
        columns[index], confidences[index] = target, confidence
    _resolve_names(columns, headers)
    options: dict[str, Any] = {}
    has_languages = any(
        target == "languages" or target.startswith("language:") for target in columns.values()
    )
    if not has_languages and find_language(sheet.name.strip()):
        options["sheet_language"] = sheet.name.strip()
    return Guess(Mapping(header_rows, columns, options), headers, confidences, fingerprint(headers))


def column_titles(sheet: Sheet, header_rows: Sequence[int]) -> list[str]:
    """Return one title per column; groups above are put in front: 連絡先 / 携帯."""
    width = max((len(row) for row in sheet.rows), default=0)
    levels = [_filled(sheet, row, width, spread=row != header_rows[-1]) for row in header_rows]
    titles = []
    for index in range(width):
        path: list[str] = []
        for level in levels:
            if level[index] and level[index] not in path:
                path.append(level[index])
        titles.append(" / ".join(path))
    return titles


def _filled(sheet: Sheet, row: int, width: int, *, spread: bool) -> list[str]:
    """Return a header row's texts with merged ranges filled; without any, groups spread right."""
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    texts = [_title(cells[index]) if index < len(cells) else "" for index in range(width)]
    ranges = [
        one for one in sheet.merged if one.first_row == row and one.last_column > one.first_column
    ]
    for one in ranges:
        for index in range(one.first_column, min(one.last_column + 1, width)):
            texts[index] = texts[one.first_column]
    if spread and not ranges and row + 1 < len(sheet.rows):
        below = sheet.rows[row + 1]
        for index in range(1, width):
            if not texts[index] and index < len(below) and below[index].text.strip():
                texts[index] = texts[index - 1]
    return texts


def _title(cell: Cell) -> str:
    text = plain(cell.text[:_LONGEST_TEXT])
    return text if text.isascii() else re.sub(r"\s+", "", text)


def _header_rows(sheet: Sheet, find_language: FindLanguage) -> tuple[int, ...]:
    """Return the row with most known titles and its neighbours that belong to the header."""
    scores = [
        sum(1 for cell in row if cell.text and _known_title(_title(cell), find_language))
        for row in sheet.rows[:HEADER_SEARCH_ROWS]
    ]
    if not scores or max(scores) < 2:
        return ()
    best = scores.index(max(scores))
    rows = [best]
    if best + 1 < len(scores) and _is_sub_header(sheet, best, best + 1, find_language):
        rows.append(best + 1)
    elif best > 0 and _is_group_row(sheet, best - 1, best):
        rows.insert(0, best - 1)
    return tuple(rows)


def _is_sub_header(sheet: Sheet, row: int, below: int, find_language: FindLanguage) -> bool:
    """A row of titles below groups: known words only, none under a title that already names one."""
    texts = [
        (index, _title(cell)) for index, cell in enumerate(sheet.rows[below]) if cell.text.strip()
    ]
    above = sheet.rows[row]
    grouped = {
        index
        for one in sheet.merged
        if one.first_row == row and one.last_column > one.first_column
        for index in range(one.first_column, one.last_column + 1)
    }
    known = sum(1 for _, text in texts if _known_title(text, find_language))
    free = all(
        index in grouped or index >= len(above) or not above[index].text or _repeats(above, index)
        for index, _ in texts
    )
    several = len(texts) > 1 or any(index in grouped for index, _ in texts)
    return several and known * 2 > len(texts) and free


def _repeats(above: list[Cell], index: int) -> bool:
    """In a file without merged cells a group's first column carries the group's name itself."""
    return index + 1 < len(above) and not above[index + 1].text


def _is_group_row(sheet: Sheet, row: int, below: int) -> bool:
    """A row above the titles that names groups of columns, but is not the sheet's title."""
    texts = [index for index, cell in enumerate(sheet.rows[row]) if cell.text.strip()]
    width = len(sheet.rows[below])
    spans = [one for one in sheet.merged if one.first_row == row]
    is_title = len(texts) == 1 and (
        texts[0] == 0 or any(one.last_column - one.first_column + 1 > width * 0.6 for one in spans)
    )
    return bool(texts) and not is_title and len(texts) < width


def _known_title(text: str, find_language: FindLanguage) -> bool:
    return _from_title(text, find_language)[1] >= 0.7


def _guess_column(
    title: str, samples: list[Cell], find_language: FindLanguage
) -> tuple[str, float]:
    path = title.split(" / ")
    for text in (path[-1], "".join(path), path[0]):
        target, confidence = _from_title(text, find_language)
        if confidence:
            return target, confidence
    return _from_samples(samples, find_language)


def _from_title(title: str, find_language: FindLanguage) -> tuple[str, float]:
    """Return the target that a title means and how sure that is; ("note", 0) if unknown."""
    word = tight(title)
    without_legend = _LEGEND.sub("", plain(title)).strip()
    bare = tight(without_legend)
    for text, confidence in ((word, 1.0), (bare, 0.95)):
        if target := _exact_title(text):
            return target, confidence
    if bare and len(bare) <= _LONGEST_TITLE and find_language(without_legend):
        return f"language:{plain(title)}", 0.9
    for part, target in CONTAINED:
        if part in bare and len(bare) <= _LONGEST_TITLE:
            return target, 0.7
    return "note", 0.0


def _exact_title(text: str) -> str:
    if text in WEEKDAYS:
        return f"weekday_{WEEKDAYS[text]}"
    if re.fullmatch(r"(?:言語|language)\d", text):
        return "languages"
    if re.fullmatch(r"(?:レベル|level|程度)\d", text):
        return "level"
    return EXACT.get(text, "")


def _samples(sheet: Sheet, first_row: int, index: int) -> list[Cell]:
    rows = sheet.rows[first_row : first_row + SAMPLE_ROWS]
    cells = [row[index] for row in rows if index < len(row)]
    return [cell for cell in cells if cell.text.strip() and len(cell.text) <= _LONGEST_TEXT]


def _from_samples(samples: list[Cell], find_language: FindLanguage) -> tuple[str, float]:
    """Guess from the values where the title says nothing; at least four in five must agree."""
    if not samples:
        return "note", 0.2
    checks: dict[str, Callable[[Cell], bool]] = {
        "email": lambda cell: bool(parse_emails(cell.text).value),
        "phone": _looks_like_phone,
        "languages": lambda cell: bool(parse_languages(cell.value, find_language).value),
    }
    for target, check in checks.items():
        if sum(1 for cell in samples if check(cell)) >= 0.8 * len(samples):
            return target, 0.6
    return "note", 0.2


def _resolve_names(columns: dict[int, str], headers: list[str]) -> None:
    """Read 氏 and 名 as parts only where both stand; a lone 名 or 氏 is the whole name."""
    targets = set(columns.values())
    for index, target in columns.items():
        if target == "given_name" and "family_name" not in targets and "name" not in targets:
            columns[index] = "name"
        if target == "family_name" and "given_name" not in targets and "name" not in targets:
            columns[index] = "name"


def _looks_like_phone(cell: Cell) -> bool:
    is_date = isinstance(cell.value, date)
    return len(cell.text) >= 9 and not is_date and bool(parse_phones(cell.value).value)
