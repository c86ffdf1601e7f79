"""Columns about activities: honoraria (謝礼) and charges (請求), with the job behind each."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Organization
from dispatch.models import Mode
from honoraria.exporting.columns import Column
from honoraria.exporting.wishes import Wish
from honoraria.models import Charge, Honorarium, PaidBy, Tax, TransportTo
from honoraria.months import Wanted, entries
from interpreting.models import Report
from volunteers.languages import LANGUAGES
from volunteers.models import Field

Columns = dict[str, tuple[str, Column]]
LANGUAGE_WORDS = {language.tag: language.ja for language in LANGUAGES}
HONORARIUM_STATES = tuple(Honorarium.State.choices)
CHARGE_STATES = tuple(Charge.State.choices)


def column(
    name: str,
    path: str,
    title: str,
    kind: str = "text",
    width: int = 12,
    *,
    words: Any = None,
) -> tuple[str, tuple[str, Column]]:
    """An entry of a table of columns; ``words`` are choices or a mapping."""
    return name, (path, Column(name, title, kind, width, dict(words or {})))


def _job(request: str, to: str) -> list[tuple[str, tuple[str, Column]]]:
    """Columns of the job and its report, by the paths to the request and to the report."""
    return [
        column("request", f"{request}__number", "受付番号", width=13),
        column("language", f"{request}__language", "言語", "label", 16, words=LANGUAGE_WORDS),
        column("mode", f"{request}__mode", "方法", "label", 12, words=Mode.choices),
        column("field", f"{request}__field", "分野", "label", 12, words=Field.choices),
        column("desk", f"{request}__desk__name", "窓口", width=18),
        column("body", f"{request}__body__name", "依頼元", width=18),
        column("place", f"{request}__place_name", "場所", width=20),
        column("address", f"{request}__place_address", "場所の住所", width=26),
        column("started", f"{to}__started_at", "開始", "time", 17),
        column("ended", f"{to}__ended_at", "終了", "time", 17),
        column(
            "means", f"{to}__transport", "交通手段", "label", 12, words=Report.Transport.choices
        ),
        column("route", f"{to}__transport_route", "経路", width=26),
        column("distance", f"{to}__distance_km", "距離（km）", "number"),
    ]


HONORARIA: Columns = dict(
    [
        column("id", "id", "謝礼番号", "number"),
        column("day", "activity_date", "活動日", "date"),
        column("booked", "booked_on", "計上日", "date"),
        column("number", "volunteer__number", "登録番号", "number", 9),
        column("name", "volunteer__name", "氏名", width=22),
        column("kana", "volunteer__kana", "フリガナ", width=22),
        *_job("assignment__request", "report"),
        column("minutes", "minutes", "活動時間（分）", "number", 13),
        column("waiting", "report__waiting_minutes", "待ち時間（分）", "number", 13),
        column("fee", "fee", "謝礼（円）", "yen"),
        column("transport", "transport", "交通費（円）", "yen"),
        column("total", "total", "合計（円）", "yen"),
        column("state", "state", "状態", "label", 10, words=Honorarium.State.choices),
        column("kind", "kind", "区分", "label", 8, words=Honorarium.Kind.choices),
        column("derivation", "derivation", "計算の内訳", "lines", 60),
        column("tariff", "tariff_name", "謝礼基準", width=26),
        column("paid_by", "paid_by", "支払方法", "label", 14, words=PaidBy.choices),
        column("tax", "tax", "源泉徴収", "label", 24, words=Tax.choices),
        column(
            "transport_to", "transport_to", "交通費の支払先", "label", 16, words=TransportTo.choices
        ),
        column("reason", "reason", "訂正の理由", width=24),
        column("approver", "approved_by__name", "承認者", width=14),
        column("approved", "approved_at", "承認日時", "time", 17),
    ]
)
USUAL_HONORARIA = (
    "day request number name kana language mode field started ended minutes waiting fee transport "
    "total state kind derivation tariff paid_by reason approver approved booked"
)


def find_honoraria(organization: Organization, wish: Wish) -> QuerySet[Any, Any]:
    """The entries that the month's page shows, or those booked on some days."""
    if wish.month is not None:
        wanted = Wanted(month=wish.month, state=wish.state, q=wish.q, only=wish.only)
        return entries(organization, wanted)
    found = Honorarium.objects.of(organization).between(wish.first, wish.last)
    found = found.filter(_somebody(wish.q, "volunteer"))
    return (found.filter(state=wish.state) if wish.state else found).order_by("booked_on", "id")


def _somebody(text: str, to: str) -> Q:
    """Rows about the people whose name, reading or number was typed."""
    if not text:
        return Q()
    match = Q(**{f"{to}__name__icontains": text}) | Q(**{f"{to}__kana__icontains": text})
    if text.isascii() and text.isdigit() and len(text) < 10:
        match |= Q(**{f"{to}__number": int(text)})
    return match


CHARGES: Columns = dict(
    [
        column("id", "id", "請求番号", "number"),
        column("day", "activity_date", "活動日", "date"),
        column("booked", "booked_on", "計上日", "date"),
        column("payer", "body__name", "請求先", width=18),
        *_job("assignment__request", "report"),
        column("fee", "fee", "料金（円）", "yen"),
        column("transport", "transport", "交通費（円）", "yen"),
        column("consumption_tax", "consumption_tax", "消費税（円）", "yen"),
        column("total", "total", "合計（円）", "yen"),
        column("shares", "shares", "負担", "lines", 40),
        column("state", "state", "状態", "label", 10, words=Charge.State.choices),
        column("kind", "kind", "区分", "label", 8, words=Charge.Kind.choices),
        column("derivation", "derivation", "計算の内訳", "lines", 60),
        column("tariff", "tariff_name", "料金の基準", width=26),
        column("issued", "issued_at", "請求日時", "time", 17),
        column("settled", "settled_on", "入金日", "date"),
        column("reason", "reason", "訂正の理由", width=24),
    ]
)


def find_charges(organization: Organization, wish: Wish) -> QuerySet[Any, Any]:
    """Charges billed with the days."""
    found = Charge.objects.of(organization).between(wish.first, wish.last)
    return (found.filter(state=wish.state) if wish.state else found).order_by("booked_on", "id")
