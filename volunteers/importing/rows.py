"""Reads a sheet by its mapping: every row becomes a draft or is skipped for a stated reason.

The invariant: one result per row of the sheet, in order. Titles, headers (also repeated in the
middle), blank rows, footnotes, totals and section titles are told apart from people. Persons who
stand twice are found by `duplicates`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from volunteers.importing.columns import Mapping, column_titles
from volunteers.importing.drafts import RowResult, Skip
from volunteers.importing.language_cells import FindLanguage
from volunteers.importing.row_reader import RowReader
from volunteers.importing.text import plain, tight
from volunteers.importing.workbook import Cell, Sheet

_FOOTNOTE = re.compile(r"[※*＊注]|\(注\)|備考[::]|注意|以上$")
_TOTAL = re.compile(r"(?:合計|総計|小計|総数|計|登録者数|total|人数)[::]?(?:\d+(?:人|名)?)?")

_SKIPS = {
    "blank": "空白の行です。",
    "title": "見出しより上の行です。",
    "header": "見出しの行です。",
    "repeated_header": "見出しの繰り返しです。",
    "section": "区切りの見出しです。",
    "footnote": "注記の行です。",
    "total": "合計の行です。",
    "fragment": "一つの欄にしか文字がなく、登録者の行ではないようです。",
}


@dataclass(frozen=True)
class _Reading:
    """What stays the same for every row of a sheet."""

    sheet: Sheet
    mapping: Mapping
    titles: list[str]
    header_texts: list[list[str]]
    find_language: FindLanguage
    levels: dict[str, int]
    as_of: date | None


def read_rows(
    sheet: Sheet, mapping: Mapping, find_language: FindLanguage, *, as_of: date | None = None
) -> list[RowResult]:
    """Return one result per row of the sheet, in order.

    `as_of` is the day on which age and term are judged (Asia/Tokyo); None leaves both unjudged.
    `find_language` maps a language's name to its BCP 47 tag. Never raises on what cells hold.
    """
    reading = _Reading(
        sheet,
        mapping,
        _unique_titles(column_titles(sheet, mapping.header_rows)),
        [_texts(sheet.rows[row]) for row in mapping.header_rows if row < len(sheet.rows)],
        lru_cache(maxsize=4096)(find_language),
        _levels(mapping),
        as_of,
    )
    has_languages = any(one.startswith("language") for one in mapping.columns.values())
    section = "" if has_languages else str(mapping.options.get("sheet_language") or "")
    results = []
    for index, row in enumerate(sheet.rows):
        skip = _skip(reading, index)
        if skip == "section" and not has_languages:
            section = _section_name(row)
        results.append(_result(reading, index, skip, section))
    return results


def _result(reading: _Reading, index: int, skip: str, language: str) -> RowResult:
    row = reading.sheet.rows[index]
    raw = {reading.titles[column]: cell.text for column, cell in enumerate(row) if cell.text}
    if skip:
        reason = Skip(skip, _SKIPS[skip])
        return RowResult(reading.sheet.name, index + 1, raw, None, skipped=reason)
    reader = RowReader(reading.find_language, reading.levels, reading.as_of)
    for column, cell in enumerate(row):
        if cell.text.strip():
            target = reading.mapping.columns.get(column, "note")
            reader.read(reading.titles[column], target, cell)
    if language and (tag := reading.find_language(language)):
        reader.sheet_language(language, tag)
    draft = reader.finish()
    return RowResult(reading.sheet.name, index + 1, raw, draft, tuple(reader.problems))


def _unique_titles(titles: list[str]) -> list[str]:
    """Name columns without a title by their letter, and number titles that stand twice."""
    seen: dict[str, int] = {}
    unique = []
    for index, title in enumerate(titles):
        name = title or f"{_letter(index)}列"
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique


def _letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _texts(row: Sequence[Cell]) -> list[str]:
    return [tight(cell.text) for cell in row if cell.text.strip()]


def _skip(reading: _Reading, index: int) -> str:
    """Return why a row is no person, "" if it is one."""
    row = reading.sheet.rows[index]
    header_rows = reading.mapping.header_rows
    filled = [cell for cell in row if cell.text.strip()]
    if not filled:
        return "blank"
    if index <= max(header_rows, default=-1):
        return "header" if index in header_rows else "title"
    if _texts(row) in reading.header_texts:
        return "repeated_header"
    return _skip_by_content(row, filled, reading.find_language)


def _skip_by_content(row: list[Cell], filled: list[Cell], find_language: FindLanguage) -> str:
    first = plain(filled[0].text[:100])
    if len(filled) <= 2 and _FOOTNOTE.match(first):
        return "footnote"
    if _TOTAL.fullmatch(tight(first)) and all(_is_count(cell) for cell in filled[1:]):
        return "total"
    if len(filled) == 1:
        return "section" if find_language(_section_name(row)) else "fragment"
    return ""


def _is_count(cell: Cell) -> bool:
    return bool(re.fullmatch(r"[\d,.]+(?:人|名|件|言語)?", tight(cell.text)))


def _section_name(row: list[Cell]) -> str:
    """Return the text of a row like 【英語】 or ■ 中国語 without its ornaments."""
    text = next((cell.text for cell in row if cell.text.strip()), "")
    return plain(text[:100]).strip("【】[]()〈〉<>「」■□●○◆◇★☆・:# ")


def _levels(mapping: Mapping) -> dict[str, int]:
    """Return the mapping's own marks; anything but 1, 2 or 3 is left out."""
    levels = mapping.options.get("levels")
    if not isinstance(levels, dict):
        return {}
    return {str(mark): level for mark, level in levels.items() if level in (1, 2, 3)}
