"""送信状況: how messages went on each channel, why some did not arrive, and what they cost. Reads only.

Every try of a message on a channel is counted by itself, so that «went on» explains what failed. Days
are those of Tokyo; costs are the estimates by which the cap of the organization is kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Sum,
)

from accounts.models import Organization
from accounts.times import instant, local
from dispatch.delivery_words import span_in_words, why
from realtime import canary
from realtime.chain import RECEIPTS
from realtime.costs import Budget, budget_of, day_of
from realtime.models import DailyCost, Message, MessageQuerySet, Provider

State = Message.State
PERIODS = {"today": (1, "今日"), "week": (7, "7日間"), "month": (30, "30日間")}
"""Code: days of Tokyo with the present one, words."""
MOST_REASONS = 8


class _Percentile(Aggregate):
    """A percentile of a duration, in between two values if need be (PostgreSQL)."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Line:
    """One channel in the period: numbers of tries, and how long receipts took, in words."""

    channel: str
    label: str
    sent: int  # left the house
    delivered: int
    failed: int
    unknown: int  # left the house, and nobody has said what became of it
    waiting: int
    went_on: int
    half_within: str
    most_within: str
    reasons: list[tuple[str, int]]
    has_receipts: bool
    is_open: bool  # its circuit: left alone at the moment
    since: datetime | None
    error: str
    last_ok_at: datetime | None
    flight: canary.Flight | None

    @property
    def delivered_share(self) -> str:
        """Percent of what was sent that arrived for certain; nothing without any."""
        return f"{self.delivered / self.sent:.0%}" if self.sent else ""


@dataclass(frozen=True)
class Report:
    """The page's figures of one organization."""

    lines: list[Line] = field(default_factory=list)
    by_hand: int = 0
    called: int = 0
    budget: Budget | None = None
    month_yen: int = 0
    month_held_back: int = 0


def report_of(organization: Organization, period: str, at: datetime) -> Report:
    """Figures at the instant ``at`` (UTC) for a key of `PERIODS`; a handful of statements."""
    tries = tries_of(organization, period, at)
    counted = {str(row["channel"]): row for row in _counts(tries)}
    reasons, by_hand = _reasons(tries), counted.pop(Message.Channel.HAND.value, None)
    providers = {one.channel: one for one in Provider.objects.all()}
    shown = [one for one in Message.Channel.values if one in counted.keys() | providers.keys()]
    month = DailyCost.objects.filter(
        organization_id=organization.pk, day__gte=day_of(at).replace(day=1)
    ).aggregate(yen=Sum("yen", default=0), held_back=Sum("held_back", default=0))
    return Report(
        lines=[_line(one, counted.get(one, {}), reasons[one], providers.get(one)) for one in shown],
        by_hand=_number(by_hand, "tries"),
        called=_number(by_hand, "called"),
        budget=budget_of(organization.pk, at),
        month_yen=month["yen"],
        month_held_back=month["held_back"],
    )


def tries_of(organization: Organization, period: str, at: datetime) -> MessageQuerySet:
    """Every try on every channel in the period."""
    first = local(at).date() - timedelta(days=PERIODS[period][0] - 1)
    return Message.objects.of_organization(organization.pk).filter(
        created_at__gte=instant(first, 0)
    )


def _counts(tries: MessageQuerySet) -> list[dict[str, object]]:
    """One row of counts for each channel. What was taken back never left and counts nowhere."""
    took = ExpressionWrapper(F("delivered_at") - F("sent_at"), output_field=DurationField())
    next_try = Exists(Message.objects.filter(previous=OuterRef("pk")))
    kept = tries.exclude(error=Message.TAKEN_BACK).annotate(goes_on=next_try)
    known = Q(delivered_at__isnull=False, sent_at__isnull=False)
    rows = kept.order_by().values("channel").annotate(
        tries=Count("pk"),
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        delivered=Count("pk", filter=Q(state=State.DELIVERED)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        unknown=Count("pk", filter=Q(state=State.SENT)),
        waiting=Count("pk", filter=Q(state__in=[State.QUEUED, State.SENDING])),
        followed=Count("pk", filter=Q(goes_on=True)),
        called=Count("pk", filter=Q(handled_at__isnull=False)),
        half=_Percentile(took, filter=known, share="0.5"),
        most=_Percentile(took, filter=known, share="0.95"),
    )  # fmt: skip
    return [dict(row) for row in rows]


def _reasons(tries: MessageQuerySet) -> dict[str, Counter[str]]:
    """Why tries failed, or were left for the next way, in words, by channel."""
    failed = tries.filter(state=State.FAILED).exclude(error=Message.TAKEN_BACK)
    silent = tries.filter(state=State.SENT, next_tries__isnull=False)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for rows, known in ((failed, True), (silent, False)):
        for channel, error, count in (
            rows.order_by().values_list("channel", "error").annotate(Count("pk", distinct=True))
        ):
            found[channel][why(error if known else "no_receipt")] += count
    return found


def _line(
    channel: str, row: dict[str, object], reasons: Counter[str], provider: Provider | None
) -> Line:
    return Line(
        channel=channel,
        label=str(Message.Channel(channel).label),
        sent=_number(row, "sent"),
        delivered=_number(row, "delivered"),
        failed=_number(row, "failed"),
        unknown=_number(row, "unknown"),
        waiting=_number(row, "waiting"),
        went_on=_number(row, "followed"),
        half_within=span_in_words(row.get("half")),
        most_within=span_in_words(row.get("most")),
        reasons=reasons.most_common(MOST_REASONS),
        has_receipts=channel in RECEIPTS,
        is_open=bool(provider and provider.opened_at),
        since=provider.failing_since or provider.opened_at if provider else None,
        error=why(provider.last_error) if provider and provider.last_error else "",
        last_ok_at=provider.last_ok_at if provider else None,
        flight=canary.last(channel) if channel in canary.addresses() else None,
    )


def _number(row: dict[str, object] | None, name: str) -> int:
    return int(str((row or {}).get(name) or 0))
