"""What can be exported: each dataset is one SELECT with typed columns, read a batch at a time.

The rows of a month of honoraria are those of the month's page (`honoraria.months.entries`), so that
page, CSV and XLSX cannot disagree. Which columns go out, and how, is said by a `Shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Organization
from honoraria.exporting import journal, money_columns, work_columns
from honoraria.exporting.columns import Column, Sql, Style
from honoraria.exporting.wishes import Wish

CHUNK = 2_000  # rows fetched at once
Rows = Callable[[Organization, Wish], QuerySet[Any, Any]]


@dataclass(frozen=True, slots=True)
class Dataset:
    """One kind of rows. ``fields`` are the names and paths that ``find`` is asked for.

    ``around`` is SQL that makes the rows out of those fields where a row is not simply one of
    them; ``usual`` names the columns of the usual form, ``frozen`` of which stay in sight.
    """

    name: str
    title: str
    day: str
    columns: tuple[Column, ...]
    usual: tuple[str, ...]
    fields: dict[str, str]
    find: Rows
    around: str = ""
    frozen: int = 0
    states: tuple[tuple[str, str], ...] = ()

    def column(self, name: str) -> Column:
        """A column by its name; raises KeyError."""
        return {column.name: column for column in self.columns}[name]

    def select(self, organization: Organization, wish: Wish) -> Sql:
        """The rows as something to stand after FROM, called ``x``."""
        found = self.find(organization, wish).values_list(*self.fields.values())
        text, params = found.query.sql_with_params()
        names = ", ".join(f'"{name}"' for name in self.fields)
        inner = f"({text}) AS x({names})"
        if self.around:
            inner = f"({self.around.format(inner=inner)}) AS x"
        return Sql(inner, tuple(params))

    def count(self, organization: Organization, wish: Wish) -> int:
        """How many rows there are."""
        if not self.around:
            return self.find(organization, wish).order_by().count()
        rows = self.select(organization, wish)
        with connection.cursor() as cursor:
            text = f"SELECT count(*) FROM {rows.text}"  # noqa: S608 - our own  # nosec B608
            cursor.execute(text, rows.params)
            return int(cursor.fetchone()[0])

    def rows(self, organization: Organization, wish: Wish) -> Iterator[tuple[Any, ...]]:
        """Every column as a typed cell, in the order of ``columns``."""
        style = Style()
        cells = [column.value(style) for column in self.columns]
        for batch in batches(statement(cells, self.select(organization, wish))):
            yield from batch


def statement(cells: list[Sql], rows: Sql, limit: int | None = None) -> Sql:
    """SELECT of the cells from the rows."""
    chosen = ", ".join(cell.text for cell in cells)
    end = "" if limit is None else f" LIMIT {limit:d}"
    params = tuple(value for cell in cells for value in cell.params)
    return Sql(f"SELECT {chosen} FROM {rows.text}{end}", params + rows.params)  # noqa: S608  # nosec B608


def batches(select: Sql) -> Iterator[list[tuple[Any, ...]]]:
    """The result through a cursor of the server, `CHUNK` rows at a time: memory stays the same."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(select.text, select.params)
        while batch := cursor.fetchmany(CHUNK):
            yield batch


def _plain(
    name: str,
    title: str,
    day: str,
    columns: dict[str, tuple[str, Column]],
    *,
    usual: str,
    find: Rows,
    **more: Any,
) -> Dataset:
    fields = {key: path for key, (path, _) in columns.items()}
    every = tuple(column for _, column in columns.values())
    return Dataset(name, title, day, every, tuple(usual.split()), fields, find, **more)


DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        _plain(
            "honoraria",
            "謝礼",
            "計上日",
            work_columns.HONORARIA,
            usual=work_columns.USUAL_HONORARIA,
            find=work_columns.find_honoraria,
            frozen=4,
            states=work_columns.HONORARIUM_STATES,
        ),
        _plain(
            "payments",
            "支払",
            "支払日",
            money_columns.PAYMENTS,
            usual=money_columns.USUAL_PAYMENTS,
            find=money_columns.find_payments,
            frozen=4,
            states=money_columns.PAYMENT_STATES,
        ),
        _plain(
            "payment_lines",
            "支払の明細",
            "支払日",
            money_columns.LINES,
            usual=" ".join(money_columns.LINES),
            find=money_columns.find_lines,
            frozen=4,
            states=money_columns.PAYMENT_STATES,
        ),
        Dataset(
            "journal",
            "仕訳",
            "支払日",
            journal.JOURNAL,
            tuple(journal.USUAL_JOURNAL.split()),
            journal.JOURNAL_FIELDS,
            journal.find_journal,
            around=journal.JOURNAL_AROUND,
        ),
        _plain(
            "charges",
            "請求",
            "計上日",
            work_columns.CHARGES,
            usual=" ".join(work_columns.CHARGES),
            find=work_columns.find_charges,
            states=work_columns.CHARGE_STATES,
        ),
        _plain(
            "gift_cards",
            "図書カード等の受払",
            "日付",
            money_columns.GIFT_CARDS,
            usual=" ".join(money_columns.GIFT_CARDS),
            find=money_columns.find_gift_cards,
        ),
        _plain(
            "costs",
            "経費",
            "納品・利用日",
            money_columns.COSTS,
            usual=" ".join(money_columns.COSTS),
            find=money_columns.find_costs,
            states=money_columns.COST_STATES,
        ),
    )
}
