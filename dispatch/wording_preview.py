"""How a message would look and how long it gets: an own wording filled in with an invented request.

The sample is an ordinary one, with a link as long as real ones and the codes that an answer by SMS
needs, so that the number of parts is what a real message costs. Pure but for the settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse

from accounts.models import Organization
from accounts.times import when_text
from dispatch.answer_texts import CODES
from dispatch.message_texts import TEXTS
from dispatch.models.offers import new_token
from dispatch.reaching import GROUPS
from dispatch.telling import takes_answers
from dispatch.wording import TITLES, check_template, placeholders_of
from realtime.transports.sms.segments import count
from volunteers.languages import name as language_name

MOST_SEGMENTS: Final = 8
"""SMS parts beyond which a wording is refused."""
NO_SMS: Final = TITLES | {"ring_push", "ring_stop"}
"""Words that never leave as an SMS."""
STARTS_AT: Final = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
KINDS: Final = {
    "subject": "メールの件名",
    "offer": "打診（予約・本日）",
    "offer_video": "打診（映像、予約・本日）",
    "offer_now": "打診（今すぐ）",
    "offer_now_video": "打診（映像、今すぐ）",
    "filled": "ほかの方に決まったとき",
    "booked": "派遣が決まったとき",
    "offer_cancelled": "打診の取消し",
    "offer_changed": "打診の内容の変更",
    "booking_cancelled": "派遣の取消し",
    "booking_changed": "派遣の日時・場所の変更",
    "reconfirm": "前日の確認",
    "ring": "待機中の方の呼び出し（SMS）",
    "ring_title": "呼び出しの通知の見出し",
    "ring_push": "呼び出しの通知の本文",
    "ring_stop_title": "呼び出し終了の通知の見出し",
    "ring_stop": "呼び出し終了の通知の本文",
    "off_call": "待機を終了したとき",
    "off_call_title": "待機終了の通知の見出し",
    "report": "活動報告のお願い",
    "money_subject": "謝礼の連絡のメールの件名",
    "paid": "謝礼を支払ったとき",
    "transfer_returned": "振込が戻ったとき",
    "account_refused": "振込先口座が使えないとき",
}
MEANING: Final = {
    "organization": "団体名",
    "language": "通訳の言語",
    "when": "日時",
    "area": "地域（くわしい場所は入りません）",
    "mode": "方法",
    "net": "支払った金額（差引支払額）",
    "day": "支払った日",
    "url": "本人だけが開けるリンク",
}


@dataclass(frozen=True)
class Sample:
    """A message as a person would get it; ``segments`` is 0 for what never goes by SMS."""

    text: str
    characters: int
    segments: int
    room: int  # places left in the last part


@dataclass(frozen=True)
class Placeholder:
    """A name in braces, what it means, and what stands there in the sample."""

    name: str
    meaning: str
    sample: str


def kind_name(kind: str) -> str:
    """What a wording is for."""
    return KINDS.get(kind, kind)


def preview_of(organization: Organization, kind: str, language: str, text: str) -> Sample:
    """The sample with these words; they must have passed `check_template`."""
    filled = text.format_map(sample_values(organization, language))
    if GROUPS.get(kind) and kind != "ring" and takes_answers():
        filled += CODES[language].format(code="A")
    if kind in NO_SMS:
        return Sample(filled, len(filled), 0, 0)
    parts = count(filled)
    return Sample(filled, len(filled), parts.segments, parts.room)


def placeholders(organization: Organization, kind: str, language: str) -> list[Placeholder]:
    """What may stand in braces in words of this kind, in the order in which they are explained."""
    allowed, values = placeholders_of(kind), sample_values(organization, language)
    return [
        Placeholder(name, meaning, values[name])
        for name, meaning in MEANING.items()
        if name in allowed
    ]


def may_be_filled(kind: str, text: str) -> bool:
    """Whether the sample can be shown at all."""
    return not check_template(kind, text)


def sample_values(organization: Organization, language: str) -> dict[str, str]:
    """The invented request, as a person who reads ``language`` is told of it."""
    english_reader = language == "en"
    reader = "en" if english_reader else "ja"
    words = TEXTS[language]
    english = english_reader and organization.name_en
    link = reverse("dispatch:offer", args=["x" * len(new_token())])
    return {
        "organization": english or organization.name,
        "language": language_name("vi", reader),
        "when": when_text(STARTS_AT, STARTS_AT + timedelta(minutes=90), reader),
        "area": words["area_unknown"],
        "mode": words["mode_accompany"],
        "net": "12,345",
        "day": "30 Nov" if english_reader else "11月30日",
        "url": settings.PUBLIC_BASE_URL + link,
    }
