"""Which words a message has: the organization's own if it wrote some, else those shipped with us.

An organization words any sentence of `dispatch.message_texts` itself, with the same placeholders
and no others: nothing that tells who needs help, where, or why can get into a message. A wording
that cannot be filled in any more never stops a message; the shipped one is used instead.
"""

from __future__ import annotations

import string
from datetime import datetime
from typing import Final

from babel.dates import format_date

from accounts.models import Organization
from accounts.times import local, when_text
from dispatch.answer_texts import SPOKEN
from dispatch.message_texts import TEXTS
from dispatch.models import MessageTemplate, Mode, Request
from volunteers.languages import name as language_name
from volunteers.models import Volunteer

ABOUT_REQUEST: Final = frozenset({"organization", "language", "when", "area", "mode"})
"""Placeholders that every message about a request may have."""
LONGEST: Final = 400
"""Characters of an organization's own sentence."""
WORDS_ONLY: Final = frozenset({"area_unknown"})
TITLES: Final = frozenset(
    {"subject", "money_subject", "ring_title", "ring_stop_title", "off_call_title"}
)
_SHOWN: Final = {
    "organization": "{organization}（団体名）",
    "language": "{language}（言語）",
    "when": "{when}（日時）",
    "area": "{area}（地域）",
    "mode": "{mode}（方法）",
    "net": "{net}（金額）",
    "day": "{day}（支払日）",
    "url": "{url}（リンク）",
}


def kinds_of_texts() -> list[str]:
    """The kinds whose words an organization may write itself, in the order they are shipped."""
    return [kind for kind in TEXTS["ja"] if kind not in WORDS_ONLY and not kind.startswith("mode_")]


def text_of(organization: Organization, kind: str, language: str) -> str:
    """The sentence with its placeholders: the organization's own, else the shipped one.

    Raises KeyError for a kind that does not exist. All own sentences of an organization are read at
    once and kept with the instance.
    """
    return _own_texts(organization).get((kind, language)) or shipped(kind, language)


def shipped(kind: str, language: str) -> str:
    """The sentence that comes with the software, in Japanese for a language it has not."""
    return TEXTS.get(language, TEXTS["ja"])[kind]


def placeholders_of(kind: str) -> frozenset[str]:
    """Which placeholders a wording of this kind may use."""
    used = _names(shipped(kind, "ja")) - {""}
    about_request = used & ABOUT_REQUEST - {"organization"}
    return frozenset(used | ABOUT_REQUEST if about_request else used)


def check_template(kind: str, text: str) -> list[str]:
    """What is wrong with an own wording, in Japanese; empty if nothing is."""
    if not text.strip():
        return ["文面を入力してください。"]
    wrong = []
    if len(text) > LONGEST:
        wrong.append(f"{LONGEST}文字以内にしてください。")
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError:
        return [*wrong, "「{」と「}」は、項目の名前をはさむときだけ使えます。"]
    if any(spec or conversion for _, _, spec, conversion in fields):
        wrong.append("項目の中に「:」「!」は使えません。")
    allowed = placeholders_of(kind)
    for name in sorted({name for _, name, _, _ in fields if name is not None} - allowed):
        listed = "、".join(_SHOWN[one] for one in _SHOWN if one in allowed)
        wrong.append(f"{{{name}}}は使えません。使えるのは {listed} です。")
    if "url" in allowed and "url" not in _names(text):
        wrong.append("お返事・詳細のためのリンク{url}を入れてください。")
    return wrong


def words_for(volunteer: Volunteer) -> dict[str, str]:
    """The shipped words in the volunteer's language."""
    return TEXTS.get(volunteer.message_language, TEXTS["ja"])


def name_for(organization: Organization, volunteer: Volunteer) -> str:
    """How the organization is called in the volunteer's language."""
    english = volunteer.message_language == "en" and organization.name_en
    return english or organization.name


def text_for(
    kind: str, request: Request, volunteer: Volunteer, *, by_video: bool = False, **more: str
) -> str:
    """The text of one kind of message about a request, in the volunteer's language.

    ``by_video``: asked for by video although it is on site.
    """
    values = values_for(request, volunteer, by_video=by_video) | more
    return fill(request.organization, kind, volunteer, values)


def spoken_for(kind: str, request: Request, volunteer: Volunteer, *, by_video: bool = False) -> str:
    """The same to be read out by telephone: no link, no brackets, hours as they are said."""
    values = values_for(request, volunteer, by_video=by_video)
    values["when"] = spoken_when(request.starts_at, request.ends_at, volunteer.message_language)
    texts = SPOKEN.get(volunteer.message_language, SPOKEN["ja"])
    if kind in texts:
        return texts[kind].format(**values)
    text = fill(request.organization, kind, volunteer, values | {"url": ""})
    return text.replace("【", "").replace("】", "です。").strip()


def values_for(request: Request, volunteer: Volunteer, *, by_video: bool = False) -> dict[str, str]:
    """What a message about a request may tell: nothing that shows who needs help, where or why."""
    reader = "en" if volunteer.message_language == "en" else "ja"
    words = words_for(volunteer)
    mode = Mode.VIDEO if by_video else Mode(request.mode)
    return {
        "organization": name_for(request.organization, volunteer),
        "language": language_name(request.language, reader),
        "when": when_text(request.starts_at, request.ends_at, reader),
        "area": request.public_area or words["area_unknown"],
        "mode": words[f"mode_{mode.value}"],
    }


def fill(
    organization: Organization, kind: str, volunteer: Volunteer, values: dict[str, str]
) -> str:
    """The sentence with its placeholders filled in."""
    language = volunteer.message_language
    try:
        return text_of(organization, kind, language).format_map(values)
    except (KeyError, IndexError, ValueError, AttributeError):
        return shipped(kind, language).format_map(values)


def spoken_when(starts_at: datetime, ends_at: datetime, language: str) -> str:
    """«11月26日、木曜日、14時から15時30分まで», in Asia/Tokyo."""
    start, end = local(starts_at), local(ends_at)
    if language == "en":
        day = format_date(start, "EEEE d MMMM", locale="en_GB")
        return f"{day}, from {start:%-H:%M} to {end:%-H:%M}"
    day = format_date(start, "M月d日、EEEE", locale="ja")
    return f"{day}、{_spoken_time(start)}から{_spoken_time(end)}まで"


def _spoken_time(at: datetime) -> str:
    return f"{at.hour}時{at.minute}分" if at.minute else f"{at.hour}時"


def _names(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _own_texts(organization: Organization) -> dict[tuple[str, str], str]:
    kept: dict[tuple[str, str], str] | None = organization.__dict__.get("own_texts")
    if kept is None:
        found = MessageTemplate.objects.filter(organization=organization)
        rows = found.values_list("kind", "language", "text")
        kept = {(kind, language): text for kind, language, text in rows}
        organization.__dict__["own_texts"] = kept
    return kept
