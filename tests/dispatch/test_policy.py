"""The policy: overrides, urgency classes, and hours in which nobody is written to."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.policy import (
    CLASSES,
    DEFAULT,
    TOKYO,
    decent_hour,
    is_quiet,
    ladder_for,
    policy_for,
    urgency_class,
)

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def of(policy: object) -> dict[str, object]:
    return policy_for(SimpleNamespace(policy=policy, quiet_from=1260, quiet_to=420))


def test_the_default_is_plain_json() -> None:
    assert json.loads(json.dumps(DEFAULT)) == DEFAULT


def test_an_override_changes_one_value_and_leaves_the_default_alone() -> None:
    before = json.dumps(DEFAULT)
    policy = of({"now": {"target": 0.9}, "ladder": []})
    assert policy["now"] == {**DEFAULT["now"], "target": 0.9}
    assert policy["ladder"] == []
    assert policy["quiet"] == {"from": 1260, "to": 420}
    assert json.dumps(DEFAULT) == before


@pytest.mark.parametrize("slip", [None, [], "x", {"now": 3}, {"caps": {"asks_7_days": "many"}}])
def test_a_slip_of_another_kind_is_left_out(slip: object) -> None:
    policy = of(slip)
    assert policy["now"] == DEFAULT["now"]
    assert policy["caps"] == DEFAULT["caps"]


@pytest.mark.parametrize(
    ("urgency", "days", "expected"),
    [
        ("now", 0, "now"),
        ("today", 0, "today"),
        ("booked", 0, "today"),
        ("booked", 1, "tomorrow"),
        ("booked", 2, "later"),
    ],
)
def test_a_booking_grows_urgent_as_its_day_comes(urgency: str, days: int, expected: str) -> None:
    assert urgency_class(urgency, AT + timedelta(days=days), AT) == expected


def test_the_day_changes_at_midnight_in_tokyo() -> None:
    late = datetime(2026, 11, 24, 14, 59, tzinfo=UTC)  # 23:59 in Tokyo
    assert urgency_class("booked", late + timedelta(minutes=2), late) == "tomorrow"


@pytest.mark.parametrize("urgency", CLASSES)
def test_every_class_has_a_ladder_that_ends_with_the_device(urgency: str) -> None:
    rungs = ladder_for(DEFAULT, urgency)
    kinds = ["volunteer", "video", "neighbour", "operator", "device"]
    assert [rung["kind"] for rung in rungs] == kinds
    assert rungs[1]["parallel"] is (urgency == "now")
    assert rungs[-1]["minutes"] is None


def test_at_the_counter_video_opens_after_90_seconds() -> None:
    assert ladder_for(DEFAULT, "now")[0]["minutes"] == 1.5


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(20, "24日 20:00"), (21, "25日 8:00"), (23, "25日 8:00"), (3, "24日 8:00"), (8, "24日 8:00")],
)
def test_a_message_waits_for_a_decent_hour(hour: int, expected: str) -> None:
    at = datetime(2026, 11, 24, hour, 0, tzinfo=TOKYO).astimezone(UTC)
    found = decent_hour(at, 21 * 60, 8 * 60)
    assert f"{found.astimezone(TOKYO):%-d日 %-H:%M}" == expected
    assert found.tzinfo is at.tzinfo


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda d: d.replace(tzinfo=UTC)),
    st.integers(0, 1439),
    st.integers(0, 1439),
)
def test_the_decent_hour_is_soon_never_quiet_and_never_earlier(
    at: datetime, quiet_from: int, quiet_to: int
) -> None:
    found = decent_hour(at, quiet_from, quiet_to)
    assert at <= found < at + timedelta(days=1)
    assert not is_quiet(found, quiet_from, quiet_to)
