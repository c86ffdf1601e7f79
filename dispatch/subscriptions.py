"""What the floors above tell the volunteer's pages without dispatch knowing them.

They append when the apps are ready; every list is empty here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from dispatch.models import Request


class PriceEstimate(Protocol):
    """Says what a request would pay as planned."""

    def __call__(self, request: Request, *, remote: bool) -> str | None:
        """The honorarium in words of the active language («3,000円»), or None; ``remote``: taken
        by video although the request is on site."""


price_estimates: list[PriceEstimate] = []
"""Asked in order; the first that can say is shown."""

report_states: list[Callable[[Sequence[int]], dict[int, str]]] = []
"""Each returns the report's state (submitted, returned, confirmed) for those of the assignment ids
that have a report."""


def price_estimate(request: Request, *, remote: bool = False) -> str:
    """The first estimate that somebody can give, or an empty string."""
    return next((text for ask in price_estimates if (text := ask(request, remote=remote))), "")


def states_of_reports(assignment_ids: Sequence[int]) -> dict[int, str]:
    """The state of each assignment's report; assignments without a report are left out."""
    found: dict[int, str] = {}
    for ask in report_states:
        found.update(ask(assignment_ids))
    return found
