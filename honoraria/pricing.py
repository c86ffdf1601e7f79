"""From a confirmed report to an amount: the facts, the tariff that holds that day, the price.

Reads, never writes. Which tariff: of the organization, paying out, fitting the way it was done, in
force on the day of the activity (Asia/Tokyo), the smallest priority first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import Organization
from accounts.times import local
from dispatch.models import Mode, Request, Urgency
from honoraria.models import TariffVersion
from honoraria.tariff import Activity, MissingInput, Priced, TariffError, price
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
    )


def versions_of(organization: Organization) -> list[TariffVersion]:
    """Every version that pays volunteers, in the order in which they are tried."""
    return list(
        TariffVersion.objects.filter(
            tariff__organization=organization, rules__role__in=["payout", "both"]
        )
        .select_related("tariff")
        .order_by("tariff__priority", "tariff_id", "valid_from")
    )


def version_for(versions: list[TariffVersion], mode: Mode, on: date) -> TariffVersion | None:
    """The version in force on the day of the first tariff that fits, or None."""
    for version in versions:
        in_force = version.valid_from <= on and (version.valid_to is None or on <= version.valid_to)
        if in_force and (not version.tariff.modes or mode in version.tariff.modes):
            return version
    return None


def price_report(report: Report, versions: list[TariffVersion] | None = None) -> Result:
    """Version and price; ``versions`` saves reading them for every report. Raises Unpriced."""
    if versions is None:
        versions = versions_of(report.assignment.request.organization)
    on = activity_date(report)
    version = version_for(versions, actual_mode(report), on)
    if version is None:
        words = actual_mode(report).label
        text = f"{on.year}年{on.month}月{on.day}日の「{words}」に使える謝礼基準がありません。"
        raise Unpriced("no_tariff", text, "経理")
    try:
        return Result(version, price(version.rules, activity_of(report)))
    except MissingInput as error:
        who = "コーディネーター" if error.field in REPORTED else "経理"
        raise Unpriced(error.code, f"「{version.tariff}」: {error}", who) from error
    except TariffError as error:
        raise Unpriced(error.code, f"「{version.tariff}」: {error}", "経理") from error
