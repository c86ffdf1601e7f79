"""つなぎ段階: the rungs a request climbs when nobody can come. Pure.

A rung is as `dispatch.policy` describes it. The rungs are copied onto the request when it opens,
without those that cannot serve its language, field or mode, so that a later change of policy does
not touch it. A copied rung that was passed over when its turn came carries ``"passed"``: the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.times import local
from dispatch import policy as policies
from dispatch.device_languages import device_languages, on_device
from dispatch.models import Mode, Urgency
from volunteers.availability import is_holiday
from volunteers.languages import DialectMatch, matches

VOLUNTEER, VIDEO, NEIGHBOUR, OPERATOR, DEVICE = policies.KINDS
ASKING = {VOLUNTEER, VIDEO, NEIGHBOUR}
"""Rungs on which volunteers are asked; on the others the desk acts."""
REMOTE = {VIDEO, NEIGHBOUR}
"""Rungs on which people are asked for video although the request is on site."""
LEAST = timedelta(minutes=2)
"""However late it is, a rung may try for so long."""

Rung = dict[str, Any]


@dataclass(frozen=True)
class LeftOut:
    """A rung that a request does not get; ``why`` is a code of `dispatch.log_texts.WHY`."""

    kind: str
    label: str
    why: str


def ladder_for(
    policy: dict[str, Any], urgency_class: str, mode: str, language: str = "", field: str = ""
) -> list[Rung]:
    """The rungs for a new request; see `plan`."""
    return plan(policy, urgency_class, mode, language, field)[0]


def plan(
    policy: dict[str, Any], urgency_class: str, mode: str, language: str = "", field: str = ""
) -> tuple[list[Rung], list[LeftOut]]:
    """The rungs for a new request, and those left out with the reason.

    A request for video, telephone or translation starts with people anywhere; there is no second
    rung of volunteers for it, and no neighbour, device or operator for a translation in writing.
    An empty language or field leaves nothing out.
    """
    kept: list[Rung] = []
    left_out: list[LeftOut] = []
    rungs = policies.ladder_for(policy, urgency_class)
    kinds = {rung["kind"] for rung in rungs}
    for rung in rungs:
        if why := _unfit(rung, kinds, mode, language, field):
            left_out.append(LeftOut(rung["kind"], rung["label"], why))
        else:
            kept.append(_for_language(_named(rung, mode), policy, language))
    return kept, left_out


def _unfit(rung: Rung, kinds: set[str], mode: str, language: str, field: str) -> str:
    if mode == Mode.TRANSLATION and rung["kind"] != VOLUNTEER and VOLUNTEER in kinds:
        return "mode"
    if Mode(mode).is_remote and rung["kind"] == VIDEO and VOLUNTEER in kinds:
        return "remote_already"
    if language and not serves_language(rung["languages"], language):
        return "language"
    if field and not serves_field(rung, field):
        return "field"
    return ""


def _named(rung: Rung, mode: str) -> Rung:
    if Mode(mode).is_remote and rung["kind"] == VOLUNTEER:
        return rung | {"label": "ボランティア"}
    return rung


def _for_language(rung: Rung, policy: dict[str, Any], language: str) -> Rung:
    """A device that does not know the language leaves only the appointment with a human."""
    if rung["kind"] != DEVICE or not language or on_device(language, device_languages(policy)):
        return rung
    return rung | {"label": "後日の通訳の予約", "booking_only": True}


def serves_language(tags: list[str], language: str) -> bool:
    """Whether one of the tags is the language, one of its dialects or its general form."""
    asked = language.lower()
    return not tags or any(
        matches(language, tag) is DialectMatch.EXACT or asked.startswith(f"{tag.lower()}-")
        for tag in tags
    )


def serves_field(rung: Rung, field: str) -> bool:
    """Whether the rung is meant for the field."""
    fields = rung.get("fields") or [field]
    return field in fields and field not in (rung.get("except_fields") or [])


def within_hours(hours: dict[str, Any] | None, at: datetime) -> bool:
    """Whether an instant lies in ``{"weekdays", "from", "to"}`` (Tokyo); no hours are all hours.

    A public holiday is weekday 7 and not its own weekday. Hours may pass midnight: they belong to
    the day on which they begin. No weekdays are all days.
    """
    if not hours:
        return True
    moment = local(at)
    minute, today = moment.hour * 60 + moment.minute, moment.date()
    start, end = hours["from"], hours["to"]
    days = hours.get("weekdays") or range(8)

    def counts(day: Any) -> bool:
        return (7 if is_holiday(day) else day.weekday()) in days

    if start < end:
        return start <= minute < end and counts(today)
    if minute >= start:
        return counts(today)
    return minute < end and counts(today - timedelta(days=1))


def next_index(ladder: list[Rung], index: int) -> int | None:
    """The rung that would follow ``index``, or None; rungs passed over do not count."""
    later = range(index + 1, len(ladder))
    return next((i for i in later if not ladder[i].get("passed")), None)


def deadline_of(
    ladder: list[Rung], index: int, since: datetime, *, urgency: str, starts_at: datetime
) -> datetime | None:
    """When the rung after ``index`` opens (UTC), or None when there is no such deadline.

    The minutes of this rung, or earlier when the next one needs its lead time before the start.
    What opens late shares the time that is left with the rungs after it.
    """
    following = next_index(ladder, index)
    if following is None or index >= len(ladder):
        return None
    limits = []
    if ladder[index]["minutes"] is not None:
        limits.append(since + timedelta(minutes=ladder[index]["minutes"]))
    lead = ladder[following].get("lead_minutes")
    if lead is not None and urgency != Urgency.NOW:
        share = (starts_at - since) / (len(ladder) - index)
        limits.append(max(starts_at - timedelta(minutes=lead), since + max(share, LEAST)))
    return min(limits) if limits else None
