"""Persons who stand in a list twice: which rows are folded into which, and which ones must wait.

Rows that say the same, and rows of several sheets that differ in languages only, become one. Two
rows with two numbers are two entries, pointed out. Anything else waits for a person's decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from volunteers.importing.drafts import RowResult, VolunteerDraft
from volunteers.importing.language_cells import LanguageValue

CODES = frozenset(["duplicate_identical", "duplicate_other_sheet", "duplicate_differs"])


@dataclass
class Line:
    """A row with its draft after folding; ``into`` is the row that took it over."""

    result: RowResult
    draft: VolunteerDraft | None
    into: RowResult | None = None
    must_wait: bool = False


def fold(results: Sequence[RowResult]) -> list[Line]:
    """One line per row of `find_duplicates`, in the same order."""
    lines = [Line(result, result.draft) for result in results]
    places = {
        (line.result.sheet, line.result.row_number): index for index, line in enumerate(lines)
    }
    for index, line in enumerate(lines):
        for place, code in _relations(line.result):
            other = lines[places[place]]
            if code == "duplicate_differs":
                line.must_wait |= not _two_numbers(line, other)
            elif places[place] < index and line.into is None:
                _fold_into(line, _head(other, lines, places))
    return lines


def _relations(result: RowResult) -> Iterator[tuple[tuple[str, int], str]]:
    """(place, code) of every row that seems to be the same person."""
    codes = [one.code for one in result.problems if one.code in CODES]
    yield from zip(result.same_as, codes, strict=True)


def _two_numbers(line: Line, other: Line) -> bool:
    one, two = line.result.draft, other.result.draft
    numbers = {one and one.number, two and two.number}
    return len(numbers) == 2 and None not in numbers


def _head(line: Line, lines: list[Line], places: dict[tuple[str, int], int]) -> Line:
    while line.into is not None:
        line = lines[places[line.into.sheet, line.into.row_number]]
    return line


def _fold_into(line: Line, head: Line) -> None:
    if line is head or line.draft is None or head.draft is None:
        return
    line.into = head.result
    head.draft = merged(head.draft, line.draft)


def merged(one: VolunteerDraft, other: VolunteerDraft) -> VolunteerDraft:
    """The first draft with the other's languages, certificates, notes and remarks."""
    best: dict[str, LanguageValue] = {}
    for skill in (*one.languages, *other.languages):
        known = best.setdefault(skill.tag, skill)
        if (skill.level or 0) > (known.level or 0):
            best[skill.tag] = skill
    said = one.remarks.splitlines()
    more = [line for line in other.remarks.splitlines() if line not in said]
    return replace(
        one,
        languages=tuple(best.values()),
        qualifications=tuple(dict.fromkeys([*one.qualifications, *other.qualifications])),
        notes=tuple(dict.fromkeys([*one.notes, *other.notes])),
        remarks="\n".join([*said, *more]),
        translation=one.translation or other.translation,
    )
