"""Walks an import through its pages, as a coordinator would; shared by the tests of the import."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from volunteers.actions import importing
from volunteers.models import ImportRun

SAMPLE = Path(__file__).parents[1] / "data" / "register_sample.xlsx"


def upload(client: Client, content: bytes, name: str = "名簿.xlsx") -> Any:
    """Post a file; the answer leads to the run."""
    return client.post("/volunteers/import/", {"file": SimpleUploadedFile(name, content)})


def newest() -> ImportRun:
    return ImportRun.objects.order_by("-pk")[0]


def columns(client: Client, **changes: str) -> Any:
    """Accept the guessed mapping of the newest run, with changes by field name."""
    url = f"/volunteers/import/{newest().pk}/columns/"
    page = client.get(url)
    assert page.status_code == 200, page.status_code
    form = page.context["form"]
    data: dict[str, Any] = {}
    for sheet in form.sheets:
        if sheet.use:
            data[f"use-{sheet.index}"] = "on"
        data[f"language-{sheet.index}"] = sheet.language
        data |= {column.name: column.target for column in sheet.columns}
    return client.post(url, {key: value for key, value in (data | changes).items() if value})


def preview(client: Client, show: str = "") -> Any:
    return client.get(f"/volunteers/import/{newest().pk}/preview/", {"show": show} if show else {})


def counts(client: Client) -> dict[str, int]:
    found = preview(client).context["counts"]
    return {key: found[key] for key in ("create", "change", "same", "skip", "human")}


def confirm(client: Client, at: datetime, **data: Any) -> ImportRun:
    """Press 登録する, and let the background do what is left to it."""
    run = newest()
    answer = client.post(f"/volunteers/import/{run.pk}/confirm/", data)
    assert answer.status_code == 302
    run.refresh_from_db()
    if run.state == "applying":
        importing.apply_import(run, at=at)
        run.refresh_from_db()
    return run


def bring_in(client: Client, content: bytes, at: datetime, name: str = "名簿.xlsx") -> ImportRun:
    """The whole way with everything as proposed."""
    assert upload(client, content, name).status_code == 302
    if newest().state == "mapping":
        assert columns(client).status_code == 302
    if newest().state == "reading":
        importing.read_import(newest())
    return confirm(client, at)


def with_cells(content: bytes, cells: dict[str, Any], sheet: str = "") -> bytes:
    """The workbook with some cells changed."""
    book = load_workbook(io.BytesIO(content))
    page = book[sheet] if sheet else book.worksheets[0]
    for place, value in cells.items():
        page[place] = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def workbook(**sheets: list[list[Any]]) -> bytes:
    """A small workbook."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return target.getvalue()
