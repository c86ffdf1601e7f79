"""The register as a workbook in our own layout (`own_layout`), which imports back to the same.

Rows are streamed: neither the register nor the workbook is ever whole in memory. Every text is
written as a text cell, so that no spreadsheet program runs a formula from it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from django.db import transaction
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from accounts import audit
from accounts.models import Organization, User
from accounts.times import TOKYO
from volunteers.availability import Rule
from volunteers.comparing.changes import Present
from volunteers.comparing.matching import with_parts
from volunteers.importing.schedules import RuleValue
from volunteers.models import Volunteer
from volunteers.own_layout import ABSENCES, HEADER_ROW, PEOPLE, SHEETS, SKILLS, TERMS, TITLE, Column
from volunteers.record import COLUMNS

CHUNK = 500


def export_register(organization: Organization, *, by: User, at: datetime) -> IO[bytes]:
    """A temporary file with everybody of every state; the export is recorded (who, when, rows)."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    with transaction.atomic():
        rows = write_register(organization, file, at=at)
        audit.record(
            f"organization:{organization.pk}",
            "register.exported",
            organization=organization,
            by=by,
            at=at,
            rows=rows,
        )
    file.seek(0)
    return file


def write_register(organization: Organization, file: IO[bytes], *, at: datetime) -> int:
    """Write the workbook into a file; returns the number of volunteers."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    people = 0
    with xlsxwriter.Workbook(file, options) as book:
        heading = f"{TITLE}（{organization.name}、{at.astimezone(TOKYO):%Y年%-m月%-d日 %-H:%M}）"
        formats = _formats(book)
        pages = {
            name: _Page(book.add_worksheet(name), columns, formats, heading)
            for name, columns in SHEETS.items()
        }
        volunteers = with_parts(organization).iterator(chunk_size=CHUNK)  # type: ignore[attr-defined]
        for volunteer in volunteers:
            people += 1
            pages[PEOPLE].write(_person(volunteer))
            for name, values in _parts(volunteer):
                pages[name].write({"number": volunteer.number, "name": volunteer.name, **values})
        for page in pages.values():
            page.close()
    return people


def _person(volunteer: Volunteer) -> dict[str, Any]:
    present = Present(volunteer)
    fields = present.field_skills
    return {
        **{name: getattr(volunteer, name) for name in COLUMNS},
        "areas": present.areas,
        "fields": [one.field for one in fields],
        "trained": [one.field for one in fields if one.qualified],
        "rules": [_rule(rule) for rule in present.rules],
        "status": volunteer.status,
        "paused_until": volunteer.paused_until,
    }


def _rule(rule: Rule) -> RuleValue:
    nth = frozenset(number + 1 for number in range(5) if rule.nth_mask >> number & 1)
    return RuleValue(rule.weekday, rule.from_minute, rule.to_minute, nth, rule.on_holidays)


def _parts(volunteer: Volunteer) -> Iterator[tuple[str, Mapping[str, Any]]]:
    present = Present(volunteer)
    for skill in present.skills:
        yield SKILLS, vars(skill)
    for term in reversed(present.terms):
        yield TERMS, vars(term)
    for absence in present.exceptions:
        yield ABSENCES, vars(absence)


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    top = {"valign": "top"}
    head = {"bold": True, "bg_color": "#E6EFEA", "bottom": 1, "text_wrap": True, **top}
    return {
        "title": book.add_format({"bold": True, "font_size": 12}),
        "head": book.add_format(head),
        "text": book.add_format({"num_format": "@", "text_wrap": True, **top}),
        "day": book.add_format({"num_format": "yyyy/m/d", "align": "left", **top}),
        "number": book.add_format(top),
    }


class _Page:
    """A worksheet that grows downwards."""

    def __init__(
        self,
        sheet: Worksheet,
        columns: Sequence[Column],
        formats: Mapping[str, Format],
        heading: str,
    ) -> None:
        self._sheet, self._columns, self._formats = sheet, columns, formats
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        sheet.write_string(0, 0, heading, formats["title"])
        for index, column in enumerate(columns):
            sheet.write_string(HEADER_ROW, index, column.title, formats["head"])
        sheet.freeze_panes(HEADER_ROW + 1, 2)
        self._row = HEADER_ROW

    def write(self, values: Mapping[str, Any]) -> None:
        """Add a row; blank values leave their cells empty."""
        self._row += 1
        for index, column in enumerate(self._columns):
            value = column.write(values[column.key])
            if value is None or value == "":
                continue
            if isinstance(value, date):
                self._sheet.write_datetime(self._row, index, value, self._formats["day"])
            elif isinstance(value, str):
                self._sheet.write_string(self._row, index, value, self._formats["text"])
            else:
                self._sheet.write_number(self._row, index, value, self._formats["number"])

    def close(self) -> None:
        """Let people filter by every column."""
        self._sheet.autofilter(
            HEADER_ROW, 0, max(self._row, HEADER_ROW + 1), len(self._columns) - 1
        )
