"""The shape of a file: which columns, in which order, and how they are written. Data, not code.

A shape is the JSON of a mapping (出力形式), read and checked: each column is a source of the
dataset, a constant, or a template such as ``通訳謝金 {months} V{number}``. Shipped shapes for
bookkeeping programs lie in ``mappings/*.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from accounts.errors import ActionError
from honoraria.exporting.datasets import DATASETS, Dataset
from honoraria.models import Mapping

SHIPPED = Path(__file__).parent / "mappings"
MOST_COLUMNS, LONGEST_TITLE, LONGEST_TEXT = 80, 60, 300
PLACE = re.compile(r"\{([a-z_]+)\}")
ACCOUNTS = {
    "expense": "諸謝金",
    "bank": "普通預金",
    "cash": "現金",
    "gift_card": "貯蔵品",
    "withheld": "預り金",
    "travel": "旅費交通費",
    "difference": "雑損失",
    "payable": "未払金",
    "tax_class": "対象外",
}
"""What accounts are called unless a mapping says otherwise; the keys are what the journal means."""
ACCOUNT_LABELS = {
    "expense": "謝礼の科目",
    "bank": "振込元の科目",
    "cash": "現金の科目",
    "gift_card": "図書カード等の科目",
    "withheld": "源泉所得税の科目",
    "travel": "交通費の科目",
    "difference": "額面が支払額を超えた分の科目",
    "payable": "額面が支払額に足りない分の科目",
    "tax_class": "税区分",
}
SOURCE, CONSTANT, TEMPLATE = "source", "constant", "template"


@dataclass(frozen=True, slots=True)
class ShapeColumn:
    """One column: ``how`` is source, constant or template, ``what`` the name or the text."""

    title: str
    how: str
    what: str

    def as_json(self) -> dict[str, str]:
        """As it is stored."""
        return {"title": self.title, self.how: self.what}


@dataclass(frozen=True, slots=True)
class Shape:
    """A checked mapping."""

    dataset: Dataset
    columns: tuple[ShapeColumn, ...]
    name: str = ""
    encoding: str = Mapping.Encoding.UTF8
    newline: str = Mapping.Newline.CRLF
    date_style: str = Mapping.DateStyle.SLASH
    header: bool = True
    accounts: Dictionary[str, str] | None = None

    @property
    def account_words(self) -> dict[str, str]:
        """Every account with its name."""
        return ACCOUNTS | dict(self.accounts or {})

    @property
    def line_end(self) -> str:
        """What ends a line."""
        return "\n" if self.newline == Mapping.Newline.LF else "\r\n"

    def as_json(self) -> dict[str, Any]:
        """As a run keeps it, and as a mapping stores it."""
        return {
            "name": self.name,
            "dataset": self.dataset.name,
            "columns": [column.as_json() for column in self.columns],
            "encoding": self.encoding,
            "newline": self.newline,
            "date_style": self.date_style,
            "header": self.header,
            "accounts": self.account_words,
        }


def usual(dataset: Dataset) -> Shape:
    """The form of a dataset when no mapping is chosen: UTF-8 with BOM, CRLF, titles."""
    columns = [ShapeColumn(dataset.column(name).title, SOURCE, name) for name in dataset.usual]
    return Shape(dataset, tuple(columns))


def read_shape(detail: Dictionary[str, Any]) -> Shape:
    """The shape that JSON describes. Raises ActionError: no_dataset, bad_mapping."""
    dataset = DATASETS.get(str(detail.get("dataset", "")))
    if dataset is None:
        raise ActionError("no_dataset", "書き出す内容を選んでください。", field="dataset")
    columns = tuple(_column(dataset, n, one) for n, one in enumerate(detail["columns"], 1))
    if not 0 < len(columns) <= MOST_COLUMNS:
        raise _bad(f"列は1つ以上、{MOST_COLUMNS}までにしてください。")
    chosen = {name: str(detail.get(name, default)) for name, default in _DEFAULTS.items()}
    for name, choices in _CHOICES.items():
        if chosen[name] not in choices.values:
            raise ActionError("bad_mapping", "書き方を選び直してください。", field=name)
    accounts = {
        key: str(value)[:LONGEST_TITLE]
        for key, value in dict(detail.get("accounts") or {}).items()
        if key in ACCOUNTS and str(value).strip()
    }
    return Shape(
        dataset,
        columns,
        name=str(detail.get("name", "")),
        header=bool(detail.get("header", True)),
        accounts=accounts,
        **chosen,
    )


_DEFAULTS = {
    "encoding": Mapping.Encoding.UTF8,
    "newline": Mapping.Newline.CRLF,
    "date_style": Mapping.DateStyle.SLASH,
}
_CHOICES = {
    "encoding": Mapping.Encoding,
    "newline": Mapping.Newline,
    "date_style": Mapping.DateStyle,
}


def _column(dataset: Dataset, number: int, detail: Dictionary[str, Any]) -> ShapeColumn:
    how = next((one for one in (SOURCE, TEMPLATE, CONSTANT) if one in detail), CONSTANT)
    title, what = str(detail.get("title", "")).strip(), str(detail.get(how, ""))
    if len(title) > LONGEST_TITLE or len(what) > LONGEST_TEXT:
        raise _bad(f"{number}列目の見出しか文字が長すぎます。")
    named = [what] if how == SOURCE else PLACE.findall(what) if how == TEMPLATE else []
    known = {column.name for column in dataset.columns}
    for name in named:
        if name not in known:
            text = f"{number}列目：「{name}」という項目は「{dataset.title}」にありません。"
            raise _bad(text)
    if how == TEMPLATE and ("{" in PLACE.sub("", what) or "}" in PLACE.sub("", what)):
        raise _bad(f"{number}列目：波かっこは {{number}} のように項目名を囲むときだけ使えます。")
    return ShapeColumn(title, how, what)


def _bad(text: str) -> ActionError:
    return ActionError("bad_mapping", text, field="columns", status=400)


@cache
def shipped() -> dict[str, Shape]:
    """The shapes that come with the software, by code, in the order of their files' names."""
    found = {}
    for path in sorted(SHIPPED.glob("*.json")):
        found[path.stem.split("-", 1)[1]] = read_shape(json.loads(path.read_text("utf-8")))
    return found


def shape_of(mapping: Mapping) -> Shape:
    """The shape of a stored mapping."""
    names = ("name", "dataset", "columns", "encoding", "newline", "date_style", "header")
    detail = {name: getattr(mapping, name) for name in names}
    return read_shape({**detail, "accounts": mapping.accounts})
