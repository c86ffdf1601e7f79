"""Chances: how likely somebody says yes, and so how many people have to be asked at once.

Each volunteer's rate is a beta-binomial shrunk towards the mean of the urgency class: with no
history it is that mean, so a newcomer is not punished. Replies come after a lognormal delay. A wave
is the smallest number of best candidates that reaches the target (Poisson-binomial tail, exact).
Pure; being wrong about the delay by a factor of three costs about one point of fill.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import erf, log, sqrt
from typing import Any

from dispatch.match_values import Need, Person
from dispatch.policy import DEFAULT, Policy

REPLY_MEDIAN_MINUTES = 12.0
REPLY_SIGMA = 1.1
REPLIES = 0.6
"""Share of people who answer at all, yes or no; the others just let it pass."""
LOWEST, HIGHEST = 0.01, 0.95


def learned_rate(accepted: int, asked: int, mean: float, prior_asks: float) -> float:
    """Posterior mean of the share of asks answered yes; ``mean`` weighs as ``prior_asks`` asks."""
    return (accepted + mean * prior_asks) / (asked + prior_asks)


def chance_of(person: Person, urgency: str, travel_minutes: int, settings: dict[str, Any]) -> float:
    """Chance (0-1) that ``person``, asked now, says yes at all, in an urgency class.

    ``settings`` is the policy's "chance". The learned rate is lowered for a long way, for every
    ask of the last week and for unstated hours, raised for whoever is on call, at the desk or
    looking at the app.
    """
    mean = settings["means"][urgency]
    chance = learned_rate(person.accepted_count, person.asked_count, mean, settings["prior_asks"])
    chance *= settings["per_recent_ask"] ** min(person.asks_7_days, 20)
    steps = max(0, travel_minutes - settings["minutes_free"]) // 10
    chance *= settings["per_10_minutes"] ** steps
    if not person.has_hours:
        chance *= settings["hours_unknown"]
    if (person.on_call or person.at_desk) and urgency == "now":
        chance *= settings["on_call_now"]
    if person.seen_recently:
        chance *= settings["seen_recently"]
    return float(min(max(chance, LOWEST), HIGHEST))


def acceptance_chance(
    person: Person, need: Need, *, urgency: str | None = None, policy: Policy = DEFAULT
) -> float:
    """Chance (0-1) that ``person``, asked now, says yes to ``need`` at all.

    ``urgency`` is a class of `policy.urgency_class`; without it a booked need counts as "later".
    """
    name = urgency or (need.urgency if need.urgency in DEFAULT["chance"]["means"] else "later")
    return chance_of(person, name, person.travel_to(need), policy["chance"])


def replied_within(minutes: float) -> float:
    """Share of all replies that have come after so many minutes (lognormal)."""
    if minutes < 0.001:
        return 0.0
    return 0.5 * (1 + erf(log(minutes / REPLY_MEDIAN_MINUTES) / REPLY_SIGMA / sqrt(2)))


def still_yes(chance: float, asked_at: datetime, at: datetime, horizon: timedelta | float) -> float:
    """Chance that an offer unanswered at ``at`` is answered yes within the horizon (minutes).

    With ``asked_at`` = ``at`` it is the chance of somebody about to be asked.
    """
    ahead = horizon.total_seconds() / 60 if isinstance(horizon, timedelta) else float(horizon)
    waited = max(0.0, (at - asked_at).total_seconds() / 60)
    before = replied_within(waited)
    coming = replied_within(waited + max(0.0, ahead)) - before
    return max(0.0, min(1.0, chance * coming / (1 - max(chance, REPLIES) * before)))


def fill_chance(chances: Sequence[float], seats: int = 1) -> float:
    """Chance of at least ``seats`` yeses among independent answers (Poisson-binomial tail)."""
    below = _nobody(seats)
    for chance in chances:
        below = _with_one_more(below, chance)
    return _tail(below)


def wave_size(
    pending: Sequence[float],
    candidates: Sequence[float],
    seats: int,
    target: float,
    max_size: int | None = None,
) -> int:
    """How many of the best candidates to ask now, 0 if the pending offers suffice.

    The smallest number with `fill_chance` ≥ ``target``; if none reaches it, all of them, at most
    ``max_size``. All figures are chances within the same horizon (`still_yes`), in rank order.
    """
    limit = len(candidates) if max_size is None else min(max_size, len(candidates))
    below = _nobody(seats)
    for chance in pending:
        below = _with_one_more(below, chance)
    size = 0
    while size < limit and _tail(below) < target:
        below = _with_one_more(below, candidates[size])
        size += 1
    return size


def _nobody(seats: int) -> list[float]:
    """Distribution of the yeses 0 … seats − 1 when nobody is asked."""
    return [1.0] + [0.0] * (seats - 1) if seats > 0 else []


def _with_one_more(below: list[float], chance: float) -> list[float]:
    return [
        share * (1 - chance) + (below[index - 1] * chance if index else 0.0)
        for index, share in enumerate(below)
    ]


def _tail(below: list[float]) -> float:
    return 1.0 - sum(below)
