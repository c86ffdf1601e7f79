"""Words of the volunteer's pages, translated: fields, modes, times, reasons, refusals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from babel.dates import format_date
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.errors import ActionError
from accounts.times import local

FIELDS: Final = {
    "medical": gettext_lazy("医療"),
    "school": gettext_lazy("学校・教育"),
    "administrative": gettext_lazy("行政手続き"),
    "legal": gettext_lazy("法律"),
    "employment": gettext_lazy("労働"),
    "childcare": gettext_lazy("子育て"),
    "housing": gettext_lazy("住まい"),
    "disaster": gettext_lazy("災害"),
    "other": gettext_lazy("その他"),
}
MODES: Final = {
    "accompany": gettext_lazy("同行（現地で会います）"),
    "onsite": gettext_lazy("窓口（相談窓口に来ていただきます）"),
    "video": gettext_lazy("映像（移動はありません）"),
    "phone": gettext_lazy("電話（移動はありません）"),
    "translation": gettext_lazy("翻訳（文書）"),
}
RING_MODES: Final = {"video": gettext_lazy("映像"), "phone": gettext_lazy("音声のみ（電話）")}
# code → what the volunteer reads; the desk's log keeps the Japanese of REASONS_KEPT
REASONS: Final = {
    "busy": gettext_lazy("予定がある"),
    "far": gettext_lazy("場所が遠い"),
    "field": gettext_lazy("この分野は難しい"),
    "health": gettext_lazy("体調がよくない"),
    "other": gettext_lazy("ほかの理由"),
}
REASONS_KEPT: Final = {
    "busy": "予定がある",
    "far": "場所が遠い",
    "field": "この分野は難しい",
    "health": "体調がよくない",
    "other": "ほかの理由",
}
REFUSALS: Final = {
    "wrong_state": gettext_lazy("内容が変わったため、この操作はできませんでした。"),
    "in_the_past": gettext_lazy("終わった派遣は辞退できません。"),
    "not_valid": gettext_lazy("登録期間または誓約の手続きが必要です。窓口にご連絡ください。"),
    "not_active": gettext_lazy("休止中は待機にできません。窓口にご連絡ください。"),
}


def reader() -> str:
    """«en» or «ja», for names and dates that exist in these two only."""
    return "ja" if (get_language() or "ja").startswith("ja") else "en"


def refusal(error: ActionError) -> str:
    """An action's refusal in the reader's language."""
    return str(REFUSALS.get(error.code, error.text))


def day(instant: datetime) -> str:
    """«11月26日（木）» or «Thursday 26 November», in Asia/Tokyo."""
    if reader() == "en":
        return str(format_date(local(instant), "EEEE d MMMM", locale="en_GB"))
    return str(format_date(local(instant), "M月d日（E）", locale="ja"))


def relative_day(instant: datetime, at: datetime) -> str:
    """«今日» or «あした» when it is so near, else an empty string."""
    days = (local(instant).date() - local(at).date()).days
    return {0: _("今日"), 1: _("あした")}.get(days, "")


def near_day(instant: datetime, at: datetime) -> str:
    """«今日 11月26日（木）» or «Today, Thursday 26 November»; further away just the day."""
    near = relative_day(instant, at)
    comma = "," if reader() == "en" else ""
    return f"{near}{comma} {day(instant)}" if near else day(instant)


def clock(instant: datetime) -> str:
    """«14:00» in Asia/Tokyo."""
    return f"{local(instant):%-H:%M}"


def hours(starts_at: datetime, ends_at: datetime) -> str:
    """«14:00〜15:30», with the day when it ends on another one."""
    dash = "–" if reader() == "en" else "〜"
    same = local(starts_at).date() == local(ends_at).date()
    end = clock(ends_at) if same else f"{day(ends_at)} {clock(ends_at)}"
    return f"{clock(starts_at)}{dash}{end}"


def deadline(instant: datetime, at: datetime) -> str:
    """«今日 18:00» or «11月26日（木） 18:00»."""
    near = relative_day(instant, at)
    return f"{near.lower() or day(instant)} {clock(instant)}"


def short_length(minutes: int) -> str:
    """«15分» or «2時間»."""
    if minutes % 60:
        return _("%(minutes)s分") % {"minutes": minutes}
    return _("%(hours)s時間") % {"hours": minutes // 60}


def length(starts_at: datetime, ends_at: datetime) -> str:
    """«1時間30分»."""
    return spent(int((ends_at - starts_at) / timedelta(minutes=1)))


def spent(minutes: int) -> str:
    """«1時間30分» of so many minutes."""
    whole, minutes = divmod(minutes, 60)
    if not whole:
        return _("%(minutes)s分") % {"minutes": minutes}
    if not minutes:
        return _("%(hours)s時間") % {"hours": whole}
    return _("%(hours)s時間%(minutes)s分") % {"hours": whole, "minutes": minutes}
