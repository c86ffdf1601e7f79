"""Nobody is flooded, and nobody spends more than the day's cap."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.apps import daily_cost_cap
from realtime import costs, delivery
from realtime.models import DailyCost, Message
from realtime.outbox import CALM, NOW, Patience, Way, queue
from realtime.transports import NotSent, NotYet, Unknown
from tests.factories import OrganizationFactory
from tests.realtime.fakes import AcceptedAndLost, FakeProvider, recipient

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def write(at: datetime, key: str, patience: Patience = CALM, **to: object) -> Message:
    further = to.pop("further", ())
    to["key"] = to.pop("person", "volunteer:1")
    return queue(
        recipient(**to), kind="booked", body=f"本文{key}", dedupe_key=key, at=at,
        patience=patience, further=further,  # type: ignore[arg-type]
    )  # fmt: skip


def one_by_one(at: datetime, count: int, patience: Patience = CALM, **to: object) -> list[str]:
    """Queue and deliver ``count`` messages, one a minute; the states afterwards."""
    states = []
    for number in range(count):
        minute = at + timedelta(minutes=number)
        states.append(
            delivery.deliver(write(minute, f"{at}{number}", patience, **to).pk, minute)
        )  # fmt: skip
    return states


def test_the_fifth_message_of_an_hour_waits(now: datetime, provider: FakeProvider) -> None:
    assert one_by_one(now, 6) == ["sent"] * 4 + ["not_due"] * 2
    waiting = Message.objects.filter(state="queued").values_list("not_before", flat=True)
    assert set(waiting) == {now + HOUR}


def test_what_waited_leaves_as_one(now: datetime, provider: FakeProvider) -> None:
    one_by_one(now, 7)
    assert delivery.deliver_due(now + HOUR) == 1
    assert len(provider.ledger) == 5
    assert provider.texts[-1].count("本文") == 3


def test_no_more_than_twelve_leave_in_a_day(now: datetime, provider: FakeProvider) -> None:
    for hour in range(5):
        one_by_one(now + hour * HOUR, 4)
    assert len(provider.ledger) == 12
    assert delivery.deliver_due(now + 24 * HOUR) >= 1


def test_a_telephone_on_two_registers_is_one_telephone(
    now: datetime, provider: FakeProvider
) -> None:
    one_by_one(now, 4)
    again = now + timedelta(minutes=5)
    assert one_by_one(again, 1, person="volunteer:2", organization_id=2) == ["not_due"]


@pytest.mark.parametrize(
    "free",
    [{"patience": NOW}, {"simulated": True}, {"channel": "email", "address": "hana@example.jp"}],
)
def test_urgent_simulated_and_quiet_messages_are_not_held_back(
    now: datetime, provider: FakeProvider, free: dict[str, object]
) -> None:
    assert one_by_one(now, 14, **free) == ["sent"] * 14  # type: ignore[arg-type]


def test_waiting_takes_nothing_from_the_time_that_the_provider_has(
    now: datetime, provider: FakeProvider
) -> None:
    one_by_one(now, 4)
    held = write(now, "later", further=[Way("email", "hana@example.jp", "x")])
    delivery.deliver(held.pk, now + timedelta(minutes=5))
    provider.then = [NotYet("429")]
    assert delivery.deliver(held.pk, now + HOUR) == "queued", "not by mail yet"


# ---- what it costs


@pytest.fixture
def capped(provider: FakeProvider) -> int:
    """An organization with 30 yen a day; every SMS costs 10."""
    provider.yen_per_segment = 10
    return OrganizationFactory(daily_cost_cap=30).pk


def test_over_the_cap_of_the_day_people_are_reached_another_way(
    now: datetime, provider: FakeProvider, capped: int
) -> None:
    mail = [Way("email", "hana@example.jp", "メール")]
    for number in range(5):
        to = {"organization_id": capped, "address": f"+8190000000{number:02d}"}
        delivery.deliver(write(now, str(number), further=mail, **to).pk, now)
    assert [one.channel for one in provider.ledger].count("sms") == 3
    over = Message.objects.filter(channel="sms", error=costs.OVER)
    assert over.count() == 2
    assert all(one.went_on for one in over)


def test_the_day_knows_what_was_spent_and_held_back(
    now: datetime, provider: FakeProvider, capped: int
) -> None:
    for number in range(4):
        to = {"organization_id": capped, "address": f"+8190000000{number:02d}"}
        delivery.deliver(write(now, str(number), **to).pk, now)
        if number == 1:
            assert not costs.budget_of(capped, now).warns
        if number == 2:
            assert costs.budget_of(capped, now).warns
    budget = costs.budget_of(capped, now)
    assert (budget.yen, budget.cap, budget.held_back, budget.is_over) == (30, 30, 1, True)
    assert not costs.budget_of(capped, now + 24 * HOUR).warns


@pytest.mark.parametrize("answer", [NotSent("21211"), NotYet("429")])
def test_what_did_not_leave_costs_nothing(
    now: datetime, provider: FakeProvider, capped: int, answer: Exception
) -> None:
    provider.then = [answer]
    delivery.deliver(write(now, "a", organization_id=capped).pk, now)
    assert DailyCost.objects.get().yen == 0
    assert Message.objects.get().cost_yen == 0


def test_what_is_in_doubt_is_charged_once(
    now: datetime, provider: FakeProvider, capped: int
) -> None:
    provider.then = [AcceptedAndLost("timeout")]
    message = write(now, "a", organization_id=capped)
    delivery.deliver(message.pk, now)
    delivery.deliver(message.pk, now + timedelta(seconds=5))
    message.refresh_from_db()
    assert (DailyCost.objects.get().yen, message.cost_yen, message.segments) == (10, 10, 1)


def test_what_is_given_back_after_midnight_counts_to_the_day_before(
    now: datetime, provider: FakeProvider, capped: int
) -> None:
    before, after = (now.replace(hour=14, minute=59, second=59), now.replace(hour=15, minute=1))
    refused = write(before, "a", organization_id=capped, address="+819000000001")
    provider.then = [Unknown("timeout")]
    delivery.deliver(refused.pk, before)
    sent = write(after, "b", organization_id=capped, address="+819000000002")
    delivery.deliver(sent.pk, after)
    provider.then = [NotSent("21211")]
    delivery.deliver(refused.pk, after)
    days = DailyCost.objects.order_by("day").values_list("yen", flat=True)
    assert list(days) == [0, 10]


def test_the_day_ends_at_midnight_in_tokyo(now: datetime) -> None:
    midnight = now.replace(hour=15, minute=0)
    assert costs.day_of(midnight) - costs.day_of(midnight - timedelta(seconds=1)) == timedelta(1)


def test_the_accounts_say_what_the_cap_is() -> None:
    assert costs.cap_of is daily_cost_cap
    assert daily_cost_cap(OrganizationFactory().pk) is None
    assert daily_cost_cap(OrganizationFactory(daily_cost_cap=0).pk) == 0
    assert daily_cost_cap(0) is None
