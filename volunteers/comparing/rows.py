"""From the rows of a file to the rows of a preview: outcome, changes and reasons for each.

Only severity "error" and what `doubles` and `matching` say must wait keeps a row from being
written; "check" and "info" are told. The same comparison is made again before writing
(`compare`), so that nothing is written that was not shown.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from volunteers.comparing.changes import describe_changes, narrowed
from volunteers.comparing.doubles import CODES, Line, fold
from volunteers.comparing.matching import Register
from volunteers.comparing.own_rows import OwnRow, remarks_with_lost
from volunteers.comparing.proposals import Conditions, Reading, propose
from volunteers.comparing.wanted import Wanted
from volunteers.importing.drafts import RowResult, VolunteerDraft
from volunteers.importing.problems import Problem
from volunteers.models import ImportRow, Volunteer
from volunteers.own_layout import PEOPLE

Outcome = ImportRow.Outcome
NEVER = frozenset(["name_missing", "name_odd", "own_stray"])
"""Errors that no decision overcomes: the row names nobody."""


@dataclass(frozen=True)
class Comparison:
    """What writing a stored row would change, and whether anything would."""

    wanted: Wanted
    changes: list[dict[str, str]]


def compare(
    stored: dict[str, Any], volunteer: Volunteer | None, conditions: Conditions
) -> Comparison:
    """Compare what was stored of a row (`ImportRow.draft`) with an entry, or with none."""
    if stored["kind"] == "own":
        wanted = Wanted.from_json(stored["wanted"])
    else:
        reading = Reading(
            VolunteerDraft.from_json(stored["draft"]),
            stored["adds_languages"],
            frozenset(stored["doubts"]),
        )
        wanted = propose(reading, volunteer, conditions)
    wanted = narrowed(wanted, volunteer)
    return Comparison(wanted, describe_changes(wanted, volunteer))


def identity(stored: dict[str, Any]) -> VolunteerDraft:
    """What identifies the person of a stored row."""
    return VolunteerDraft.from_json(stored["draft"])


class Planner:
    """Makes preview rows of one file; remembers which entries its earlier rows were about."""

    def __init__(self, register: Register, conditions: Conditions) -> None:
        self._register = register
        self._conditions = conditions
        self._claimed: set[int] = set()
        self._taken: set[int] = set()

    def plan_list(
        self, results: Sequence[RowResult], adding_sheets: frozenset[str]
    ) -> Iterator[ImportRow]:
        """Preview rows for `find_duplicates`' results; ``adding_sheets`` only add languages."""
        lines = fold(results)
        drafts = (line.draft for line in lines if line.draft and not line.into)
        self._claimed = self._register.claimed(drafts)
        for line in lines:
            yield self._plan_line(line, line.result.sheet in adding_sheets)

    def plan_own(self, rows: Sequence[OwnRow]) -> Iterator[ImportRow]:
        """Preview rows for our own workbook."""
        drafts = [row.draft() for row in rows]
        self._claimed = self._register.claimed(drafts)
        numbers: Counter[int | None] = Counter(
            draft.number for draft in drafts if draft.number is not None
        )
        for row, draft in zip(rows, drafts, strict=True):
            if row.blank:
                blank = (Problem("blank", "空白の行です。", "", "info"),)
                yield _row((PEOPLE, row.row_number, {}), Outcome.SKIP, blank)
            else:
                problems = [*row.problems, *_own_problems(row, draft, numbers)]
                yield self._plan_own_row(row, draft, problems)

    def _plan_line(self, line: Line, adds_languages: bool) -> ImportRow:
        result, draft = line.result, line.draft
        place = (result.sheet, result.row_number, result.raw)
        if draft is None or line.into:
            return _row(place, Outcome.SKIP, _why_skipped(line))
        problems = [one for one in result.problems if one.code != "duplicate_identical"]
        stored = {
            "kind": "list",
            "draft": draft.to_json(),
            "adds_languages": adds_languages,
            "doubts": sorted({one.code for one in problems if one.severity != "info"}),
        }
        row = _row(place, Outcome.HUMAN, problems, stored)
        self._judge(row, draft, must_wait=line.must_wait)
        _add(row, _doubts_about_terms(draft, row.volunteer))
        return row

    def _plan_own_row(
        self, row: OwnRow, draft: VolunteerDraft, problems: list[Problem]
    ) -> ImportRow:
        match = self._register.find(draft, self._claimed)
        wanted = row.wanted()
        present = match.volunteer.remarks if match.volunteer else ""
        if remarks := remarks_with_lost(row, present, self._conditions):
            fields = {**wanted.record.fields, "remarks": remarks}
            wanted = replace(wanted, record=replace(wanted.record, fields=fields))
        stored = {"kind": "own", "draft": draft.to_json(), "wanted": wanted.to_json()}
        planned = _row((PEOPLE, row.row_number, row.raw), Outcome.HUMAN, problems, stored)
        self._judge(planned, draft)
        return planned

    def _judge(self, row: ImportRow, draft: VolunteerDraft, *, must_wait: bool = False) -> None:
        """Set outcome, volunteer and changes."""
        match = self._register.find(draft, self._claimed)
        if match.doubt:
            _add(row, [match.doubt])
        if match.volunteer and match.volunteer.pk in self._taken:
            text = f"登録番号{match.volunteer.number}の方は、前の行にもあります。"
            _add(row, [Problem("volunteer_twice", text, draft.name, "error")])
        row.volunteer = match.volunteer
        row.changes = _clean(compare(row.draft, match.volunteer, self._conditions).changes)
        if must_wait or any(one["severity"] == "error" for one in row.problems):
            row.outcome = Outcome.HUMAN
        elif match.volunteer is None:
            row.outcome = Outcome.CREATE
        else:
            self._taken.add(match.volunteer.pk)
            row.outcome = Outcome.CHANGE if row.changes else Outcome.SAME


def _why_skipped(line: Line) -> tuple[Problem, ...]:
    """Why a row is left out; what is doubtful in a folded row is still told."""
    if line.result.skipped:
        one = line.result.skipped
        return (Problem(one.code, one.reason_ja, "", "info"),)
    if line.into is None:
        return ()
    place = f"{line.into.row_number}行目"
    if line.into.sheet != line.result.sheet:
        place = f"「{line.into.sheet}」の{place}"
    identical = any(one.code == "duplicate_identical" for one in line.result.problems)
    text = f"{place}と同じ内容です。" if identical else f"{place}の方にまとめました。"
    told = () if identical else [one for one in line.result.problems if one.code not in CODES]
    return (Problem("folded", text, "", "info"), *told)


def _doubts_about_terms(draft: VolunteerDraft, volunteer: Volunteer | None) -> Iterable[Problem]:
    latest = next(iter(volunteer.registrations.all()), None) if volunteer else None
    if draft.valid_until is None and latest is None:
        text = "登録期限がないため、期限を入力するまで打診の対象になりません。"
        yield Problem("term_missing", text, "", "check", "登録期限")
    elif draft.valid_until and latest and draft.valid_until < latest.ends_on:
        text = f"今の登録は{latest.ends_on:%Y/%-m/%-d}までです。短くはしません。"
        yield Problem("term_shorter", text, f"{draft.valid_until:%Y/%-m/%-d}", "check", "登録期限")


def _own_problems(
    row: OwnRow, draft: VolunteerDraft, numbers: Counter[int | None]
) -> Iterator[Problem]:
    if not draft.name and not any(one.code in NEVER for one in row.problems):
        yield Problem("name_missing", "氏名がありません。", "", "error", "氏名")
    if draft.number is not None and numbers[draft.number] > 1:
        text = f"登録番号{draft.number}が二度あります。"
        yield Problem("number_twice", text, draft.name, "error", "登録番号")


def _row(
    place: tuple[str, int, dict[str, str]],
    outcome: str,
    problems: Iterable[Problem],
    stored: dict[str, Any] | None = None,
) -> ImportRow:
    sheet, row_number, raw = place
    return ImportRow(
        sheet=sheet[:100].replace("\0", ""),
        row_number=row_number,
        raw=_clean(raw),
        draft=_clean(stored or {}),
        outcome=outcome,
        problems=_clean([asdict(one) for one in problems]),
    )


def _add(row: ImportRow, problems: Iterable[Problem]) -> None:
    row.problems = [*row.problems, *_clean([asdict(one) for one in problems])]


def _clean(data: Any) -> Any:
    """JSON that PostgreSQL accepts: without NUL characters and halves of characters."""
    text = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode()
    return json.loads(text.replace("\\u0000", ""))
