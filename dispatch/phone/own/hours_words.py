"""Weekly hours in the reader's words: what was kept, and the next times that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from babel.dates import format_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.times import local
from dispatch.phone import words
from volunteers.availability import DAY, HOLIDAY, DatedException, Rule, describe, free_intervals

NEXT = 3
HORIZON = 62
HOLIDAYS_TOO = {"en": ", holidays too", "ja-simple": "（祝日も できます）"}
"""Languages that name every day instead of 平日 or 毎週月・水曜, and what they add."""
ORDINALS = ("1st", "2nd", "3rd", "4th", "5th")


def weekday_names() -> list[str]:
    """Monday to Sunday, then public holidays."""
    return [
        _("月曜日"), _("火曜日"), _("水曜日"), _("木曜日"), _("金曜日"), _("土曜日"), _("日曜日"),
        _("祝日"),
    ]  # fmt: skip


def short_names() -> list[str]:
    """The same for the head of a narrow column."""
    letters = 2 if words.reader() == "en" else 1
    return [name[:letters] for name in weekday_names()]


def weeks_in_words(mask: int) -> str:
    """«毎週» or «第1・第3週»."""
    if not mask:
        return _("毎週")
    numbers = [n for n in range(1, 6) if mask >> (n - 1) & 1]
    if words.reader() == "en":
        return ", ".join(ORDINALS[n - 1] for n in numbers) + " week"
    return "・".join(f"第{n}" for n in numbers) + "週"


def in_words(rules: Iterable[Rule]) -> list[str]:
    """One line per kind of day and hours."""
    language = "en" if words.reader() == "en" else get_language()
    if language not in HOLIDAYS_TOO:
        return describe(rules)
    grouped: dict[tuple[int, int, int, bool], list[int]] = {}
    for rule in sorted(set(rules)):
        holiday = rule.weekday == HOLIDAY
        mask = 0 if holiday else rule.nth_mask
        key = (mask, rule.from_minute, rule.to_minute, rule.on_holidays and not holiday)
        grouped.setdefault(key, []).append(rule.weekday)
    names = weekday_names()
    lines = []
    for (mask, start, end, also), days in grouped.items():
        which = (", " if language == "en" else "・").join(names[day] for day in days)
        nth = f" ({weeks_in_words(mask)})" if mask else ""
        lines.append(
            f"{which}{nth} {span_in_words(start, end)}" + (HOLIDAYS_TOO[language] if also else "")
        )
    return lines


def span_in_words(start: int, end: int) -> str:
    """«13:00〜17:00»; after midnight with «翌» or the like."""
    language = "en" if words.reader() == "en" else get_language()
    english = language == "en"
    if (start, end) == (0, DAY):
        return {"en": "all day", "ja-simple": "1日 ずっと"}.get(language or "", "終日")
    late = end > DAY
    clock = f"{(end - DAY if late else end) // 60}:{end % 60:02}"
    begin = f"{start // 60}:{start % 60:02}"
    if english:
        return f"{begin}–{clock}" + (" (next day)" if late else "")
    next_day = "つぎの日の " if language == "ja-simple" else "翌"
    return f"{begin}〜{next_day if late else ''}{clock}"


def date_in_words(day: date) -> str:
    """«2027年3月31日» or «31 March 2027»."""
    if words.reader() == "en":
        return str(format_date(day, "d MMMM y", locale="en_GB"))
    return f"{day.year}年{day.month}月{day.day}日"


def next_times(
    rules: Sequence[Rule], exceptions: Sequence[DatedException], at: datetime
) -> list[str]:
    """The next free times, at most three, within two months."""
    today = local(at).date()
    found = free_intervals(rules, exceptions, today, today + timedelta(days=HORIZON))
    coming = [one for one in found if one.end > at][:NEXT]
    return [
        f"{words.near_day(max(one.start, at), at)} {words.hours(max(one.start, at), one.end)}"
        for one in coming
    ]
