"""Reads dates as Japanese registers write them: eras, full width, Excel numbers, 20260331.

A date is never guessed: a year alone, a two-digit western year or day/month order that could be
either is left as text with a problem. Years past an era's end (平成32年) are computed and told.
Era boundaries: Act on Era Names and the cabinet orders of 1989 and 2019.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, timedelta

from volunteers.importing.problems import Parsed, Problem, Severity
from volunteers.importing.text import is_nothing, tight
from volunteers.importing.workbook import CellValue

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
ADULT_AGE = 18

# First letter → (year before the era's year 1, first day, last day).
_ERAS = {
    "m": (1867, date(1868, 1, 25), date(1912, 7, 29)),
    "t": (1911, date(1912, 7, 30), date(1926, 12, 24)),
    "s": (1925, date(1926, 12, 25), date(1989, 1, 7)),
    "h": (1988, date(1989, 1, 8), date(2019, 4, 30)),
    "r": (2018, date(2019, 5, 1), date.max),
}
_ERA_NAMES = {
    "明治": "m",
    "大正": "t",
    "昭和": "s",
    "平成": "h",
    "令和": "r",
    "明": "m",
    "大": "t",
    "昭": "s",
    "平": "h",
    "令": "r",
}
_TAIL = r"(?:\(?[月火水木金土日](?:曜日?)?\)?)?(?:t?\d{1,2}:\d{2}(?::\d{2})?)?"
_ERA_DATE = re.compile(
    rf"({'|'.join(_ERA_NAMES)}|[mtshr])\.?(元|\d{{1,2}})[年./\-](\d{{1,2}})[月./\-](?:(\d{{1,2}})日?|(末)日?){_TAIL}"
)
_WESTERN = re.compile(
    rf"(?:西暦)?(\d{{4}})[年./\-](\d{{1,2}})[月./\-](?:(\d{{1,2}})日?|(末)日?){_TAIL}"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_BOTH_ORDERS = re.compile(r"\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}")
_YEAR_ONLY = re.compile(r"(?:[a-z]|\D{1,2})?\d{1,4}年?(?:度|生まれ|\d{1,2}月)?")
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十]+")
_KANJI_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}

ParsedDate = Parsed[date | None]


def parse_date(value: CellValue) -> ParsedDate:
    """Read a cell as a calendar date. Never raises; what is no date comes back as `rest`."""
    if value is None or isinstance(value, bool):
        return Parsed(None) if value is None else _failed(str(value), "date_unreadable")
    if isinstance(value, datetime):
        return _checked(value.date(), str(value))
    if isinstance(value, date):
        return _checked(value, value.isoformat())
    if isinstance(value, time):
        return _failed(str(value), "date_unreadable")
    if isinstance(value, int | float):
        return _from_number(value)
    return _from_text(value)


def _from_number(number: int | float) -> ParsedDate:
    text = str(number)
    if not (10_000 <= number < 100_000_000):  # also refuses nan and infinity
        return _failed(text, "date_unreadable")
    whole = int(number)
    if whole >= 19_000_101:
        return _build(whole // 10_000, whole // 100 % 100, whole % 100, text)
    if whole > 80_000:
        return _failed(text, "date_unreadable")
    found = date(1899, 12, 30) + timedelta(days=whole)
    message = f"数値を日付（{found:%Y/%m/%d}）として読みました。"
    return Parsed(found, (Problem("date_from_number", message, text, "info"),))


def _from_text(original: str) -> ParsedDate:
    if is_nothing(original):
        return Parsed(None)
    text = _KANJI_NUMBER.sub(lambda found: _kanji_number(found[0]), tight(original))
    for pattern, build in ((_ERA_DATE, _era_date), (_WESTERN, _western), (_COMPACT, _compact)):
        if match := pattern.fullmatch(text):
            return build(match, original)
    if re.fullmatch(r"\d{5}", text) and int(text) <= 80_000:
        return _from_number(int(text))
    for pattern, code in ((_BOTH_ORDERS, "date_order"), (_YEAR_ONLY, "date_incomplete")):
        if pattern.fullmatch(text):
            return _failed(original, code)
    return _failed(original, "date_unreadable")


def _western(match: re.Match[str], original: str) -> ParsedDate:
    year, month = int(match[1]), int(match[2])
    return _build(year, month, _day(match[3], year, month), original)


def _compact(match: re.Match[str], original: str) -> ParsedDate:
    return _build(int(match[1]), int(match[2]), int(match[3]), original)


def _kanji_number(text: str) -> str:
    """Return 四十五 as 45 and 二〇二六 as 2026; text without a meaning as a number stays."""
    if "十" not in text:
        return "".join(str(_KANJI_DIGITS[char]) for char in text)
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return text
    return str(_KANJI_DIGITS.get(tens, 1) * 10 + _KANJI_DIGITS.get(ones, 0))


def _day(text: str | None, year: int, month: int) -> int:
    """Return the day, or the month's last one for 3月末."""
    if text:
        return int(text)
    if not (1 <= month <= 12 and 1 <= year <= 9999):
        return 0
    return calendar.monthrange(year, month)[1]


def _era_date(match: re.Match[str], original: str) -> ParsedDate:
    before, first, last = _ERAS[_ERA_NAMES.get(match[1], match[1])]
    year = before + (1 if match[2] == "元" else int(match[2]))
    result = _build(year, int(match[3]), _day(match[4], year, int(match[3])), original)
    if result.value is not None and not first <= result.value <= last:
        message = f"元号の期間の外です（西暦では{result.value:%Y/%m/%d}と読みました）。"
        return Parsed(
            result.value, (*result.problems, Problem("date_outside_era", message, original))
        )
    return result


def _build(year: int, month: int, day: int, original: str) -> ParsedDate:
    try:
        return _checked(date(year, month, day), original)
    except ValueError:
        return _failed(original, "date_impossible")


def _checked(found: date, original: str) -> ParsedDate:
    if EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        return Parsed(found)
    return _failed(original, "date_implausible")


_REASONS: dict[str, str] = {
    "date_unreadable": "日付として読み取れません。",
    "date_impossible": "暦にない日付です。",
    "date_implausible": "年が1900年から2100年の外です。",
    "date_incomplete": "年月日がそろっていません。",
    "date_order": "年・月・日の順が分かりません。",
}


def _failed(original: str, code: str, severity: Severity = "check") -> ParsedDate:
    return Parsed(None, (Problem(code, _REASONS[code], original, severity),), original)


def age_on(born: date, day: date) -> int:
    """Return the age in completed years on a day (29 February counts as reached on 1 March)."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birth_date_problems(born: date, as_of: date, original: str) -> tuple[Problem, ...]:
    """Say what is odd about a date of birth on a day: in the future, a minor, over 100."""
    if born > as_of:
        return (Problem("birth_date_in_future", "生年月日が未来の日付です。", original),)
    age = age_on(born, as_of)
    if age < ADULT_AGE:
        message = (
            f"{as_of:%Y/%m/%d}時点で{age}歳（未成年）です。保護者の同意などを確認してください。"
        )
        return (Problem("minor", message, original),)
    if age > 100:
        return (
            Problem("age_over_100", f"{age}歳になります。生年月日を確認してください。", original),
        )
    return ()
