"""The calls to operators of a month: a table, its sums, and a CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.csv_cells import neutral
from accounts.models import Organization
from accounts.times import instant, local
from dispatch.models import OperatorCall
from dispatch.operators import minutes_of
from volunteers.languages import name as language_name

COLUMNS = [
    "日付",
    "発信",
    "接続",
    "終了",
    "外部通訳",
    "受付番号",
    "言語",
    "状態",
    "料金の分数",
    "円",
    "つながらなかった理由",
]


@dataclass(frozen=True)
class Month:
    """A calendar month in Tokyo."""

    year: int
    month: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def before(self) -> Month:
        """The month before."""
        day = self.first - timedelta(days=1)
        return Month(day.year, day.month)

    @property
    def after(self) -> Month:
        """The month after."""
        day = self.first + timedelta(days=32)
        return Month(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    @classmethod
    def of(cls, text: str, today: date) -> Month:
        """2026-11; anything else is the present month."""
        year, _, month = text.partition("-")
        if year.isdecimal() and month.isdecimal() and len(text) <= 7:
            found = cls(int(year), int(month))
            if 2000 <= found.year <= 2200 and 1 <= found.month <= 12:
                return found
        return cls(today.year, today.month)


def calls_in(organization: Organization, month: Month) -> list[OperatorCall]:
    """The calls that were dialled in the month, the earliest first; one statement."""
    found = OperatorCall.objects.filter(
        request__organization=organization,
        dialled_at__gte=instant(month.first, 0),
        dialled_at__lt=instant(month.after.first, 0),
    )
    return list(
        found.select_related("operator", "request")
        .defer("operator__pin")
        .order_by("dialled_at", "id")
    )


def charged_minutes(call: OperatorCall) -> int:
    """The minutes that are paid for; 0 for a call that did not connect or still runs."""
    if call.connected_at is None or call.ended_at is None:
        return 0
    return minutes_of(call.price, (call.ended_at - call.connected_at).total_seconds())


def sums(calls: Iterable[OperatorCall]) -> list[tuple[str, int, int, int]]:
    """(operator, connected calls, minutes, yen) in order of the yen."""
    found: dict[str, tuple[int, int, int]] = {}
    for call in calls:
        count, minutes, yen = found.get(call.operator.name, (0, 0, 0))
        found[call.operator.name] = (
            count + (call.connected_at is not None),
            minutes + charged_minutes(call),
            yen + (call.yen or 0),
        )
    return sorted(((name, *figures) for name, figures in found.items()), key=lambda row: -row[3])


def as_csv(calls: Iterable[OperatorCall]) -> bytes:
    """UTF-8 with BOM, CRLF; texts that a spreadsheet would run are neutralised."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for call in calls:
        writer.writerow(
            [
                f"{local(call.dialled_at):%Y/%m/%d}",
                *(_clock(one) for one in (call.dialled_at, call.connected_at, call.ended_at)),
                neutral(call.operator.name),
                neutral(call.request.number),
                language_name(call.request.language, "ja"),
                call.get_state_display(),
                charged_minutes(call),
                call.yen or 0,
                neutral(call.failure),
            ]
        )
    return ("\ufeff" + file.getvalue()).encode()


def _clock(at: datetime | None) -> str:
    return f"{local(at):%H:%M:%S}" if at else ""
