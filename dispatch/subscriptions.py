"""What the floors above are told by dispatch, and tell it, without dispatch knowing them.

They append when the apps are ready; every list is empty here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from dispatch.models import Assignment, OperatorCall, Request


@dataclass(frozen=True, slots=True)
class OwnNotice:
    """One line on a volunteer's own page, in the reader's language: what waits, and where."""

    url: str
    icon: str
    text: str
    link: str
    waits: bool = True  # for the person; False is news


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


on_seated: list[Callable[[Assignment, datetime], None]] = []
"""Told in the transaction that gives somebody a seat on a request (UTC instant)."""

on_released: list[Callable[[Assignment, datetime], None]] = []
"""Told in the transaction that takes a seat away again: cancelled, given back, no-show."""

on_over: list[Callable[[Request, datetime], None]] = []
"""Told in the transaction that ends a request: cancelled, unmet, finished."""

own_data: list[Callable[[list[int]], dict[str, list[dict[str, Any]]]]] = []
"""Each returns, by section, what a floor above holds about the volunteers of these ids: one person
in one or several towns, who asked for the own data. Nothing about anybody else."""

own_notices: list[Callable[[Sequence[int], datetime], list[OwnNotice]]] = []
"""Each returns what a floor above has to say to the volunteer of these ids (one person in one or
several towns) on the first page, at an instant (UTC); what waits for the person comes first."""

room_links: list[Callable[[Assignment], str | None]] = []
"""Each returns the address of the volunteer's room for an assignment, or None."""

room_openings: list[Callable[[Assignment], datetime | None]] = []
"""Each returns when the volunteer's room of an assignment will open (UTC), or None."""

request_panels: list[Callable[[Request], tuple[str, dict[str, Any]] | None]] = []
"""Each returns (template, context) of a part of the staff page of a request, or None."""

room_states: list[Callable[[list[int]], dict[int, tuple[str, str]]]] = []
"""Each returns (address, text of the link) of the room of those of the request ids that have one."""

on_operator_call: list[Callable[[OperatorCall, datetime], None]] = []
"""Told in the transaction in which a call to an operator was connected, and ended."""

on_device_used: list[Callable[[Request, datetime, datetime], None]] = []
"""Told in the transaction that ends a request by a device (request, from, to)."""


def room_link(assignment: Assignment) -> str:
    """Where the volunteer enters the room of an assignment; empty when there is none."""
    return next((link for ask in room_links if (link := ask(assignment))), "")


def room_opens_at(assignment: Assignment) -> datetime | None:
    """When the room of an assignment opens by itself; None when it is open or none is awaited."""
    return next((when for ask in room_openings if (when := ask(assignment))), None)


def panels_of(request: Request) -> list[tuple[str, dict[str, Any]]]:
    """The parts that the floors above add to the staff page of a request."""
    return [panel for ask in request_panels if (panel := ask(request))]


def rooms_of(request_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Address and text of the link to the room of each request that has one."""
    found: dict[int, tuple[str, str]] = {}
    for ask in room_states:
        found.update(ask(request_ids))
    return found


def notices_of(volunteer_ids: Sequence[int], at: datetime) -> list[OwnNotice]:
    """What the floors above have to say to a person; what waits for the person comes first."""
    found = [notice for ask in own_notices for notice in ask(volunteer_ids, at)]
    return sorted(found, key=lambda notice: not notice.waits)


def tell_over(request: Request, at: datetime) -> None:
    """A locked request has just ended."""
    for tell in on_over:
        tell(request, at)


def tell_released(assignment: Assignment, at: datetime) -> None:
    """Somebody has just lost or given back a seat."""
    for tell in on_released:
        tell(assignment, at)
