"""Conditions of exceptions and additions, typed in words: 言語 — 英語、中国語.

Known words become the codes that the rules use; areas, grades and an organization's own kinds of
requesters stay as they are typed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms

from honoraria.rules_form.fields import Choices, Gathered, Names, choice, words
from honoraria.tariff.conditions import DAYS, NAMES
from volunteers import languages
from volunteers.forms.fields import read_clock

KEYS: Choices = [
    ("", "—"),
    ("language", "言語"),
    ("area", "地域"),
    ("mode", "方法"),
    ("field", "分野"),
    ("membership", "会員区分"),
    ("client", "依頼者の区分"),
    ("grade", "級"),
    ("direction", "翻訳の方向"),
    ("remote", "遠隔・対面"),
    ("day", "曜日・祝日"),
    ("starts", "開始時刻"),
]
OPEN_KEYS = {"area", "membership", "client", "grade"}  # organizations make up words of their own
REMOTE = {"遠隔": True, "対面": False}
HELP = (
    "いくつかの値は「、」で区切ります。例：言語＝英語、中国語／方法＝映像、電話／"
    "曜日・祝日＝土曜日、日曜日、祝日／開始時刻＝22:00から5:00"
)


def fields(prefix: str, names: Names) -> dict[str, forms.Field]:
    """Lines of a condition: what it is about, and the values."""
    made: dict[str, forms.Field] = {}
    for index in names.rows(f"{prefix}when", least=1, spare=1):
        made[f"{prefix}when{index}_key"] = choice("条件", KEYS)
        made[f"{prefix}when{index}_value"] = words("値")
    return made


def gather(found: Gathered, prefix: str, path: str, names: Names) -> dict[str, Any]:
    """The condition; every line must hold. Notes an error beside a line that cannot be read."""
    when: dict[str, Any] = {}
    found.where[path] = f"{prefix}when0_value"
    for index in names.rows(f"{prefix}when", least=1, spare=1):
        name = f"{prefix}when{index}_value"
        key, text = found.data.get(f"{prefix}when{index}_key"), found.data.get(name, "")
        if not key and not text:
            continue
        found.where[f"{path}.{key}"] = name
        try:
            if not key:
                raise ValueError("条件の種類を選んでください。")
            if key in when:
                raise ValueError("同じ条件が2回あります。値を「、」で区切ってください。")
            when[key] = read(key, text)
        except ValueError as error:
            found.errors.append((name, str(error)))
    return when


def show(prefix: str, when: dict[str, Any]) -> dict[str, Any]:
    """The fields that show a condition."""
    shown: dict[str, Any] = {}
    for index, (key, wanted) in enumerate(when.items()):
        shown |= {
            f"{prefix}when{index}_key": key,
            f"{prefix}when{index}_value": text_of(key, wanted),
        }
    return shown


def read(key: str, text: str) -> Any:
    """The values of one line as the rules write them. Raises ValueError with words for it."""
    text = unicodedata.normalize("NFKC", text).strip()
    if key == "remote":
        if text not in REMOTE:
            raise ValueError("「遠隔」か「対面」と入力してください。")
        return REMOTE[text]
    if key == "starts":
        return _hours(text)
    values = [part.strip() for part in re.split(r"[、,\n]", text) if part.strip()]
    if not values:
        raise ValueError("値を入力してください。")
    if key == "language":
        return [_language(part) for part in values]
    table = DAYS if key == "day" else NAMES.get(key, {})
    codes = {unicodedata.normalize("NFKC", word): code for code, word in table.items()}
    return [_code(key, part, codes) for part in values]


def _code(key: str, part: str, codes: dict[str, str]) -> str:
    if part in codes:
        return codes[part]
    if key in OPEN_KEYS or part in codes.values():
        return part
    raise ValueError(f"「{part}」は使えません。{'・'.join(codes)} から入力してください。")


def _language(text: str) -> str:
    found = languages.lookup(text)
    if found is not None:
        return found.tag
    if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
        return text
    raise ValueError(f"「{text}」という言語が見つかりません。")


def _hours(text: str) -> dict[str, str]:
    parts = [part for part in re.split(r"から|~|〜|-|まで|\s", text) if part]
    clocks = [read_clock(part) for part in parts]
    if len(clocks) != 2 or None in clocks or any((one or 0) >= 24 * 60 for one in clocks):
        raise ValueError("22:00から5:00 のように入力してください。")
    first, last = (f"{(one or 0) // 60:02d}:{(one or 0) % 60:02d}" for one in clocks)
    return {"from": first, "to": last}


def text_of(key: str, wanted: Any) -> str:
    """A condition's values in words that ``read`` understands."""
    if key == "remote":
        return "遠隔" if wanted else "対面"
    if key == "starts":
        return f"{wanted['from']}から{wanted['to']}"
    if key == "language":
        return "、".join(_language_words(tag) for tag in wanted)
    table = DAYS if key == "day" else NAMES.get(key, {})
    return "、".join(table.get(value, value) for value in wanted)


def _language_words(tag: str) -> str:
    known = languages.get(tag)
    if known is None or known.tag != tag:
        return tag
    again = languages.lookup(known.ja)
    return known.ja if again is not None and again.tag == tag else tag
