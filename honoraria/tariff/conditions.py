"""When an override, a surcharge or an add-on applies to an activity.

A condition is a dict of keys that must all hold; a list holds when any of its values does. A
fact nobody gave raises MissingInput only if every other key holds, so that a tariff never asks
for what cannot matter.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from babel import Locale, UnknownLocaleError

from .values import INPUT_NAMES, Activity, MissingInput

WORD_KEYS = (
    "language",
    "direction",
    "area",
    "mode",
    "field",
    "membership",
    "grade",
    "client",
)
DAYS = {"weekday": "平日", "saturday": "土曜日", "sunday": "日曜日", "holiday": "祝日"}
NAMES = {
    "mode": {
        "accompany": "同行",
        "onsite": "窓口",
        "video": "映像",
        "phone": "電話",
        "translation": "翻訳",
    },
    "field": {
        "medical": "医療",
        "school": "学校・教育",
        "administrative": "行政手続き",
        "legal": "法律",
        "employment": "労働",
        "childcare": "子育て",
        "housing": "住まい",
        "disaster": "災害",
        "other": "その他",
    },
    "client": {
        "individual": "個人",
        "public": "公的機関",
        "nonprofit": "非営利団体",
        "commercial": "営利団体",
    },
    "membership": {"individual": "個人会員", "corporate": "法人会員", "none": "会員以外"},
    "direction": {"from_ja": "日本語から", "into_ja": "日本語へ"},
}


def applies(when: dict[str, Any], activity: Activity) -> bool:
    """Whether every key of the condition holds. Raises MissingInput."""
    missing: str | None = None
    for key, wanted in when.items():
        try:
            if not _holds(key, wanted, activity):
                return False
        except MissingInput as error:
            missing = missing or error.field
    if missing is not None:
        raise MissingInput(missing)
    return True


def _holds(key: str, wanted: Any, activity: Activity) -> bool:
    if key == "remote":
        return activity.is_remote is wanted
    if key == "day":
        return bool(_days(activity) & set(wanted))
    if key == "starts":
        return _within(wanted, activity)
    value = getattr(activity, key)
    if value is None:
        raise MissingInput(key)
    if key == "language":
        return any(value == tag or value.startswith(tag + "-") for tag in wanted)
    return value in wanted


def _days(activity: Activity) -> set[str]:
    """The kinds of day the date is; a public holiday on a Saturday is both."""
    if activity.date is None:
        raise MissingInput("date")
    kinds = {5: {"saturday"}, 6: {"sunday"}}.get(activity.date.weekday(), set())
    if activity.holiday:
        kinds = kinds | {"holiday"}
    return kinds or {"weekday"}


def _within(wanted: dict[str, str], activity: Activity) -> bool:
    """Start inside [from, to), over midnight where ``to`` is the earlier one."""
    if activity.starts_at is None:
        raise MissingInput("starts_at")
    at = activity.starts_at.replace(tzinfo=None)
    start, end = (dt.time.fromisoformat(wanted[key]) for key in ("from", "to"))
    return start <= at < end if start < end else at >= start or at < end


def condition_text(when: dict[str, Any]) -> str:
    """The condition as a Japanese phrase: ``言語が英語・中国語``."""
    return "、".join(_part(key, wanted) for key, wanted in when.items())


def _part(key: str, wanted: Any) -> str:
    if key == "remote":
        return "遠隔" if wanted else "対面"
    if key == "day":
        return "・".join(DAYS[day] for day in wanted)
    if key == "starts":
        return f"{wanted['from']}から{wanted['to']}までに開始"
    return f"{INPUT_NAMES[key]}が" + "・".join(_name(key, value) for value in wanted)


def _name(key: str, value: str) -> str:
    """The Japanese name of a code, or the text itself where the organization made it up."""
    if key == "language":
        try:
            return Locale.parse(value, sep="-").get_display_name("ja") or value
        except (ValueError, UnknownLocaleError):
            return value
    return NAMES.get(key, {}).get(value, value)
