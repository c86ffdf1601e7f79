"""What the floors above tell the volunteer's pages without dispatch knowing them.

They append when the apps are ready; every list is empty here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dispatch.models import Request

price_estimates: list[Callable[[Request], str | None]] = []
"""Each returns the honorarium of a request as planned, in words of the active language
(«3,000円»), or None when it cannot say."""

report_states: list[Callable[[Sequence[int]], dict[int, str]]] = []
"""Each returns the report's state (submitted, returned, confirmed) for those of the assignment ids
that have a report."""


def price_estimate(request: Request) -> str:
    """The first estimate that somebody can give, or an empty string."""
    return next((text for ask in price_estimates if (text := ask(request))), "")


def states_of_reports(assignment_ids: Sequence[int]) -> dict[int, str]:
    """The state of each assignment's report; assignments without a report are left out."""
    found: dict[int, str] = {}
    for ask in report_states:
        found.update(ask(assignment_ids))
    return found
