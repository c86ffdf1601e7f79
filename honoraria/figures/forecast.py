"""What a fiscal year will have cost, and how that stands to the budget. Pure, in whole yen.

The rule is simple, so that an accountant can do it on paper: what the months that are over cost,
stretched to a year as last year's months were, or evenly where last year is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MONTHS = 12
RULE = (
    "終わった月の費用を1年分に延ばします。前年度の4月から費用の記録があるときは、前年度の同じ月が"
    "1年のうちに占めた割合で、ないときは12か月均等で計算します。円未満は四捨五入し、すでに計上した"
    "額より小さくはしません。"
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """``yen`` for the whole year, None before a month is over; ``steps``: how it was found.

    ``spent`` is everything booked in the year, ``over`` how many of its months are over.
    """

    yen: int | None
    spent: int
    over: int
    steps: str


def forecast(this: Sequence[int], before: Sequence[int], over: int) -> Forecast:
    """The year's cost from the costs by month, April first, of this and of last fiscal year.

    ``over``: how many months of this year are over, 0 to 12.
    """
    spent = sum(this)
    if over <= 0:
        return Forecast(None, spent, 0, "まだ終わった月がないため、予測はありません。")
    if over >= MONTHS:
        return Forecast(spent, spent, MONTHS, "年度は終わっています。計上した額の合計です。")
    so_far = sum(this[:over])
    yen, how = _stretched(so_far, before, over)
    steps = f"終わった月（{_months(over)}）の費用 {so_far:,}円 × {how} ＝ {yen:,}円"
    if yen < spent:
        steps += f"。すでに計上した額より小さいため {spent:,}円"
    return Forecast(max(yen, spent), spent, over, steps)


def _stretched(so_far: int, before: Sequence[int], over: int) -> tuple[int, str]:
    whole, same = sum(before), sum(before[:over])
    if before[0] > 0 and same > 0 and whole > 0:
        how = f"前年度の1年分 {whole:,}円 ÷ 前年度の同じ月の分 {same:,}円"
        return _half_up(so_far * whole, same), how
    return _half_up(so_far * MONTHS, over), f"{MONTHS}か月 ÷ {over}か月"


def _half_up(over: int, under: int) -> int:
    return (2 * over + under) // (2 * under)


def _months(over: int) -> str:
    last = (over + 2) % MONTHS + 1
    return "4月" if over == 1 else f"4月〜{last}月"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Spent and forecast against a budget, in words; ``tone``: ok, warn or danger."""

    words: str
    spent_words: str
    tone: str


def compare(found: Forecast, budget: int) -> Comparison:
    """How the year stands to a budget in yen."""
    left = budget - found.spent
    spent = f"これまでに予算の{percent(found.spent, budget)}を使い、残りは{left:,}円です。"
    if left < 0:
        spent = f"これまでの費用が、すでに予算を{-left:,}円超えています。"
    if found.yen is None:
        return Comparison(found.steps, spent, "danger" if left < 0 else "info")
    rest = budget - found.yen
    ended = found.over >= MONTHS
    if rest < 0:
        end = "超えました" if ended else "超える見込みです"
        return Comparison(f"予算を{-rest:,}円{end}。", spent, "danger" if left < 0 else "warn")
    if rest == 0:
        end = "予算と同じ額でした。" if ended else "予算と同じ額になる見込みです。"
        return Comparison(end, spent, "ok")
    end = "下回りました" if ended else "下回る見込みです"
    return Comparison(f"予算を{rest:,}円{end}。", spent, "ok")


def percent(part: int, whole: int) -> str:
    """``53.2%``, cut and not rounded, so that 99.96 % never reads as all of it; ``—`` of nothing."""
    if whole <= 0:
        return "—"
    tenths = abs(part) * 1000 // whole
    return f"{'-' if part < 0 and tenths else ''}{tenths // 10}.{tenths % 10}%"
