"""Words of the pages for applicants and volunteers, translated; the office's own words for steps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from babel.dates import format_date
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from accounts.times import local

FIELDS: Final = {
    "medical": _("医療"),
    "school": _("学校・教育"),
    "administrative": _("行政手続き"),
    "legal": _("法律"),
    "employment": _("労働"),
    "childcare": _("子育て"),
    "housing": _("住まい"),
    "disaster": _("災害"),
    "other": _("その他"),
}
LEVELS: Final = {
    3: _("◎ 通訳ができる"),
    2: _("○ ふだんの会話ができる"),
    1: _("△ 少しわかる"),
}
STATES: Final = {
    "submitted": _("受け付けました。書類を確認しています。"),
    "screening": _("書類を確認しています。"),
    "interview": _("面談にお越しください。"),
    "accepted": _("登録しました。ありがとうございます。"),
    "declined": _("今回は登録を見送らせていただきました。ご応募ありがとうございました。"),
    "withdrawn": _("応募を取り消しました。"),
}
WAITS_FOR: Final = {
    "submitted": "事務局：書類の確認",
    "screening": "事務局：面談の日時を決める",
    "interview": "事務局：面談の結果を記録",
}


def reader() -> str:
    """«en» or «ja», for names and dates that exist in these two only."""
    return "ja" if (get_language() or "ja").startswith("ja") else "en"


def day_text(day: date, language: str = "") -> str:
    """«2026年4月1日» or «1 April 2026»."""
    if (language or reader()) == "en":
        return str(format_date(day, "d MMMM yyyy", locale="en_GB"))
    return f"{day.year}年{day.month}月{day.day}日"


def instant_text(instant: datetime, language: str = "") -> str:
    """«11月26日（木）14:00» or «Thu 26 Nov, 14:00», in Asia/Tokyo."""
    wall = local(instant)
    if (language or reader()) == "en":
        return f"{format_date(wall, 'EEE d MMM', locale='en_GB')}, {wall:%H:%M}"
    return f"{format_date(wall, 'M月d日（E）', locale='ja')}{wall.hour}:{wall:%M}"


def organization_name(organization: Organization, language: str = "") -> str:
    """The organization's name in the reader's language."""
    english = (language or reader()) == "en" and organization.name_en
    return english or organization.name
