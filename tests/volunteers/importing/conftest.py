"""Builders for sheets and small workbooks, and the table of languages that the readers are given."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from volunteers.importing.workbook import Cell, Sheet, Workbook, open_workbook
from volunteers.languages import lookup

SAMPLE = Path(__file__).parents[2] / "data" / "register_sample.xlsx"


@pytest.fixture(scope="session")
def find_language() -> Callable[[str], str | None]:
    def find(text: str) -> str | None:
        language = lookup(text)
        return language.tag if language else None

    return find


@pytest.fixture(scope="session")
def sample() -> Workbook:
    return open_workbook(SAMPLE.read_bytes(), SAMPLE.name)


@pytest.fixture(scope="session")
def sheet_of() -> Callable[..., Sheet]:
    def build(*rows: list[Any], name: str = "名簿") -> Sheet:
        cells = [
            [Cell(None, "") if value in (None, "") else Cell(value, str(value)) for value in row]
            for row in rows
        ]
        return Sheet(name, cells)

    return build


@pytest.fixture(scope="session")
def xlsx_of() -> Callable[..., bytes]:
    def build(rows: list[list[Any]], sheets: tuple[str, ...] = ("名簿",)) -> bytes:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
            for name in sheets:
                page = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    page.write_row(number, 0, row)
        return target.getvalue()

    return build
