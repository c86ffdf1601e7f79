"""What a tag of an entry or a cost probably is, with the reason; the accountant decides.

A reversal follows what it takes back. Nothing here writes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from dispatch.models import Request
from honoraria.grants.actions.tagging import Share
from honoraria.models import Cost, Honorarium, Programme, Tag

Reason = Tag.Reason
_GIVE_AWAYS = re.compile(r"啓発品|記念品|ノベルティ|ボールペン|景品|粗品|クリアファイル")
_FOR_JAPANESE = re.compile(r"日本人(住民)?(向け|対象)")
OTHERS_PAY = "依頼元または相談者が負担する依頼"


def suggest_honoraria(
    programme: Programme, entries: Iterable[Honorarium], decided_on: date | None
) -> dict[int, Share]:
    """A share for each entry; their requests must be loaded."""
    rows = list(entries)
    origins = {entry.corrects_id for entry in rows if entry.corrects_id}
    judged = _judged(programme, "honorarium", origins)
    elsewhere = _elsewhere(programme, "honorarium", {entry.pk for entry in rows})
    found = {}
    for entry in rows:
        reversed_share = judged.get(entry.corrects_id or 0)
        if entry.kind == Honorarium.Kind.REVERSAL and reversed_share:
            found[entry.pk] = reversed_share
        else:
            found[entry.pk] = _for_honorarium(entry, decided_on, entry.pk in elsewhere)
    return found


def suggest_costs(
    programme: Programme, costs: Iterable[Cost], decided_on: date | None
) -> dict[int, Share]:
    """A share for each cost."""
    rows = list(costs)
    judged = _judged(programme, "cost", {cost.corrects_id for cost in rows if cost.corrects_id})
    elsewhere = _elsewhere(programme, "cost", {cost.pk for cost in rows})
    return {
        cost.pk: judged.get(cost.corrects_id or 0)
        or _for_cost(cost, decided_on, cost.pk in elsewhere)
        for cost in rows
    }


def grouped(shares: dict[int, Share]) -> dict[Share, list[int]]:
    """The same by share, so that each is written once."""
    found: dict[Share, list[int]] = defaultdict(list)
    for key, share in shares.items():
        found[share].append(key)
    return dict(found)


def _for_honorarium(entry: Honorarium, decided_on: date | None, elsewhere: bool) -> Share:
    request = entry.assignment.request
    if decided_on and entry.activity_date < decided_on:
        return Share(0, 1, Reason.BEFORE_DECISION)
    if elsewhere:
        return Share(0, 1, Reason.OTHER_GRANT)
    if request.payer in (Request.Payer.BODY, Request.Payer.RESIDENT):
        return Share(0, 1, Reason.OTHER, OTHERS_PAY)
    if request.desk_id is None:
        return Share(0, 1, Reason.NOT_DESK)
    return Share(1, 1, Reason.DESK_WORK)


def _for_cost(cost: Cost, decided_on: date | None, elsewhere: bool) -> Share:
    paid_before = cost.paid_on is not None and decided_on and cost.paid_on < decided_on
    if decided_on and (cost.used_on < decided_on or paid_before):
        return Share(0, 1, Reason.BEFORE_DECISION)
    if elsewhere:
        return Share(0, 1, Reason.OTHER_GRANT)
    if _GIVE_AWAYS.search(cost.description):
        return Share(0, 1, Reason.GIVE_AWAY)
    if _FOR_JAPANESE.search(cost.description):
        return Share(0, 1, Reason.FOR_JAPANESE)
    return Share(1, 1, Reason.DESK_WORK)


def _judged(programme: Programme, name: str, keys: set[int]) -> dict[int, Share]:
    tags = Tag.objects.filter(programme=programme, **{f"{name}__in": keys}) if keys else ()
    return {
        getattr(one, f"{name}_id"): Share(
            one.numerator, one.denominator, one.reason, one.note, one.tax_credit
        )
        for one in tags
    }


def _elsewhere(programme: Programme, name: str, keys: set[int]) -> set[int]:
    tags = Tag.objects.filter(numerator__gt=0, **{f"{name}__in": keys}).exclude(programme=programme)
    return set(tags.values_list(f"{name}_id", flat=True))
