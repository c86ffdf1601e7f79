"""The layout of our own workbook: which columns it has and how a value stands in a cell.

Every value that is written reads back as itself; `exporting` writes with this table and
`comparing.own_rows` reads with it. Texts are cells of text, so no spreadsheet program takes them
for a formula. What is not in the file: sign-ins, on-call state, last answers, and the history.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from volunteers import languages, phones
from volunteers.forms.fields import tag_of
from volunteers.importing.dates import parse_date
from volunteers.importing.schedules import RuleValue, parse_schedule, schedule_text
from volunteers.importing.text import tight
from volunteers.importing.workbook import Cell, Workbook
from volunteers.models import Field, LanguageSkill, Volunteer

TITLE = "つなぎの名簿"
"""How the first cell of our own workbook begins; by it the file is recognized."""
PEOPLE, SKILLS, TERMS, ABSENCES = "ボランティア", "対応言語", "登録期間", "例外日"
HEADER_ROW = 1
"""Zero-based; the title is above."""
_YES, _NO = "はい", "いいえ"
_E164 = re.compile(r"\+\d{6,15}")
LINE_BREAK = re.compile(r"\r\n?")


@dataclass(frozen=True)
class Column:
    """A column: its title, the key of its value, and how cells become values and back.

    ``read`` raises ValueError for what it does not understand; it never gets an empty cell.
    ``write`` returns a date, a number, a text or None.
    """

    title: str
    key: str
    write: Callable[[Any], date | int | float | str | None]
    read: Callable[[Cell], Any]
    width: int = 14
    longest: int = 0
    """Characters that fit into the register, 0 if there is no limit."""


def _text(title: str, key: str, width: int = 14, longest: int = 0) -> Column:
    def read(cell: Cell) -> str:
        if longest and len(cell.text) > longest:
            raise ValueError(key)
        return cell.text

    return Column(title, key, lambda value: LINE_BREAK.sub("\n", value), read, width, longest)


def _whole(title: str, key: str, most: int = 32_767, width: int = 10) -> Column:
    def read(cell: Cell) -> int:
        number = int(tight(cell.text))
        if not 0 <= number <= most:
            raise ValueError(key)
        return number

    return Column(title, key, lambda value: value, read, width)


def _day(title: str, key: str) -> Column:
    def read(cell: Cell) -> date:
        parsed = parse_date(cell.value)
        if parsed.value is None:
            raise ValueError(key)
        return parsed.value

    return Column(title, key, lambda value: value, read, 12)


def _phone(title: str, key: str) -> Column:
    def write(value: str) -> str:
        shown = phones.as_written(value) if value else ""
        try:
            return shown if not value or phones.to_e164(shown) == value else value
        except ValueError:
            return value

    def read(cell: Cell) -> str:
        typed = cell.text.strip()
        return typed if _E164.fullmatch(typed) else phones.to_e164(typed)

    return Column(title, key, write, read, 16)


def _choice(title: str, key: str, choices: list[tuple[Any, Any]], width: int = 12) -> Column:
    labels = {value: str(label) for value, label in choices if value != ""}
    values = {tight(label): value for value, label in labels.items()}

    def read(cell: Cell) -> Any:
        if tight(cell.text) not in values:
            raise ValueError(key)
        return values[tight(cell.text)]

    return Column(title, key, lambda value: labels.get(value, ""), read, width)


def _yes_or_no(title: str, key: str) -> Column:
    return _choice(title, key, [(True, _YES), (False, _NO)], 10)


def _place(title: str, key: str) -> Column:
    """A coordinate; one that a spreadsheet would round is kept as text."""

    def write(value: float | None) -> float | str | None:
        return value if value is None or float(f"{value:.16G}") == value else repr(value)

    def read(cell: Cell) -> float:
        found = float(cell.text)
        if not -180 <= found <= 180:
            raise ValueError(key)
        return found

    return Column(title, key, write, read, 12)


def _lines(title: str, key: str, longest: int) -> Column:
    def read(cell: Cell) -> list[str]:
        found = [line for line in cell.text.splitlines() if line.strip()]
        if any(len(line) > longest for line in found):
            raise ValueError(key)
        return found

    return Column(title, key, "\n".join, read, 18)


def _fields(title: str, key: str) -> Column:
    labels = {code: str(label) for code, label in Field.choices}
    codes = {tight(label): code for code, label in labels.items()}

    def read(cell: Cell) -> list[str]:
        words = [tight(word) for word in re.split("[、,\n]", cell.text) if word.strip()]
        if any(word not in codes for word in words):
            raise ValueError(key)
        return [codes[word] for word in words]

    return Column(title, key, lambda value: "、".join(labels[code] for code in value), read, 26)


def _hours(title: str, key: str) -> Column:
    def read(cell: Cell) -> tuple[RuleValue, ...]:
        parsed = parse_schedule(cell.text)
        if parsed.rest and schedule_text(parsed.value) != cell.text:
            raise ValueError(key)  # our own words are certain, even if they are unusual
        return parsed.value

    return Column(title, key, lambda value: schedule_text(tuple(value)), read, 34)


def _language(title: str, key: str) -> Column:
    def write(tag: str) -> str:
        name = languages.name(tag)
        return name if tag_of(name) == tag else tag

    def read(cell: Cell) -> str:
        found = tag_of(cell.text)
        if found is None and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", cell.text):
            return cell.text
        if found is None:
            raise ValueError(key)
        return found

    return Column(title, key, write, read, 16)


_LEVELS = list(LanguageSkill.Level.choices)
PEOPLE_COLUMNS: tuple[Column, ...] = (
    _whole("登録番号", "number", 2_147_483_647, 9),
    _text("氏名", "name", 18, 120),
    _text("フリガナ", "kana", 20, 120),
    _day("生年月日", "birth_date"),
    _choice("性別", "gender", list(Volunteer.Gender.choices), 8),
    _phone("携帯電話", "mobile"),
    _phone("固定電話", "phone"),
    _phone("FAX", "fax"),
    _text("メール", "email", 26, 254),
    _text("住所", "address", 30, 200),
    _place("緯度", "lat"),
    _place("経度", "lon"),
    _lines("地域", "areas", 60),
    _whole("移動できる時間（分）", "reach_minutes"),
    _yes_or_no("車での移動", "by_car"),
    _fields("分野", "fields"),
    _fields("研修修了の分野", "trained"),
    _hours("活動できる時間", "rules"),
    _choice("連絡方法", "channel", list(Volunteer.Channel.choices)),
    _choice("連絡の言語", "message_language", list(settings.LANGUAGES)),
    _yes_or_no("夜間・早朝の連絡も可", "night_messages"),
    _whole("週の上限（時間）", "weekly_hours_cap"),
    _yes_or_no("映像・電話の通訳も可", "accepts_video"),
    _yes_or_no("近隣団体の映像通訳も可", "accepts_neighbours"),
    _yes_or_no("氏名の公開に同意", "public_name_consent"),
    _text("資格等", "certificates", 24, 300),
    _choice("状態", "status", list(Volunteer.Status.choices), 8),
    _day("休止終了日", "paused_until"),
    _text("備考", "remarks", 60),
)
_WHO = (_whole("登録番号", "number", 2_147_483_647, 9), _text("氏名（参考）", "name", 18))
SKILL_COLUMNS: tuple[Column, ...] = (
    *_WHO,
    _language("言語", "language"),
    _choice("日本語へ", "to_japanese", _LEVELS),
    _choice("日本語から", "from_japanese", _LEVELS),
    _text("資格", "certificate", 20, 120),
    _text("確認者", "verified_by", 16, 120),
    _day("確認日", "verified_on"),
)
TERM_COLUMNS: tuple[Column, ...] = (
    *_WHO,
    _day("開始日", "starts_on"),
    _day("登録期限", "ends_on"),
    _day("誓約日", "pledged_on"),
    _text("誓約書の版", "pledge_version", 12, 20),
)
ABSENCE_COLUMNS: tuple[Column, ...] = (
    *_WHO,
    _day("初日", "first_day"),
    _day("最終日", "last_day"),
    _whole("何分から", "from_minute", 1440),
    _whole("何分まで", "to_minute", 1440),
    _choice("活動", "available", [(True, "できる"), (False, "できない")]),
    _text("メモ", "note", 24, 120),
)
SHEETS: dict[str, tuple[Column, ...]] = {
    PEOPLE: PEOPLE_COLUMNS,
    SKILLS: SKILL_COLUMNS,
    TERMS: TERM_COLUMNS,
    ABSENCES: ABSENCE_COLUMNS,
}


def is_own(workbook: Workbook) -> bool:
    """Whether we wrote this workbook, as far as its first sheet tells."""
    first = workbook.sheets[0]
    title = first.rows[0][0].text if first.rows and first.rows[0] else ""
    return first.name == PEOPLE and title.startswith(TITLE) and len(first.rows) > HEADER_ROW
