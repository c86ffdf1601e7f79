"""What the files of a claim are made of: the submitted snapshot, or the live lines as a draft.

Both have the same form, so workbook, evidence and statements agree with the pages to the yen. A
snapshot that is not the one that was submitted makes no file at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.errors import ActionError
from honoraria.grants.calculation import Due, Terms, report_due
from honoraria.grants.claim import Difference, differences, intact, picture, snapshot_of
from honoraria.grants.lines import CategoryTotal, Line
from honoraria.models import Claim, Programme, ProgrammeTerms

DRAFT = "下書き（提出前）"
_DAYS = ("on", "approved_on", "paid_on", "confirmed_on")


@dataclass(frozen=True)
class Content:
    """Everything a file says. ``claim`` is None for a draft; yen are whole, days Asia/Tokyo's."""

    programme: Programme
    claim: Claim | None
    compared: Claim | None
    snapshot: Mapping[str, Any]
    lines: list[Line]
    differences: list[Difference]

    @property
    def title(self) -> str:
        """The programme with its fiscal year, as it was called when it was submitted."""
        about = self.snapshot["programme"]
        return f"{about['fiscal_year']}年度 {about['name']}"

    @property
    def mark(self) -> str:
        """``下書き（提出前）`` or which claim it is."""
        return f"第{self.claim.number}回（提出済み）" if self.claim else DRAFT

    @property
    def terms(self) -> Mapping[str, Any]:
        """The terms as they were."""
        found: Mapping[str, Any] = self.snapshot["terms"]
        return found

    @property
    def rate(self) -> str:
        """``1/2`` or ``10/10``."""
        return Terms(self.terms["rate_numerator"], self.terms["rate_denominator"]).rate

    @property
    def joint(self) -> bool:
        """Whether municipalities share the desk."""
        return bool(self.terms["method"] == ProgrammeTerms.Method.JOINT)

    @property
    def total(self) -> int:
        """Yen of everything that was judged."""
        return int(self.snapshot["totals"]["amount"])

    @property
    def eligible(self) -> int:
        """Yen that count."""
        return int(self.snapshot["totals"]["eligible"])

    @property
    def grant(self) -> int:
        """Yen that are claimed."""
        return int(self.snapshot["totals"]["grant"])

    @property
    def categories(self) -> list[CategoryTotal]:
        """Totals by category."""
        return [CategoryTotal(**one) for one in self.snapshot["categories"]]

    @property
    def counted(self) -> list[Line]:
        """Lines that count, by evidence number."""
        return sorted((line for line in self.lines if line.counts), key=_by_number)

    @property
    def due(self) -> Due:
        """By when the report must be there."""
        year = int(self.snapshot["programme"]["fiscal_year"])
        return report_due(day_of(self.terms["completed_on"]), year)

    @property
    def days(self) -> list[tuple[date, int, int]]:
        """Day, consultations, minutes of interpreting."""
        rows = self.snapshot["consultations"]["days"]
        return [(date.fromisoformat(on), count, minutes) for on, count, minutes in rows]

    @property
    def months(self) -> list[tuple[date, int, int]]:
        """The same for every month of the year, also for those without any."""
        sums: dict[date, list[int]] = defaultdict(lambda: [0, 0])
        for on, count, minutes in self.days:
            there = sums[on.replace(day=1)]
            there[0] += count
            there[1] += minutes
        year = int(self.snapshot["programme"]["fiscal_year"])
        firsts = [date(year + (month > 12), (month - 1) % 12 + 1, 1) for month in range(4, 16)]
        return [(first, sums[first][0], sums[first][1]) for first in firsts]

    @property
    def file_part(self) -> str:
        """For names of files: ``2026-12-1`` or ``2026-12-draft``."""
        which = self.claim.number if self.claim else "draft"
        return f"{self.programme.fiscal_year}-{self.programme.pk}-{which}"


def content_of(programme: Programme, claim: Claim | None, at: datetime) -> Content:
    """A submitted claim, or what would be claimed now. Raises ActionError: tampered."""
    live = picture(programme)
    if claim is None:
        snapshot = snapshot_of(live, [], at)
        last = programme.claims.first()
        changed = differences(last, live.lines) if last else []
        return Content(programme, None, last, snapshot, restored(snapshot), changed)
    if not intact(claim):
        text = (
            "保存した内容が、提出したときのものと一致しないため、ファイルを作りませんでした。"
            "データの管理者に連絡してください。"
        )
        raise ActionError("tampered", text)
    changed = differences(claim, live.lines)
    lines = restored(claim.snapshot)
    return Content(programme, claim, claim, claim.snapshot, lines, changed)


def restored(snapshot: Mapping[str, Any]) -> list[Line]:
    """The lines of a snapshot as they were before it was frozen."""
    found = []
    for row in snapshot["lines"]:
        values = {name: row[name] for name in Line._fields if name in row}
        values |= {name: day_of(values.get(name)) for name in _DAYS}
        found.append(Line(**values))
    return found


def day_of(text: str | None) -> date | None:
    """A day out of a snapshot."""
    return date.fromisoformat(text) if text else None


def _by_number(line: Line) -> tuple[str, int]:
    letter, _, digits = line.number.partition("-")
    return letter, int(digits)
