"""One message, several ways: what does not reach goes on at once, and nobody is told too often."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dispatch.calls import call_list
from realtime import breaker, delivery, receipts
from realtime.models import Message
from realtime.outbox import (
    CALM,
    CODE,
    NOW,
    Patience,
    Way,
    forget_secrets,
    queue,
    reached,
    take_back,
)
from realtime.transports import NotSent, NotYet, Status, TryLater
from tests.factories import OrganizationFactory, VolunteerFactory
from tests.realtime.fakes import MOBILE, AcceptedAndLost, FakeProvider, recipient

pytestmark = pytest.mark.django_db
LANDLINE, MAIL = "+81352345678", "hana@example.jp"
FURTHER = (
    Way("voice", LANDLINE, "お電話の文"),
    Way("email", MAIL, "メールの文", "件名"),
    Way("hand", "", ""),
)


def ask(
    at: datetime,
    further: tuple[Way, ...] = FURTHER,
    patience: Patience = NOW,
    key: str = "offer:1",
    **to: object,
) -> Message:
    return queue(
        recipient(**to), kind="offer_now", body="SMSの文", dedupe_key=f"{key}:asked",
        subject_key=key, at=at, further=further, patience=patience,
    )  # fmt: skip


def states() -> dict[str, str]:
    return dict(Message.objects.order_by("pk").values_list("channel", "state"))


def test_a_way_that_fails_is_followed_by_the_next_in_the_same_tick(
    now: datetime, provider: FakeProvider
) -> None:
    provider.answers["sms"] = NotSent("21211")
    first = ask(now)
    assert delivery.deliver(first.pk, now) == "failed"
    assert states() == {"sms": "failed", "voice": "sent"}
    assert [one.text for one in provider.ledger] == ["お電話の文"]
    second = Message.objects.get(channel="voice")
    assert (second.previous, second.dedupe_key) == (first, "offer:1:asked~voice")
    assert (second.urgent, second.subject_key, second.address) == (True, "offer:1", LANDLINE)


def test_when_no_way_reaches_the_desk_has_to_telephone(
    now: datetime, provider: FakeProvider
) -> None:
    provider.answers = {channel: NotSent("no") for channel in ("sms", "voice", "email")}
    delivery.deliver(ask(now).pk, now)
    assert states() == {"sms": "failed", "voice": "failed", "email": "failed", "hand": "by_hand"}
    assert [one.channel for one in Message.objects.unreached()] == ["hand"]


def test_only_the_end_of_a_chain_is_on_the_call_list(now: datetime, provider: FakeProvider) -> None:
    city = OrganizationFactory()
    person = VolunteerFactory(organization=city)
    provider.answers = {channel: NotSent("no") for channel in ("sms", "voice")}
    message = queue(
        recipient(organization_id=city.pk, key=person.key), kind="booked", body="決まりました",
        dedupe_key="k", at=now, further=FURTHER[:2],
    )  # fmt: skip
    delivery.deliver(message.pk, now)
    assert states() == {"sms": "failed", "voice": "failed", "email": "sent"}
    assert call_list(city, now) == []
    other = queue(
        recipient(organization_id=city.pk, key=person.key), kind="booked", body="決まりました",
        dedupe_key="l", at=now, further=FURTHER[:1],
    )  # fmt: skip
    delivery.deliver(other.pk, now)
    assert [call.message.channel for call in call_list(city, now)] == ["voice"]


def test_subscribers_hear_whether_a_failure_went_on(
    now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, str, bool]] = []
    told = [lambda message, at: heard.append((message.channel, message.state, message.went_on))]
    monkeypatch.setattr("realtime.chain.on_result", told)
    provider.answers = {channel: NotSent("no") for channel in ("sms", "voice")}
    delivery.deliver(ask(now, FURTHER[:1]).pk, now)
    assert ("sms", "failed", True) in heard
    assert ("voice", "failed", False) in heard


def test_ways_without_an_address_are_left_out(now: datetime) -> None:
    assert ask(now, address="").channel == "voice"
    ways = (Way("voice", "", ""), Way("email", "", ""), Way("hand", "", ""))
    alone = ask(now, ways, key="offer:2", address="")
    assert (alone.state, alone.channel) == ("by_hand", "hand")


def test_a_busy_provider_has_its_seconds_and_then_the_next_way_goes(
    now: datetime, provider: FakeProvider
) -> None:
    provider.answers["sms"] = NotYet("429")
    message = ask(now)
    assert delivery.deliver(message.pk, now) == "queued"
    assert delivery.deliver(message.pk, now + timedelta(seconds=5)) == "queued"
    assert delivery.deliver(message.pk, now + timedelta(seconds=10)) == "failed"
    assert states() == {"sms": "failed", "voice": "sent"}


def test_a_message_in_doubt_is_looked_for_once_more_before_the_next_way_goes(
    now: datetime, provider: FakeProvider
) -> None:
    provider.then = [AcceptedAndLost("timeout")]
    message = ask(now)
    delivery.deliver(message.pk, now)
    assert delivery.deliver(message.pk, now + timedelta(seconds=30)) == "sent"
    assert states() == {"sms": "sent"}


def test_a_provider_that_is_away_is_not_waited_for(now: datetime, provider: FakeProvider) -> None:
    for _ in range(breaker.FAILURES):
        breaker.record_failure("sms", "503", now)
    message = ask(now)
    assert delivery.deliver(message.pk, now) == "failed"
    message.refresh_from_db()
    assert message.error == "provider_down"
    assert states() == {"sms": "failed", "voice": "sent"}
    assert provider.tries == ["voice"]


def test_whoever_has_no_other_way_waits_until_the_provider_is_back(
    now: datetime, provider: FakeProvider
) -> None:
    for _ in range(breaker.FAILURES):
        breaker.record_failure("sms", "503", now)
    message = ask(now, ())
    assert delivery.deliver(message.pk, now) == "queued"
    assert delivery.deliver(message.pk, now + breaker.REST + timedelta(seconds=1)) == "sent"


def test_after_a_minute_without_the_provider_the_desk_telephones(
    now: datetime, provider: FakeProvider
) -> None:
    for _ in range(breaker.FAILURES):
        breaker.record_failure("sms", "503", now)
    provider.answers["sms"] = TryLater("503")
    message = ask(now, ())
    while delivery.deliver(message.pk, message.not_before) == "queued":
        message.refresh_from_db()
    assert message.not_before - now <= timedelta(seconds=60)
    assert Message.objects.unreached().get() == message
    assert len(provider.tries) == 2, "one for every half minute"


# ---- receipts that do not come


def test_without_a_receipt_in_time_the_next_way_goes_and_the_first_stays_sent(
    now: datetime, provider: FakeProvider
) -> None:
    delivery.deliver(ask(now).pk, now)
    assert receipts.sweep(now + timedelta(seconds=59)) == 0
    assert receipts.sweep(now + timedelta(seconds=60)) == 1
    assert states() == {"sms": "sent", "voice": "queued"}
    assert receipts.sweep(now + timedelta(seconds=61)) == 0


def test_the_provider_is_asked_before_the_next_way_goes(
    now: datetime, provider: FakeProvider
) -> None:
    delivery.deliver(ask(now).pk, now)
    provider.statuses["sms-1"] = Status("delivered", "delivered")
    assert receipts.sweep(now + timedelta(seconds=60)) == 0
    assert states() == {"sms": "delivered"}


def test_a_late_receipt_takes_back_what_has_not_left(now: datetime, provider: FakeProvider) -> None:
    delivery.deliver(ask(now).pk, now)
    late = now + timedelta(seconds=60)
    receipts.sweep(late)
    assert receipts.record_status("sms", "sms-1", Status("delivered", "delivered"), late)
    assert states() == {"sms": "delivered", "voice": "failed"}
    assert Message.objects.get(channel="voice").error == Message.TAKEN_BACK
    assert not Message.objects.unreached().exists()
    assert delivery.deliver_due(late) == 0


def test_a_late_receipt_spares_the_desk_a_call(now: datetime, provider: FakeProvider) -> None:
    delivery.deliver(ask(now, FURTHER[-1:]).pk, now)
    late = now + timedelta(seconds=60)
    receipts.sweep(late)
    assert states() == {"sms": "sent", "hand": "by_hand"}
    receipts.record_status("sms", "sms-1", Status("delivered", "delivered"), late)
    assert not Message.objects.unreached().exists()


def test_a_message_that_the_carrier_could_not_deliver_goes_on(
    now: datetime, provider: FakeProvider
) -> None:
    delivery.deliver(ask(now).pk, now)
    receipts.record_status("sms", "sms-1", Status("failed", "undelivered", "30005"), now)
    assert states() == {"sms": "failed", "voice": "queued"}
    assert Message.objects.get(channel="sms").error == "30005"


@pytest.mark.parametrize(("patience", "goes"), [(CALM, 0), (NOW, 1)])
def test_a_mail_that_was_sent_counts_as_read_only_when_there_is_time(
    now: datetime, provider: FakeProvider, patience: Patience, goes: int
) -> None:
    message = ask(now, FURTHER[-1:], patience, channel="email", address=MAIL)
    delivery.deliver(message.pk, now)
    assert receipts.sweep(now + timedelta(hours=1)) == goes


# ---- the person answers, or the matter is over


def test_after_an_answer_no_further_way_is_tried(now: datetime, provider: FakeProvider) -> None:
    delivery.deliver(ask(now).pk, now)
    reached("offer:1", now)
    assert receipts.sweep(now + timedelta(hours=1)) == 0
    receipts.record_status("sms", "sms-1", Status("failed", "undelivered", "30005"), now)
    assert states() == {"sms": "failed"}


def test_after_an_answer_the_call_that_waits_is_not_made(
    now: datetime, provider: FakeProvider
) -> None:
    delivery.deliver(ask(now).pk, now)
    receipts.sweep(now + timedelta(seconds=60))
    assert states()["voice"] == "queued"
    reached("offer:1", now)
    assert states() == {"sms": "sent", "voice": "failed"}
    assert delivery.deliver_due(now + timedelta(seconds=61)) == 0


def test_what_is_taken_back_does_not_leave_on_any_way(
    now: datetime, provider: FakeProvider
) -> None:
    message, other = ask(now), ask(now, key="offer:11")
    assert take_back("offer:1", now) == 1
    assert delivery.deliver(message.pk, now) == "not_due"
    assert delivery.deliver(other.pk, now) == "sent"
    message.refresh_from_db()
    assert (message.error, message.further) == (Message.TAKEN_BACK, [])


def test_what_has_perhaps_left_cannot_be_taken_back_but_goes_no_further(
    now: datetime, provider: FakeProvider
) -> None:
    provider.then = [AcceptedAndLost("timeout")]
    message = ask(now)
    delivery.deliver(message.pk, now)
    assert take_back("offer:1:asked", now) == 0
    assert delivery.deliver(message.pk, now + timedelta(seconds=5)) == "sent"
    assert receipts.sweep(now + timedelta(hours=1)) == 0


# ---- odds and ends


def test_a_way_that_cannot_be_read_is_left_out(now: datetime, provider: FakeProvider) -> None:
    provider.answers["sms"] = NotSent("21211")
    message = ask(now)
    ways = [{"channel": "pigeon"}, "nonsense", {}, {"channel": "email", "address": MAIL}]
    Message.objects.filter(pk=message.pk).update(further=ways)
    delivery.deliver(message.pk, now)
    assert states() == {"sms": "failed", "email": "sent"}


def test_codes_are_forgotten_on_every_way(now: datetime, provider: FakeProvider) -> None:
    queue(
        recipient(), kind="code", body="123456", dedupe_key="c", at=now, patience=CODE,
        further=[Way("email", MAIL, "123456")],
    )  # fmt: skip
    delivery.deliver_due(now)
    forget_secrets(at=now + timedelta(minutes=10))
    kept = Message.objects.get()
    assert (kept.body, kept.further, kept.address) == ("", [], MOBILE)


def test_a_crash_while_the_next_try_is_made_leaves_the_first_to_be_worked_on_again(
    now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.answers["sms"] = TryLater("503")
    message = ask(now)
    with monkeypatch.context() as patch:
        patch.setattr("realtime.chain.publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            delivery.deliver(message.pk, now + timedelta(seconds=30))
    assert states() == {"sms": "sending"}
    again = now + timedelta(seconds=30) + delivery.LEASE + timedelta(seconds=1)
    assert delivery.deliver(message.pk, again) == "failed"
    assert states() == {"sms": "failed", "voice": "sent"}
