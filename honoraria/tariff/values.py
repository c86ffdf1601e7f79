"""What goes into the tariff engine and what comes out of it.

Everything is frozen and exact: yen are ``int``, distances ``int`` or ``Decimal``, never ``float``.
``None`` means "nobody told us" and raises MissingInput where a rule needs it; an empty string
means "known to be none" and simply matches nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, cast

Rules = dict[str, Any]

REMOTE_MODES = ("video", "phone")


class TariffError(Exception):
    """The tariff cannot give an amount. ``code`` is stable, the text is for the screen."""

    code = "tariff_error"


class InvalidRules(TariffError):
    """The rules did not pass ``validate``; ``problems`` says where and why."""

    code = "invalid_rules"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("謝礼基準に誤りがあります。" + "".join(p.message_ja for p in problems[:3]))


class MissingInput(TariffError):
    """The rules ask for a fact about the activity that was not given; ``field`` names it."""

    code = "missing_input"

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{INPUT_NAMES.get(field, field)}が入力されていません。")


class InvalidInput(TariffError):
    """A fact about the activity cannot be true (negative, not a whole number)."""

    code = "invalid_input"

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{INPUT_NAMES.get(field, field)}の値が正しくありません。")


class OutsideTable(TariffError):
    """A bracket table with a last row that ends does not reach this activity."""

    code = "outside_table"


class VersionGap(TariffError):
    """No version of the tariff is in force on the date."""

    code = "version_gap"


class VersionOverlap(TariffError):
    """More than one version of the tariff claims the date."""

    code = "version_overlap"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a rules dict. ``path`` like ``fee.rows[1].to``; ``message_ja`` is for the screen."""

    path: str
    code: str
    message_ja: str


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a derivation. ``amount`` in yen, negative where a ceiling cuts, 0 for a remark."""

    code: str
    text: str
    amount: int


@dataclass(frozen=True, slots=True)
class Priced:
    """Result of pricing, in yen: the total is that of fee, transport and tax, and of the lines.

    ``consumption_tax`` is what comes on top; 0 where the tariff's amounts contain it.
    """

    fee: int
    transport: int
    total: int
    lines: tuple[Line, ...]
    consumption_tax: int = 0

    def amount_of(self, *codes: str) -> int:
        """Yen of the lines carrying one of these codes."""
        return sum(line.amount for line in self.lines if line.code in codes)


@dataclass(frozen=True, slots=True)
class Share:
    """What one payer bears of a total, in yen.

    ``to``: ``requester`` (the body that asked), ``resident``, ``organization`` (the desk itself) or
    ``other``; only the requester's part is on the requester's statement.
    """

    payer: str
    amount: int
    text: str
    to: str = "requester"


@dataclass(frozen=True, slots=True)
class Activity:
    """The facts of one activity that a tariff may ask for.

    Minutes are whole minutes actually served, without waiting. ``date`` and ``starts_at`` are
    local (Asia/Tokyo). ``count`` is the number of what a flat fee is paid per (dispatches, calls,
    days). ``rush`` and ``holiday`` are decided by the caller, who knows the calendar.
    """

    date: dt.date | None = None
    starts_at: dt.time | None = None
    minutes: int | None = None
    waiting_minutes: int = 0
    preparation_minutes: int = 0
    travel_minutes: int = 0
    language: str | None = None
    direction: str | None = None
    area: str | None = None
    mode: str | None = None
    field: str | None = None
    membership: str | None = None
    grade: str | None = None
    client: str | None = None
    remote: bool = False
    holiday: bool = False
    rush: bool = False
    notice_days: int | None = None
    transport_actual: int | None = None
    distance_km: int | Decimal | None = None
    pages: int | None = None
    characters: int | None = None
    words: int | None = None
    count: int = 1
    requester_amount: int | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not _acceptable(field.name, value):
                raise InvalidInput(field.name)

    @property
    def is_remote(self) -> bool:
        """Nobody travels: by flag, or because the mode is video or telephone."""
        return self.remote or self.mode in REMOTE_MODES

    def whole(self, name: str) -> int:
        """The integer input ``name``; raises MissingInput."""
        value = getattr(self, name)
        if value is None:
            raise MissingInput(name)
        return cast("int", value)


_REQUIRED_NUMBERS = ("waiting_minutes", "preparation_minutes", "travel_minutes", "count")
_OPTIONAL_NUMBERS = (
    "minutes",
    "notice_days",
    "transport_actual",
    "pages",
    "characters",
    "words",
    "requester_amount",
)
_FLAGS = ("remote", "holiday", "rush")
_MOMENTS: dict[str, type] = {"date": dt.date, "starts_at": dt.time}


def _acceptable(name: str, value: object) -> bool:
    if name in _FLAGS:
        return isinstance(value, bool)
    if value is None:
        return name not in _REQUIRED_NUMBERS
    if name in _REQUIRED_NUMBERS or name in _OPTIONAL_NUMBERS:
        return type(value) is int and value >= 0
    if name == "distance_km":
        exact = type(value) is int or (isinstance(value, Decimal) and value.is_finite())
        return exact and cast("Decimal", value) >= 0
    return isinstance(value, _MOMENTS.get(name, str))


INPUT_NAMES = {
    "date": "活動日",
    "starts_at": "開始時刻",
    "minutes": "活動時間",
    "waiting_minutes": "待ち時間",
    "preparation_minutes": "打合せ時間",
    "travel_minutes": "移動時間",
    "language": "言語",
    "direction": "翻訳の方向",
    "area": "地域",
    "mode": "方法",
    "field": "分野",
    "membership": "会員区分",
    "grade": "級",
    "client": "依頼者の区分",
    "notice_days": "依頼から活動日までの日数",
    "transport_actual": "交通費の実費",
    "distance_km": "移動距離",
    "pages": "ページ数",
    "characters": "文字数",
    "words": "語数",
    "count": "回数",
    "requester_amount": "依頼者の基準による額",
}
