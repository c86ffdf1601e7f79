"""What is to be written about one volunteer, as plain values: the input of the register's actions.

A `Record` holds any part of a person's entry. A part that is None (or a column that is missing from
``fields``) stays as it is, so that a form, an import and the API can each say only what they know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from volunteers.availability import Rule

COLUMNS = {
    "number": "登録番号",
    "name": "氏名",
    "kana": "フリガナ",
    "birth_date": "生年月日",
    "gender": "性別",
    "mobile": "携帯電話",
    "phone": "固定電話",
    "fax": "FAX",
    "email": "メール",
    "address": "住所",
    "lat": "地図上の位置",
    "lon": "地図上の位置",
    "reach_minutes": "移動できる時間",
    "by_car": "車での移動",
    "channel": "連絡方法",
    "message_language": "連絡の言語",
    "night_messages": "夜間・早朝の連絡",
    "weekly_hours_cap": "週の上限",
    "accepts_video": "映像・電話の通訳",
    "accepts_neighbours": "近隣団体の映像通訳",
    "public_name_consent": "氏名の公開",
    "certificates": "資格等",
    "remarks": "備考",
}
"""Columns that a record may set, with the words for the history. State has actions of its own."""

OWN_COLUMNS = {
    "other_channels": "次の連絡方法",
    "muted": "使わない連絡",
    "quiet_from": "連絡を控える時間",
    "quiet_to": "連絡を控える時間",
}
"""Columns that the person sets on the own pages; lists and the API leave them as they are."""

PARTS = {
    "areas": "地域",
    "skills": "対応言語",
    "field_skills": "分野",
    "rules": "活動できる時間",
    "exceptions": "例外日",
    "registration": "登録と誓約",
}


@dataclass(frozen=True, order=True)
class Skill:
    """One language; levels 1 (△) to 3 (◎) to and from Japanese."""

    language: str
    to_japanese: int = 2
    from_japanese: int = 2
    certificate: str = ""
    verified_by: str = ""
    verified_on: date | None = None


@dataclass(frozen=True, order=True)
class FieldEntry:
    """A field that is accepted, and whether its training was done."""

    field: str
    qualified: bool = False


@dataclass(frozen=True)
class Absence:
    """Days (both included) that differ from the weekly rules; minutes after 0:00 in Tokyo."""

    first_day: date
    last_day: date
    from_minute: int | None = None
    to_minute: int | None = None
    available: bool = False
    note: str = ""


@dataclass(frozen=True)
class Term:
    """A registration term (both days included) and the pledge of secrecy given for it."""

    starts_on: date
    ends_on: date
    pledged_on: date | None = None
    pledge_version: str = ""


@dataclass(frozen=True)
class Record:
    """Everything or any part of a volunteer's entry; see the module.

    ``areas`` are names, made known to the organization if they are new. ``fields`` uses the keys
    of `COLUMNS` and `OWN_COLUMNS`; anything else raises ValueError.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    areas: Sequence[str] | None = None
    skills: Sequence[Skill] | None = None
    field_skills: Sequence[FieldEntry] | None = None
    rules: Sequence[Rule] | None = None
    exceptions: Sequence[Absence] | None = None
    registration: Term | None = None

    def __post_init__(self) -> None:
        if unknown := set(self.fields) - set(COLUMNS) - set(OWN_COLUMNS):
            raise ValueError(f"a record cannot set {sorted(unknown)}")
