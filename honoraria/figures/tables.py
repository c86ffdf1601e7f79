"""The tables of the dashboard: rows with their words, in the order in which they are shown.

The same rows are drawn, printed and exported, so that picture, page and file cannot disagree.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from accounts.models import Organization
from dispatch.models import Desk
from honoraria.exporting.cells import neutral
from honoraria.figures.charts import Bar, Chart, Series
from honoraria.figures.sums import (
    DIMENSIONS,
    NO_DESK,
    NOT_ELIGIBLE,
    SEVERAL,
    UNJUDGED,
    Sum,
    YearSums,
    place_of,
)
from honoraria.models import Cost, Programme, Tariff
from honoraria.months import hours_text
from volunteers.languages import name as language_name
from volunteers.models import Field

TITLES = {
    "month": ("月別", "月"),
    "desk": ("窓口別", "窓口"),
    "language": ("言語別", "言語"),
    "field": ("分野別", "分野"),
    "tariff": ("謝礼基準別", "謝礼基準"),
    "programme": ("交付金の事業別", "事業"),
    "cost": ("その他の経費", "費目"),
}
STATES = (
    Series("paid", "支払済み"),
    Series("closed", "締め済み", "lines"),
    Series("approved", "承認済み", "dots"),
    Series("draft", "承認待ち", "bars"),
)
COSTS = Series("costs", "その他の経費", "cross")
COST_STATES = (
    Series("paid", "支払済み"),
    Series("approved", "承認済み（未払い）", "dots"),
    Series("draft", "承認待ち", "bars"),
)
MOST_DRAWN = 12
JUDGED = {UNJUDGED: "対象区分が未決定", NOT_ELIGIBLE: "対象外と決定", SEVERAL: "複数の事業で按分"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line: the honoraria, and the other costs (None where they are not told apart)."""

    label: str
    sums: Sum
    costs: int | None = None

    @property
    def hours(self) -> str:
        """``12時間30分``."""
        return hours_text(self.sums.minutes)

    @property
    def total(self) -> int:
        """Honoraria, transport and other costs."""
        return self.sums.total + (self.costs or 0)


@dataclass(frozen=True, slots=True)
class Table:
    """One dimension of a year."""

    name: str
    rows: list[Row]
    with_costs: bool

    @property
    def title(self) -> str:
        """``窓口別``."""
        return TITLES[self.name][0]

    @property
    def head(self) -> str:
        """``窓口``."""
        return TITLES[self.name][1]

    @property
    def whole(self) -> Row:
        """All rows together."""
        sums = Sum()
        for row in self.rows:
            sums = sums.plus(row.sums)
        costs = sum(row.costs or 0 for row in self.rows) if self.with_costs else None
        return Row("計", sums, costs)

    @property
    def chart(self) -> Chart:
        """Its picture: the states of the honoraria, and the other costs; the largest rows."""
        series = (*STATES, COSTS) if self.with_costs else STATES
        bars = [Bar(row.label, self._parts(row), self._short(row)) for row in self.rows]
        return Chart(f"by-{self.name}", f"{self.title}の費用", series, drawn(bars))

    def _short(self, row: Row) -> str:
        """Twelve names of months are wider than a phone, twelve numbers are not."""
        return row.label.removesuffix("月") if self.name == "month" else row.label

    def _parts(self, row: Row) -> tuple[int, ...]:
        sums = row.sums
        states = (sums.paid, sums.closed, sums.approved, sums.draft)
        return (*states, row.costs or 0) if self.with_costs else states

    def as_cells(self) -> list[list[str | int]]:
        """Titles and rows for a file; minutes and yen are plain numbers."""
        titles = [
            self.head,
            "活動数",
            "活動時間（分）",
            "謝礼（円）",
            "交通費（円）",
            "謝礼と交通費（円）",
        ]
        titles += [f"うち{one.words}（円）" for one in reversed(STATES)]
        titles += ["その他の経費（円）", "合計（円）"] if self.with_costs else []
        return [[*titles], *(self._cells(row) for row in self.rows)]

    def _cells(self, row: Row) -> list[str | int]:
        sums = row.sums
        cells: list[str | int] = [
            row.label, sums.activities, sums.minutes, sums.fee, sums.transport, sums.total,
            sums.draft, sums.approved, sums.closed, sums.paid,
        ]  # fmt: skip
        return [*cells, row.costs or 0, row.total] if self.with_costs else cells


@dataclass(frozen=True, slots=True)
class CostRow:
    """A category of the other costs."""

    label: str
    count: int
    draft: int
    approved: int
    paid: int

    @property
    def total(self) -> int:
        """All states together."""
        return self.draft + self.approved + self.paid


@dataclass(frozen=True, slots=True)
class CostTable:
    """The other costs by category."""

    rows: list[CostRow]
    name: str = "cost"
    title: str = TITLES["cost"][0]

    @property
    def whole(self) -> CostRow:
        """All categories together."""
        numbers = [(row.count, row.draft, row.approved, row.paid) for row in self.rows]
        return CostRow("計", *(sum(column) for column in zip(*numbers, strict=True)))

    @property
    def chart(self) -> Chart:
        """Its picture."""
        bars = [Bar(row.label, (row.paid, row.approved, row.draft)) for row in self.rows]
        return Chart("by-cost", "その他の経費（費目別）", COST_STATES, tuple(bars))

    def as_cells(self) -> list[list[str | int]]:
        """Titles and rows for a file."""
        titles = ["費目", "件数", "金額（円）", *(f"うち{one.words}（円）" for one in COST_STATES)]
        rows: list[list[str | int]] = [
            [r.label, r.count, r.total, r.paid, r.approved, r.draft] for r in self.rows
        ]
        return [[*titles], *rows]


def drawn(bars: list[Bar]) -> tuple[Bar, ...]:
    """The bars of a picture: months all, of longer lists the first ones and the rest as one."""
    if len(bars) <= MOST_DRAWN:
        return tuple(bars)
    rest = bars[MOST_DRAWN - 1 :]
    together = (sum(column) for column in zip(*(bar.parts for bar in rest), strict=True))
    return (*bars[: MOST_DRAWN - 1], Bar(f"ほか{len(rest)}件", tuple(together)))


def tables(organization: Organization, found: YearSums) -> list[Table]:
    """One table for each dimension; months in their order, the others by cost."""
    words = _words(organization)
    result = [_months(found)]
    for name in DIMENSIONS[1:]:
        costs = _costs_by_programme(found) if name == "programme" else {}
        by = found.by[name]
        keys = [*by, *(key for key in costs if key not in by)]
        with_costs = name == "programme" and found.costs is not None
        rows = [
            Row(words[name](key), by.get(key, Sum()), costs.get(key, 0) if with_costs else None)
            for key in keys
        ]
        rows.sort(key=lambda row: (-row.total, row.label))
        result.append(Table(name, rows, with_costs))
    return result


def cost_table(found: YearSums) -> CostTable | None:
    """The other costs by category; None where a desk was chosen."""
    if found.costs is None:
        return None
    rows = []
    for category in Cost.Category:
        own = [one for one in found.costs if one.category == category]
        if own:
            states = {state: sum(o.amount for o in own if o.state == state) for state in COST_CODES}
            rows.append(CostRow(str(category.label), sum(one.count for one in own), **states))
    return CostTable(rows)


COST_CODES = ("draft", "approved", "paid")


def as_csv(cells: Iterable[Iterable[str | int]]) -> bytes:
    """UTF-8 with BOM, CRLF; texts are made harmless, numbers stay numbers."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in cells:
        writer.writerow([neutral(one) if isinstance(one, str) else one for one in row])
    return text.getvalue().encode("utf-8-sig")


def _months(found: YearSums) -> Table:
    with_costs = found.costs is not None
    costs = found.costs_by_month()
    rows = []
    for month in sorted(range(1, 13), key=place_of):
        own = found.by["month"].get(str(month), Sum())
        rows.append(Row(f"{month}月", own, costs[place_of(month)] if with_costs else None))
    return Table("month", rows, with_costs)


def _costs_by_programme(found: YearSums) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in found.costs or []:
        sums[str(one.programme)] = sums.get(str(one.programme), 0) + one.amount
    return sums


def _words(organization: Organization) -> dict[str, Callable[[str], str]]:
    """How the key of each dimension is said."""

    def named(rows: Iterable[tuple[int, str]], more: dict[int, str]) -> Callable[[str], str]:
        words = dict(rows) | more
        return lambda key: words[int(key)]

    desks = Desk.objects.filter(organization=organization).values_list("pk", "name")
    tariffs = Tariff.objects.filter(organization=organization).values_list("pk", "name")
    programmes = Programme.objects.filter(organization=organization)
    fields = dict(Field.choices)
    return {
        "desk": named(desks, {NO_DESK: "窓口なし"}),
        "language": lambda key: language_name(key, "ja"),
        "field": lambda key: str(fields.get(key, key)),
        "tariff": named(tariffs, {}),
        "programme": named(((one.pk, str(one)) for one in programmes), JUDGED),
    }
