"""Cuts an availability text into days, weeks of the month, hours and words that restrict them.

Left to right, the longest known word first; everything else becomes a token "unknown", so that no
text is lost. What the tokens mean together is decided in `schedules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LETTERS = "月火水木金土日"
_TILDE = r"[~〜～\-‐‑‒–—―−ー]"
_SEPARATOR = re.compile(r"[\s、,;/・。.|&と+()\[\]【】「」:]+")
_NOISE = re.compile(
    r"毎週の?|毎月の?|のみ|だけ|可能です|可能|可|ok|です|から可|の間|曜日?|に|の|は|も|が|で|頃|ころ|全て|すべて"
    r"|活動|対応|(?:every|and|only|from|on)\b",
    re.IGNORECASE,
)
_REFUSING = (
    ("ask", re.compile(r"(?:要|応)?相談|都度|その時による|時による|問い?合わせ")),
    (
        "irregular",
        re.compile(
            r"隔週|隔月|不定期?|シフト|ローテーション|(?:月|週)\d+[~\-]?\d*(?:回|日)|年\d+回"
            r"|最終週?|\d+週(?:に|ごと)|時々|たまに|未定"
        ),
    ),
    (
        "negation",
        re.compile(
            r"除く|除き|除いて|以外|不可|ng|×|ダメ|だめ|休み|できない|できません|不在"
            r"|ただし|但し|except|無理",
            re.IGNORECASE,
        ),
    ),
    (
        "month",
        re.compile(r"\d{1,2}月|[1-3]?\d日|月[末初]|春|夏|秋|冬|年末|年始|学期|\d{4}年|お盆"),
    ),
)
_HOLIDAYS_TOO = re.compile(
    r"\(?(?:祝日?も(?:可|ok|含む|含め)?|祝日?(?:を)?含む|祝日?可)\)?", re.IGNORECASE
)
_NOT_ON_HOLIDAYS = re.compile(r"\(?祝日?(?:は|を|も)?(?:除く|除き|以外|不可|休み)\)?")
_NTH = re.compile(r"第([1-5一二三四五])(?:週目?の?)?")
_NTH_MORE = re.compile(
    rf"[・、,&と/ ]?([1-5])(?:週目?の?)?(?=[・、,&と/ ]?(?:[1-5](?![\d:時])|第|[{_LETTERS}]))"
)
_DAY_WORDS: tuple[tuple[re.Pattern[str], dict[int, bool]], ...] = (
    (
        re.compile(r"毎日|いつでも|曜日(?:は)?問わず|every ?day|daily|any ?time", re.I),
        dict.fromkeys(range(7), True),
    ),
    (re.compile(r"平日|weekdays?", re.I), dict.fromkeys(range(5), False)),
    (re.compile(r"週末|weekends?", re.I), {5: True, 6: True}),
    (re.compile(r"休日", re.I), {5: True, 6: True, 7: True}),
    (re.compile(r"祝祭日|祝日?|holidays?", re.I), {7: True}),
)  # fmt: skip
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = (
    rf"(?:([{_LETTERS}])(?:曜日?)?(?![中程末])|({'|'.join(_ENGLISH)})(?:[a-z]*day)?s?\.?(?![a-z]))"
)
_DAY_RANGE = re.compile(rf"{_DAY}\s*(?:{_TILDE}|から)\s*{_DAY}(?:まで)?", re.I)
_ONE_DAY = re.compile(_DAY, re.I)
_PERIODS: tuple[tuple[re.Pattern[str], tuple[int, int]], ...] = (
    (re.compile(r"午前中?(?!\d)|am(?![a-z\d])|mornings?", re.I), (540, 720)),
    (re.compile(r"午後(?!\d)|pm(?![a-z\d])|afternoons?", re.I), (780, 1020)),
    (re.compile(r"夜間|平?夜(?!\d)|夕方以降|evenings?|nights?", re.I), (1080, 1260)),
    (re.compile(r"終日|一日中|1日中|全日|丸一日|all ?day|いつでも", re.I), (540, 1260)),
    (re.compile(r"日中|昼間", re.I), (540, 1020)),
)  # fmt: skip
_CLOCK = r"(午前|午後|朝|夜|夕方|am|pm)?\s*(\d{1,2})(?:(?::|：)(\d{2})|時(?:(\d{1,2})分?|(半))?)?\s*(am|pm)?頃?"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:{_TILDE}|から)\s*{_CLOCK}(?:まで)?", re.I)
_OPEN_SPAN = re.compile(rf"{_CLOCK}\s*(以降|以後|から|まで|以前|{_TILDE})", re.I)
_UNTIL = re.compile(rf"{_TILDE}\s*{_CLOCK}(?:まで)?", re.I)
_KANJI = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
EVENING_END, MIDNIGHT, LATEST_END = 1260, 1440, 2160


@dataclass(frozen=True, slots=True)
class Token:
    """A meaning and the text it came from. Kinds: days, nth, hours, holidays, unknown, and the
    restrictions ask, irregular, negation and month."""

    kind: str
    text: str
    numbers: tuple[int, ...] = ()
    days: dict[int, bool] = field(default_factory=dict)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in NFKC. Every character is in a token or is a separator."""
    at = 0
    unknown = ""
    previous = ""
    while at < len(text):
        if skip := _SEPARATOR.match(text, at):
            unknown += " " if unknown else ""
            at = skip.end()
            continue
        token, end = _read(text, at, previous)
        if token is None and end == at:
            unknown += text[at]
            at += 1
            continue
        if unknown.strip():
            yield Token("unknown", unknown.strip())
        unknown = ""
        if token is not None:
            previous = token.kind
            yield token
        at = end
    if unknown.strip():
        yield Token("unknown", unknown.strip())


def _read(text: str, at: int, previous: str) -> tuple[Token | None, int]:
    """Return the token at a place and its end; (None, end) for noise, (None, at) for unknown."""
    for read in (_holidays, _hours, _week, _restriction, _days, _period):
        found = read(text, at, previous)
        if found:
            return found
    noise = _NOISE.match(text, at)
    return None, noise.end() if noise else at


_Found = tuple[Token, int] | None


def _holidays(text: str, at: int, previous: str) -> _Found:
    if match := _NOT_ON_HOLIDAYS.match(text, at):
        return Token("holidays", match[0], (0,)), match.end()
    if match := _HOLIDAYS_TOO.match(text, at):
        return Token("holidays", match[0], (1,)), match.end()
    return None


def _restriction(text: str, at: int, previous: str) -> _Found:
    for kind, pattern in _REFUSING:
        if match := pattern.match(text, at):
            return Token(kind, match[0]), match.end()
    return None


def _week(text: str, at: int, previous: str) -> _Found:
    match = _NTH.match(text, at)
    if match is None and previous == "nth":
        match = _NTH_MORE.match(text, at)
    if match is None:
        return None
    return Token("nth", match[0], (_KANJI.get(match[1]) or int(match[1]),)), match.end()


def _days(text: str, at: int, previous: str) -> _Found:
    for pattern, days in _DAY_WORDS:
        if match := pattern.match(text, at):
            return Token("days", match[0], days=days), match.end()
    if match := _DAY_RANGE.match(text, at):
        first, last = _weekday(match[1], match[2]), _weekday(match[3], match[4])
        span = [day % 7 for day in range(first, last + (7 if last < first else 0) + 1)]
        return Token("days", match[0], days={day: day >= 5 for day in span}), match.end()
    if match := _ONE_DAY.match(text, at):
        day = _weekday(match[1], match[2])
        return Token("days", match[0], days={day: day >= 5}), match.end()
    return None


def _weekday(letter: str | None, english: str | None) -> int:
    return _LETTERS.index(letter) if letter else _ENGLISH.index((english or "").lower())


def _period(text: str, at: int, previous: str) -> _Found:
    for pattern, span in _PERIODS:
        if match := pattern.match(text, at):
            return Token("hours", match[0], span), match.end()
    return None


def _hours(text: str, at: int, previous: str) -> _Found:
    for pattern, build in ((_SPAN, _span), (_OPEN_SPAN, _open_span), (_UNTIL, _until)):
        if match := pattern.match(text, at):
            span = build(match)
            if span and span[0] < MIDNIGHT and span[0] < span[1] <= LATEST_END:
                return Token("hours", match[0], span), match.end()
    return None


def _minute(groups: tuple[str | None, ...]) -> int | None:
    """Return the minutes after 0:00 of one clock time's six groups, None if there is no such."""
    before, hour_text, colon, minutes, half, after = groups
    hour = int(hour_text or 0)
    minute = 30 if half else int(colon or minutes or 0)
    if minute > 59 or hour > 36:
        return None
    mark = (before or after or "").lower()
    if mark in ("午後", "夜", "夕方", "pm") and hour < 12:
        hour += 12
    if mark == "am" and hour == 12:
        hour = 0
    return hour * 60 + minute


def _span(match: re.Match[str]) -> tuple[int, int] | None:
    groups = match.groups()
    start, end = _minute(groups[:6]), _minute(groups[6:12])
    if start is None or end is None:
        return None
    afternoon = groups[0] in ("午後", "夜", "夕方") and not groups[6]
    if end <= start and afternoon and end + 720 > start:
        end += 720  # 午後1時～5時
    if groups[11] and not groups[0] and not groups[5] and start > end and start >= 720:
        start -= 720  # an hour without its own am or pm
    return start, end if end > start else end + MIDNIGHT


def _open_span(match: re.Match[str]) -> tuple[int, int] | None:
    minute = _minute(match.groups()[:6])
    if minute is None:
        return None
    if match[7] in ("まで", "以前"):
        return (540, minute) if minute > 540 else (0, minute)
    if not re.search(r"[::時]|am|pm", match[0], re.IGNORECASE):
        return None  # 3- alone says nothing
    return minute, EVENING_END if minute < EVENING_END - 60 else max(MIDNIGHT, minute + 60)


def _until(match: re.Match[str]) -> tuple[int, int] | None:
    if not re.search(r"[::時]", match[0]):
        return None
    minute = _minute(match.groups()[:6])
    if minute is None:
        return None
    return (540, minute) if minute > 540 else (0, minute)
