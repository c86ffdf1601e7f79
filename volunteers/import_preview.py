"""What the pages of an import show: counts, rows by outcome, and cells that a human must look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from volunteers.actions.importing import pending
from volunteers.comparing.rows import NEVER
from volunteers.import_reasons import reason
from volunteers.models import ImportRow, ImportRun

Outcome = ImportRow.Outcome
CELLS = "cells"
TABS: tuple[tuple[str, str, str], ...] = (
    (Outcome.HUMAN, "要確認", "決めていただく行"),
    (Outcome.CREATE, "新規", "新しく登録する方"),
    (Outcome.CHANGE, "変更", "内容が変わる方"),
    (CELLS, "見ておく欄", "読み方に迷った欄"),
    (Outcome.SAME, "変更なし", "今の登録と同じ方"),
    (Outcome.SKIP, "対象外", "人の行ではない行など"),
)
_TOLD = frozenset(["level_missing"])
"""Codes of mere information that a person should still see as a list."""


@dataclass(frozen=True)
class ShownRow:
    """A row with the words that identify it."""

    row: ImportRow
    several_sheets: bool

    @property
    def draft(self) -> dict[str, Any]:
        """What identifies the person, as stored."""
        return dict(self.row.draft.get("draft") or {})

    @property
    def name(self) -> str:
        """The name in the file or, once written, in the register."""
        if self.draft.get("name"):
            return str(self.draft["name"])
        return self.row.volunteer.name if self.row.volunteer else "（氏名なし）"

    @property
    def number(self) -> int | None:
        """The registration number."""
        typed: int | None = self.draft.get("number")
        return typed or (self.row.volunteer.number if self.row.volunteer else None)

    @property
    def place(self) -> str:
        """12行目, with the sheet if there are several."""
        sheet = f"{self.row.sheet} " if self.several_sheets else ""
        return f"{sheet}{self.row.row_number}行目"

    @property
    def chosen(self) -> bool:
        """Whether the row is to be written as it stands."""
        return not self.row.decision

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The cells as typed."""
        return list(self.row.raw.items())

    @property
    def told(self) -> list[dict[str, str]]:
        """What a person should look at."""
        return [one for one in self.row.problems if must_be_seen(one)]

    @property
    def reasons(self) -> list[str]:
        """Every sentence about the row."""
        return [one["message_ja"] for one in self.row.problems]

    @property
    def blocking(self) -> list[dict[str, str]]:
        """Why the row waits."""
        waits = [
            one
            for one in self.row.problems
            if one["severity"] == "error" or one["code"] == "duplicate_differs"
        ]
        return waits or list(self.row.problems)

    @property
    def decisions(self) -> list[tuple[str, str]]:
        """What may be decided about a row that waits."""
        if any(one["code"] in NEVER for one in self.row.problems):
            return []
        use = "この行を使う"
        if self.row.volunteer:
            use = f"登録番号{self.row.volunteer.number}の{self.row.volunteer.name}さんをこの行の内容にする"
        return [("use", use), ("separate", "別の人として登録する"), ("skip", "取り込まない")]


@dataclass(frozen=True)
class Cell:
    """A cell that somebody should look at."""

    shown: ShownRow
    column: str
    original: str
    message: str


@dataclass(frozen=True)
class Group:
    """Cells with the same reason."""

    code: str
    title: str
    effect: str
    count: int


def must_be_seen(problem: dict[str, str]) -> bool:
    """Whether a problem belongs into the list of cells."""
    return problem["severity"] != "info" or problem["code"] in _TOLD


def counts(run: ImportRun) -> dict[str, int]:
    """Rows by outcome, cells to look at, and how many rows would be written now."""
    found = dict.fromkeys(Outcome.values, 0)
    found |= dict(run.rows.values_list("outcome").annotate(Count("id")).order_by())
    found[CELLS] = sum(group.count for group in groups(run))
    waiting = pending(run)
    found["pending"] = waiting.count()
    found["creating"] = waiting.filter(Q(volunteer=None) | Q(decision="separate")).count()
    found["changing"] = found["pending"] - found["creating"]
    return found


def _with_cells(run: ImportRun) -> QuerySet[ImportRow]:
    outcomes = [Outcome.CREATE, Outcome.CHANGE, Outcome.HUMAN]
    return run.rows.filter(outcome__in=outcomes).exclude(problems=[])


def groups(run: ImportRun) -> list[Group]:
    """Reasons with the number of cells, the most serious first, then by number."""
    found: Counter[str] = Counter()
    blocking = set()
    for problems in _with_cells(run).values_list("problems", flat=True):
        for one in problems:
            if must_be_seen(one):
                found[one["code"]] += 1
                if one["severity"] == "error":
                    blocking.add(one["code"])
    ordered = sorted(found.items(), key=lambda item: (item[0] not in blocking, -item[1]))
    return [Group(code, *reason(code), count) for code, count in ordered]


def cells(run: ImportRun, code: str, several_sheets: bool) -> Sequence[Cell]:
    """The cells of one reason in the order of the file."""
    rows = _with_cells(run).filter(problems__contains=[{"code": code}]).select_related("volunteer")
    return [
        Cell(ShownRow(row, several_sheets), one["column"], one["original"], one["message_ja"])
        for row in rows
        for one in row.problems
        if one["code"] == code and must_be_seen(one)
    ]


def rows_of(run: ImportRun, outcome: str) -> QuerySet[ImportRow]:
    """Rows of one outcome in the order of the file."""
    return run.rows.filter(outcome=outcome).select_related("volunteer").order_by("id")


def shown(rows: Iterable[ImportRow], several_sheets: bool) -> list[ShownRow]:
    """Rows ready to be shown."""
    return [ShownRow(row, several_sheets) for row in rows]


def has_several_sheets(run: ImportRun) -> bool:
    """Whether rows must name their sheet."""
    return len(run.mapping) > 1
