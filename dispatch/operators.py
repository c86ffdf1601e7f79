"""外部通訳: which contracted company can be called for a language, when, and what a call costs.

A service is one line of an operator's contract: languages, hours, prices. Prices are copied onto a
call when it is dialled, so that a new contract does not change an old call. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Organization
from accounts.times import instant, local
from dispatch.ladder import serves_language, within_hours
from dispatch.models import Operator, OperatorCall, OperatorService, Request

DAY_NAMES = "月火水木金土日祝"
DAYS_AHEAD = 15
"""An operator that does not open within so many days is not worth waiting for."""


@dataclass(frozen=True)
class ServiceOffer:
    """A service that covers the language; ``next_opening`` (UTC) while it is closed."""

    operator: Operator
    service: OperatorService
    is_open: bool
    price: str
    hours: str
    next_opening: datetime | None


def services_for(
    organization: Organization | int, language: str, at: datetime
) -> list[ServiceOffer]:
    """Services of active operators for a language at ``at`` (UTC), those open first, in order."""
    return offers_among(active_services(organization), language, at)


def active_services(organization: Organization | int) -> list[OperatorService]:
    """Every service of the active operators, in the order in which they are to be called."""
    key = organization if isinstance(organization, int) else organization.pk
    found = OperatorService.objects.filter(operator__organization_id=key, operator__active=True)
    ordered = found.order_by("operator__position", "operator_id", "id")
    return list(ordered.select_related("operator"))


def offers_among(
    services: list[OperatorService], language: str, at: datetime
) -> list[ServiceOffer]:
    """Those of the services that cover the language at ``at`` (UTC), open ones first."""
    offers = [
        _offer(service, at) for service in services if serves_language(service.languages, language)
    ]
    return sorted(offers, key=lambda one: not one.is_open)


def running_call(request: Request) -> OperatorCall | None:
    """The call to an operator that is dialling or connected, if there is one."""
    states = [OperatorCall.State.DIALLING, OperatorCall.State.CONNECTED]
    return request.operator_calls.filter(state__in=states).select_related("operator").first()


def hours_of(service: OperatorService) -> dict[str, Any]:
    """A service's hours in the form of a rung's."""
    return {
        "weekdays": service.weekdays,
        "from": service.from_minute,
        "to": service.to_minute,
    }


def prices_of(service: OperatorService) -> dict[str, int]:
    """The part of a service that a call copies: yen per call and per started minute, minimum."""
    return {
        "yen_per_call": service.yen_per_call,
        "yen_per_minute": service.yen_per_minute,
        "minimum_minutes": service.minimum_minutes,
    }


def minutes_of(prices: dict[str, int], seconds: float) -> int:
    """Minutes charged: every started one, at least the minimum."""
    started = -(-max(0, int(seconds)) // 60)
    return max(started, int(prices.get("minimum_minutes", 0)))


def price_of(prices: dict[str, int], seconds: float) -> int:
    """Yen for a call that was connected for so long."""
    minutes = minutes_of(prices, seconds)
    return int(prices.get("yen_per_call", 0)) + int(prices.get("yen_per_minute", 0)) * minutes


def price_in_words(prices: dict[str, int]) -> str:
    """«1回200円＋1分80円（最低5分）», or «無料（契約に含む）»."""
    parts = []
    if prices.get("yen_per_call"):
        parts.append(f"1回{prices['yen_per_call']:,}円")
    if prices.get("yen_per_minute"):
        parts.append(f"1分{prices['yen_per_minute']:,}円")
    least = prices.get("minimum_minutes") or 0
    text = "＋".join(parts) or "無料（契約に含む）"
    return f"{text}（最低{least}分）" if parts and least else text


def hours_in_words(hours: dict[str, Any]) -> str:
    """«月〜金 9:00〜18:00», «毎日24時間», «土・日・祝 10:00〜16:00»."""
    days = sorted(set(hours.get("weekdays") or range(8)))
    start, end = hours["from"], hours["to"]
    times = f"{start // 60}:{start % 60:02d}〜{end // 60}:{end % 60:02d}"
    clock = "24時間" if (start, end) == (0, 1440) else times
    if len(days) == 8:
        return f"毎日 {clock}"
    names = [DAY_NAMES[day] for day in days]
    run = len(days) > 2 and days[-1] - days[0] == len(days) - 1 and days[-1] < 7
    text = f"{names[0]}〜{names[-1]}" if run else "・".join(names)
    return f"{text} {clock}"


def _offer(service: OperatorService, at: datetime) -> ServiceOffer:
    hours = hours_of(service)
    is_open = within_hours(hours, at)
    return ServiceOffer(
        operator=service.operator,
        service=service,
        is_open=is_open,
        price=price_in_words(prices_of(service)),
        hours=hours_in_words(hours),
        next_opening=None if is_open else _next_opening(hours, at),
    )


def _next_opening(hours: dict[str, Any], at: datetime) -> datetime | None:
    today = local(at).date()
    starts = (instant(today + timedelta(days=n), hours["from"]) for n in range(DAYS_AHEAD))
    return next((one for one in starts if one > at and within_hours(hours, one)), None)
