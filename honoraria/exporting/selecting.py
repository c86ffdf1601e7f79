"""The SELECT of a file: the cells of a shape, as text for CSV or as typed cells for a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.models import Organization
from honoraria.exporting.cells import neutral
from honoraria.exporting.columns import Sql, Style, made_neutral
from honoraria.exporting.datasets import statement
from honoraria.exporting.shapes import CONSTANT, PLACE, SOURCE, Shape, ShapeColumn
from honoraria.exporting.wishes import Wish


@dataclass(frozen=True, slots=True)
class Heading:
    """Title, kind (text, date, time, yen, number) and width of a column of a workbook."""

    title: str
    kind: str
    width: int


def headings(shape: Shape) -> list[Heading]:
    """What a workbook needs to know of each column."""
    found = []
    for column in shape.columns:
        if column.how == SOURCE:
            source = shape.dataset.column(column.what)
            found.append(Heading(column.title, source.cell_kind, source.width))
        else:
            found.append(Heading(column.title, "text", max(10, 2 * len(column.title))))
    return found


def text_select(
    shape: Shape, organization: Organization, wish: Wish, limit: int | None = None
) -> Sql:
    """Every cell as the text that a CSV file holds, made neutral."""
    style = _style(shape)
    cells = [_text_cell(shape, column, style) for column in shape.columns]
    return statement(cells, shape.dataset.select(organization, wish), limit)


def typed_select(shape: Shape, organization: Organization, wish: Wish) -> Sql:
    """Every cell with its type; texts as they are, for a workbook never runs them."""
    style = _style(shape)
    cells = [_typed_cell(shape, column, style) for column in shape.columns]
    return statement(cells, shape.dataset.select(organization, wish))


def preview(
    shape: Shape, organization: Organization, wish: Wish, rows: int = 5
) -> list[tuple[Any, ...]]:
    """The first rows as a CSV file would show them."""
    select = text_select(shape, organization, wish, rows)
    with connection.cursor() as cursor:
        cursor.execute(select.text, select.params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _style(shape: Shape) -> Style:
    return Style(shape.date_style, shape.account_words)


def _text_cell(shape: Shape, column: ShapeColumn, style: Style) -> Sql:
    if column.how == SOURCE:
        return shape.dataset.column(column.what).csv_cell(style)
    if column.how == CONSTANT:
        return Sql("%s::text", (neutral(column.what),))
    return made_neutral(_template(shape, column.what, style))


def _typed_cell(shape: Shape, column: ShapeColumn, style: Style) -> Sql:
    if column.how == SOURCE:
        return shape.dataset.column(column.what).value(style)
    if column.how == CONSTANT:
        return Sql("%s::text", (column.what,))
    return _template(shape, column.what, style)


def _template(shape: Shape, text: str, style: Style) -> Sql:
    """Texts and sources in turn; a source without a value leaves nothing behind."""
    pieces: list[Sql] = []
    for number, piece in enumerate(PLACE.split(text)):  # text, name, text, name, … text
        if number % 2:
            pieces.append(shape.dataset.column(piece).written(style))
        else:
            pieces.append(Sql("%s::text", (piece,)))
    params = tuple(value for piece in pieces for value in piece.params)
    return Sql(f"concat({', '.join(piece.text for piece in pieces)})", params)
