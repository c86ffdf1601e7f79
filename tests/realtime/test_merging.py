"""Several messages at once for one person leave as one and share its fate."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from realtime import delivery, merging, receipts
from realtime.models import Message
from realtime.outbox import CALM, NOW, Patience, Way, queue
from realtime.transports import NotSent, NotYet, Status
from tests.realtime.fakes import AcceptedAndLost, FakeProvider, recipient

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=5)


def write(at: datetime, key: str, body: str, *, patience: Patience = CALM, **to: object) -> Message:
    to["key"] = to.pop("person", "volunteer:1")
    kind = str(to.pop("kind", "booked"))
    further = to.pop("further", [Way("email", "hana@example.jp", body)])
    return queue(
        recipient(**to), kind=kind, body=body, dedupe_key=key, at=at, patience=patience,
        further=further,  # type: ignore[arg-type]
    )  # fmt: skip


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_what_waits_together_leaves_as_one_message(now: datetime, provider: FakeProvider) -> None:
    for number in range(3):
        write(now, f"k{number}", f"【みなと】お知らせ{number}")
    assert delivery.deliver_due(now) == 1
    assert provider.texts == ["【みなと】お知らせ0\nお知らせ1\nお知らせ2"]
    assert states() == ["sent"] * 3
    leader, *others = Message.objects.order_by("pk")
    assert {one.merged_into for one in others} == {leader}
    assert all(one.sent_at == now for one in others)


def test_the_names_of_two_organizations_both_stay() -> None:
    leader = Message(body="【みなと・今すぐ】一", channel="sms")
    assert (
        merging.join(leader, Message(body="【みなと】二")) == "【みなと・今すぐ】一\n【みなと】二"
    )


@pytest.mark.parametrize(
    "other",
    [
        {"organization_id": 2}, {"person": "volunteer:2"}, {"address": "+819000000002"},
        {"channel": "voice"}, {"patience": NOW},
    ],
)  # fmt: skip
def test_nothing_of_another_person_desk_or_urgency_is_mixed_in(
    now: datetime, provider: FakeProvider, other: dict[str, object]
) -> None:
    write(now, "a", "一")
    write(now, "b", "二", **other)  # type: ignore[arg-type]
    delivery.deliver_due(now)
    assert sorted(provider.texts) == ["一", "二"]


@pytest.mark.parametrize("kinds", [("booked", "code"), ("code", "booked")])
def test_a_code_is_in_no_message_that_is_kept(
    now: datetime, provider: FakeProvider, kinds: tuple[str, str]
) -> None:
    for kind in kinds:
        write(now, kind, kind, kind=kind)
    delivery.deliver_due(now)
    assert sorted(provider.texts) == ["booked", "code"]
    assert not Message.objects.exclude(handed_over="").exists()


def test_one_message_holds_no_more_than_a_person_reads(
    now: datetime, provider: FakeProvider
) -> None:
    for number in range(merging.MOST + 1):
        write(now, f"k{number}", f"{number}")
    delivery.deliver_due(now)
    assert provider.texts == ["0\n1\n2\n3\n4", "5"]


def test_one_sms_holds_no_more_than_eight_parts(now: datetime, provider: FakeProvider) -> None:
    for number in range(3):
        write(now, f"k{number}", str(number) * 200)
    delivery.deliver_due(now)
    assert [len(text) for text in provider.texts] == [401, 200]


def test_on_failure_each_goes_on_by_its_own_ways(now: datetime, provider: FakeProvider) -> None:
    provider.answers["sms"] = NotSent("21211")
    write(now, "a", "一")
    write(now, "b", "二", further=[])
    delivery.deliver_due(now)
    ends = Message.objects.order_by("pk").values_list("channel", "state", "body")
    assert list(ends) == [("sms", "failed", "一"), ("sms", "failed", "二"), ("email", "sent", "一")]
    assert [one.body for one in Message.objects.unreached()] == ["二"]


def test_when_the_provider_is_busy_each_waits_for_itself(
    now: datetime, provider: FakeProvider
) -> None:
    write(now, "a", "一")
    other = write(now, "b", "二")
    provider.then = [NotYet("429")]
    delivery.deliver_due(now)
    other.refresh_from_db()
    assert (other.merged_into, other.state) == (None, "queued")
    delivery.deliver_due(now + SOON)
    assert provider.texts == ["一\n二"]


def test_in_doubt_the_whole_is_looked_for(now: datetime, provider: FakeProvider) -> None:
    write(now, "a", "一")
    write(now, "b", "二")
    provider.then = [AcceptedAndLost("timeout")]
    delivery.deliver_due(now)
    write(now + SOON, "c", "三")
    delivery.deliver_due(now + SOON)
    assert provider.texts == ["一\n二", "三"]
    assert states() == ["sent"] * 3


def test_a_worker_that_dies_with_a_merged_message_loses_and_doubles_nothing(
    now: datetime, provider: FakeProvider
) -> None:
    first = write(now, "a", "一")
    write(now, "b", "二")
    held = delivery.claim(first.pk, now)
    assert held is not None
    assert delivery.deliver_due(now + SOON) == 0
    assert delivery.deliver_due(now + delivery.LEASE + SOON) == 1
    assert provider.texts == ["一\n二"]
    assert states() == ["sent", "sent"]


def test_a_receipt_counts_for_everything_in_it(now: datetime, provider: FakeProvider) -> None:
    write(now, "a", "一")
    write(now, "b", "二")
    delivery.deliver_due(now)
    receipts.record_status("sms", "sms-1", Status("delivered", "delivered"), now)
    assert states() == ["delivered", "delivered"]


def test_without_a_receipt_each_goes_on(now: datetime, provider: FakeProvider) -> None:
    write(now, "a", "一")
    write(now, "b", "二")
    delivery.deliver_due(now)
    assert receipts.sweep(now + timedelta(hours=1)) == 2
    found = Message.objects.filter(channel="email").values_list("body", flat=True)
    assert sorted(found) == ["一", "二"]
