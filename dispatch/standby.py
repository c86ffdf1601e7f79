"""控え: people who said yes after the seat was taken are asked first when it comes free again.

They said so themselves, for this very time and place; so few of them are asked at once. Reads only.
"""

from __future__ import annotations

from dataclasses import replace

from dispatch.match_values import Ranking, Reason
from dispatch.models import Request

READY = 0.8
"""The chance that somebody who offered to come still does."""
STOOD_BY = Reason("standby", "決定後に「引き受けます」と返事があった控えの方", True)


def standby_of(request: Request) -> set[int]:
    """Ids of those who said yes too late, to the time and place as they are now."""
    late = request.offers.filter(late_yes_at__isnull=False, created_at__gte=request.search_since)
    return set(late.values_list("volunteer_id", flat=True))


def first(request: Request, ranking: Ranking) -> Ranking:
    """The same candidates with the standby people at the head, in their order."""
    ids = standby_of(request) if ranking.candidates else set()
    if not ids:
        return ranking
    ready = [
        replace(one, chance=max(one.chance, READY), reasons=(STOOD_BY, *one.reasons))
        for one in ranking.candidates
        if one.volunteer_id in ids
    ]
    others = [one for one in ranking.candidates if one.volunteer_id not in ids]
    numbered = [replace(one, rank=rank) for rank, one in enumerate([*ready, *others], 1)]
    return replace(ranking, candidates=numbered)
