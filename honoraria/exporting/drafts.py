"""What stands in the mapping editor: read from the form as it is, changed by its buttons.

The form works without JavaScript: adding, moving and removing a column are buttons that send the
whole form and get it back. Nothing is stored before 「保存」.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.http import QueryDict

from honoraria.exporting.shapes import (
    ACCOUNT_LABELS,
    CONSTANT,
    MOST_COLUMNS,
    SOURCE,
    TEMPLATE,
    Shape,
    read_shape,
)

AS_CONSTANT, AS_TEMPLATE = "=constant", "=template"
"""Choices beside the sources; no source begins with ``=``."""


@dataclass(frozen=True, slots=True)
class DraftColumn:
    """A row of the editor: ``what`` is a source or one of the two choices above."""

    title: str = ""
    what: str = AS_CONSTANT
    text: str = ""

    def as_json(self) -> dict[str, str]:
        """As `shapes.read_shape` takes it."""
        if self.what == AS_CONSTANT:
            return {"title": self.title, CONSTANT: self.text}
        if self.what == AS_TEMPLATE:
            return {"title": self.title, TEMPLATE: self.text}
        return {"title": self.title, SOURCE: self.what}


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole editor."""

    name: str
    dataset: str
    encoding: str
    newline: str
    date_style: str
    header: bool
    columns: tuple[DraftColumn, ...]
    accounts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, shape: Shape) -> Draft:
        """A shape to be edited."""
        columns = tuple(
            DraftColumn(one.title, one.what)
            if one.how == SOURCE
            else DraftColumn(one.title, f"={one.how}", one.what)
            for one in shape.columns
        )
        return cls(
            shape.name,
            shape.dataset.name,
            shape.encoding,
            shape.newline,
            shape.date_style,
            shape.header,
            columns,
            shape.account_words,
        )

    @classmethod
    def read(cls, data: QueryDict) -> Draft:
        """What was sent, with the button that was pressed taken into account."""
        rows = []
        for n in range(min(_whole(data.get("columns", "")), MOST_COLUMNS)):
            place = _whole(data.get(f"c-{n}-place", "")) or n + 1
            row = DraftColumn(
                data.get(f"c-{n}-title", ""),
                data.get(f"c-{n}-what", AS_CONSTANT),
                data.get(f"c-{n}-text", ""),
            )
            rows.append((place, n, row))
        ordered = [row for _, _, row in sorted(rows, key=lambda one: one[:2])]
        return cls(
            data.get("name", "").strip(),
            data.get("dataset", ""),
            data.get("encoding", ""),
            data.get("newline", ""),
            data.get("date_style", ""),
            "header" in data,
            tuple(ordered),
            {key: data.get(f"account-{key}", "") for key in ACCOUNT_LABELS},
        ).pressed(data.get("do", ""))

    def pressed(self, button: str) -> Draft:
        """After ``add``, ``up-3``, ``down-3`` or ``remove-3``; anything else changes nothing."""
        verb, _, number = button.partition("-")
        rows, index = list(self.columns), _whole(number)
        if verb == "add" and len(rows) < MOST_COLUMNS:
            rows.append(DraftColumn())
        elif verb == "remove" and number and index < len(rows):
            del rows[index]
        elif verb == "up" and 0 < index < len(rows):
            rows[index - 1 : index + 1] = rows[index], rows[index - 1]
        elif verb == "down" and number and index < len(rows) - 1:
            rows[index : index + 2] = rows[index + 1], rows[index]
        return replace(self, columns=tuple(rows))

    def shape(self) -> Shape:
        """Checked. Raises ActionError: no_dataset, bad_mapping."""
        return read_shape(
            {
                "name": self.name,
                "dataset": self.dataset,
                "encoding": self.encoding,
                "newline": self.newline,
                "date_style": self.date_style,
                "header": self.header,
                "columns": [column.as_json() for column in self.columns],
                "accounts": self.accounts,
            }
        )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
