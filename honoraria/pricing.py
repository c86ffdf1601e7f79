"""From a confirmed report to an amount: the facts, the tariff that holds that day, the price.

Reads, never writes. Which tariff: of the organization, for the side asked for (what the volunteer
receives, what the requester is charged), fitting the way it was done, in force on the day on which
the activity began (Asia/Tokyo), the smallest priority first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from accounts.models import Organization
from accounts.times import local
from dispatch.models import Mode, Request, Urgency
from honoraria.models import Facts, RequesterTerms, TariffVersion
from honoraria.tariff import Activity, Line, MissingInput, Priced, TariffError, price
from interpreting.models import Report
from volunteers.availability import is_holiday

RUSH = {Urgency.NOW, Urgency.TODAY}
# facts that only the report can supply, so that the coordinator has to ask for them
REPORTED = {"pages", "characters", "words", "distance_km", "transport_actual", "minutes"}


class Unpriced(Exception):
    """No amount can be given; says why, and who has to do something about it."""

    def __init__(self, code: str, text: str, who: str) -> None:
        super().__init__(text)
        self.code, self.text, self.who = code, text, who


@dataclass(frozen=True, slots=True)
class Result:
    """A price and the version that gave it."""

    version: TariffVersion
    priced: Priced


def activity_date(report: Report) -> date:
    """The day on which the activity began in Asia/Tokyo; it decides month and tariff."""
    return local(report.started_at).date()


def actual_mode(report: Report) -> Mode:
    """How it was done: a job on site that was taken by video counts as video."""
    assignment = report.assignment
    mode = Mode(assignment.request.mode)
    return Mode.VIDEO if assignment.remote and not mode.is_remote else mode


def activity_of(report: Report) -> Activity:
    """What the tariff may ask for. Units of a translation stand for pages, characters or words."""
    request: Request = report.assignment.request
    began = local(report.started_at)
    mode = actual_mode(report)
    return Activity(
        date=began.date(),
        starts_at=began.time().replace(second=0, microsecond=0),
        minutes=report.minutes,
        waiting_minutes=report.waiting_minutes,
        language=request.language,
        area=request.place_area,
        mode=mode.value,
        field=request.field,
        remote=mode.is_remote,
        holiday=is_holiday(began.date()),
        rush=request.urgency in RUSH,
        notice_days=max((began.date() - local(request.opened_at).date()).days, 0),
        transport_actual=report.transport_yen,
        distance_km=report.distance_km,
        pages=report.amount_units,
        characters=report.amount_units,
        words=report.amount_units,
        **(requester_facts(request) | _office_facts(report)),
    )


def booked_activity(request: Request, mode: Mode, transport: int = 0) -> Activity:
    """The activity as it was booked, for what is not reported (yet): estimates, cancellations."""
    began = local(request.starts_at)
    return Activity(
        date=began.date(),
        starts_at=began.time(),
        minutes=int((request.ends_at - request.starts_at).total_seconds() // 60),
        language=request.language,
        area=request.place_area,
        mode=mode.value,
        field=request.field,
        remote=mode.is_remote,
        holiday=is_holiday(began.date()),
        rush=request.urgency in RUSH,
        notice_days=max((began.date() - local(request.opened_at).date()).days, 0),
        transport_actual=transport,
        distance_km=0,
        **requester_facts(request),
    )


def requester_facts(request: Request) -> dict[str, Any]:
    """Kind and membership of who asked. Nobody is a member who was not entered as one."""
    found: dict[str, Any] = {"membership": "none"}
    if request.payer == Request.Payer.RESIDENT and request.body_id is None:
        found["client"] = "individual"
    terms: RequesterTerms | None = getattr(request.body, "terms", None)
    if terms is not None:
        found |= {"client": terms.client or None, "membership": terms.membership or "none"}
    return found


def _office_facts(report: Report) -> dict[str, Any]:
    """What the office entered about one activity; what it left empty says nothing."""
    facts: Facts | None = getattr(report, "facts", None)
    if facts is None:
        return {}
    found: dict[str, Any] = {
        "preparation_minutes": facts.preparation_minutes,
        "travel_minutes": facts.travel_minutes,
        "count": facts.count,
        "requester_amount": facts.requester_amount,
    }
    texts = {name: getattr(facts, name) for name in ("client", "membership", "grade", "direction")}
    return found | {name: text for name, text in texts.items() if text}


def versions_of(organization: Organization, side: str = "payout") -> list[TariffVersion]:
    """Every version for one side (``payout``, ``charge``), in the order in which they are tried."""
    return list(
        TariffVersion.objects.filter(
            tariff__organization=organization, rules__role__in=[side, "both"]
        )
        .select_related("tariff")
        .order_by("tariff__priority", "tariff_id", "valid_from")
    )


def version_for(versions: list[TariffVersion], mode: Mode, on: date) -> TariffVersion | None:
    """The version in force on the day of the first tariff that fits, or None."""
    for version in versions:
        in_force = version.valid_from <= on and (version.valid_to is None or on <= version.valid_to)
        if in_force and (not version.modes or mode in version.modes):
            return version
    return None


def price_report(
    report: Report, versions: list[TariffVersion] | None = None, side: str = "payout"
) -> Result:
    """Version and price; ``versions`` saves reading them for every report. Raises Unpriced."""
    if versions is None:
        versions = versions_of(report.assignment.request.organization, side)
    on = activity_date(report)
    version = version_for(versions, actual_mode(report), on)
    if version is None:
        words = actual_mode(report).label
        text = f"{_day(on)}の「{words}」に使える謝礼基準がありません。"
        raise Unpriced("no_tariff", text, "経理")
    try:
        priced = price(version.rules, activity_of(report))
    except MissingInput as error:
        who = "コーディネーター" if error.field in REPORTED else "経理"
        raise Unpriced(error.code, f"「{version.tariff}」: {error}", who) from error
    except TariffError as error:
        raise Unpriced(error.code, f"「{version.tariff}」: {error}", "経理") from error
    remarks = tuple(_remarks(report, version, versions))
    return Result(version, replace(priced, lines=priced.lines + remarks))


def _remarks(report: Report, version: TariffVersion, versions: list[TariffVersion]) -> list[Line]:
    """What somebody who checks the amount should know about days; no yen depend on it."""
    first, last = activity_date(report), local(report.ended_at).date()
    if local(report.ended_at).time() == time.min:
        last -= timedelta(days=1)  # until midnight is still the same day
    if last == first:
        return []
    after = version_for(versions, actual_mode(report), last)
    if after is not None and after.pk != version.pk:
        text = (
            f"活動は{_day(last)}にかかり、その日からは別の版・基準です。"
            f"開始した{_day(first)}の基準で計算しました"
        )
        return [Line("across_versions", text, 0)]
    text = f"活動は{_day(last)}にかかります。開始した{_day(first)}の活動として計算しました"
    return [Line("across_midnight", text, 0)]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
