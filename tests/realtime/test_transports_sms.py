"""SMS through the real client, against a provider that keeps state and misbehaves on demand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from realtime import receipts
from realtime.delivery import deliver
from realtime.models import Inbound, Message, ParkedStatus
from realtime.outbox import Recipient, queue
from realtime.transports import NotSent, Price, Sent, Status, TryLater, Unknown
from realtime.transports.sms import transport as sms
from tests.twilio_server import NUMBER, TOKEN, TwilioServer
from tests.twilio_texts import Handsets

pytestmark = pytest.mark.django_db
MOBILE = "+819011112222"


def queued(key: str = "a", body: str = "本文", address: str = MOBILE) -> Message:
    to = Recipient(1, "volunteer:1", "sms", address, "ja", simulated=False)
    return queue(to, kind="offer", body=body, dedupe_key=key, at=datetime.now(UTC))


def sent(key: str = "a", body: str = "本文") -> Message:
    message = queued(key, body)
    assert deliver(message.pk) == "sent"
    return again(message)


def again(message: Message) -> Message:
    message.refresh_from_db()
    return message


def test_a_message_goes_with_an_address_for_what_becomes_of_it(twilio: TwilioServer) -> None:
    message = sent(body="本文です")
    (text,) = twilio.texts.values()
    assert (text.to, text.form["From"], text.body) == (MOBILE, [NUMBER], "本文です")
    assert message.provider_id == text.sid
    assert text.form["StatusCallback"] == ["http://127.0.0.1:8000/hooks/sms/status/#rc=5&rp=all"]


def test_without_an_account_the_channel_is_off(settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID = ""
    assert not sms.is_configured()
    with pytest.raises(NotSent):
        sms.send(queued())


@pytest.mark.parametrize(
    ("fault", "error"),
    [("503", TryLater), ("500", Unknown), ("dropped", Unknown), ("refused", NotSent)],
)
def test_each_way_of_failing_has_its_name(
    twilio: TwilioServer, fault: str, error: type[Exception]
) -> None:
    twilio.fault = fault
    with pytest.raises(error):
        sms.send(queued())


def test_nobody_there_at_all_means_that_nothing_was_done(settings: Any, twilio: Any) -> None:
    twilio.close()
    with pytest.raises(TryLater, match="no connection"):
        sms.send(queued())


def test_an_account_that_is_closed_is_a_fault_of_the_provider(settings: Any, twilio: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = "wrong"
    with pytest.raises(TryLater) as raised:
        sms.send(queued())
    assert raised.value.provider_fails


def test_somebody_who_sent_stop_is_told_apart(twilio: TwilioServer) -> None:
    twilio.stopped.add(MOBILE)
    with pytest.raises(NotSent, match=r"^stopped$"):
        sms.send(queued())


def test_a_message_without_an_answer_is_found_in_the_list(twilio: TwilioServer) -> None:
    message = queued()
    twilio.fault = "500"
    with pytest.raises(Unknown):
        sms.send(message)
    assert sms.find(message) == Sent(next(iter(twilio.texts)))


def test_one_that_never_arrived_is_not_found(twilio: TwilioServer) -> None:
    message = queued(body="別の文")
    sms.send(queued("b", "本文"))
    sms.send(queued("c", "別の文", address="+819033334444"))
    assert sms.find(message) is None


def test_the_same_words_of_another_row_are_not_taken_for_ones_own(twilio: TwilioServer) -> None:
    sent("a")
    assert sms.find(queued("b")) is None
    twilio.fault = "500"
    with pytest.raises(Unknown):
        sms.send(queued("b"))
    twilio.fault = "ok"
    assert sms.find(queued("b")) == Sent(list(twilio.texts)[-1])


def test_the_same_words_of_yesterday_are_not_taken_for_todays(twilio: TwilioServer) -> None:
    sms.send(queued("a"))
    for text in twilio.texts.values():
        text.made_at -= timedelta(days=1)
    assert sms.find(queued("b")) is None


@pytest.mark.parametrize("fault", ["mute", "closed"])
def test_a_list_that_cannot_be_asked_is_asked_later(twilio: TwilioServer, fault: str) -> None:
    message = queued()
    if fault == "mute":
        twilio.mute = True
    else:
        twilio.close()
    with pytest.raises(TryLater):
        sms.find(message)


def test_after_an_error_the_second_try_reaches_the_person_once(twilio: TwilioServer) -> None:
    message = queued()
    twilio.faults = iter(["500"])
    assert deliver(message.pk) == "queued"
    later = again(message).not_before
    assert deliver(message.pk, at=later) == "sent"
    assert twilio.sent == {"本文": 1}
    assert again(message).provider_id == next(iter(twilio.texts))


@pytest.mark.parametrize(
    ("word", "error", "state"),
    [("queued", None, "sent"), ("sent", None, "sent"), ("delivered", None, "delivered"),
     ("undelivered", 30003, "failed"), ("failed", 30007, "failed"), ("canceled", None, "failed")],
)  # fmt: skip
def test_the_provider_can_be_asked(
    twilio: TwilioServer, word: str, error: int | None, state: str
) -> None:
    message = sent()
    text = twilio.texts[message.provider_id]
    text.status, text.error = word, error
    assert sms.ask(message) == Status(state, word, str(error or ""))


def test_nobody_knows_is_no_answer(twilio: TwilioServer) -> None:
    message = sent()
    twilio.texts[message.provider_id].status = "receiving"
    assert sms.ask(message) is None
    message.provider_id = "SM" + "9" * 32
    assert sms.ask(message) is None


def test_a_provider_that_does_not_answer_is_told_apart(twilio: TwilioServer) -> None:
    message = sent()
    assert receipts.ask(message, message.created_at)
    twilio.mute = True
    with pytest.raises(TryLater):
        sms.ask(message)
    assert not receipts.ask(message, message.created_at)


def test_a_message_costs_by_its_parts(settings: Any) -> None:
    settings.SMS_YEN_PER_SEGMENT = 11
    assert sms.price_of(queued("a", "あ" * 71)) == Price(2, 22)
    message = queued("b", "short")
    message.handed_over = "あ" * 140
    assert sms.price_of(message) == Price(3, 33)


# what became of it -------------------------------------------------------------------------------


def test_a_receipt_is_written_down(twilio: TwilioServer, handsets: Handsets) -> None:
    message = sent()
    handsets.arrive(MOBILE)
    assert again(message).state == "delivered"
    assert [answer.status_code for answer in handsets.answers] == [204, 204]


@pytest.mark.parametrize("callbacks", ["twice", "held"])
def test_receipts_may_come_twice_or_in_the_wrong_order(handsets: Handsets, callbacks: str) -> None:
    message = sent()
    handsets.callbacks = callbacks
    handsets.arrive(MOBILE)
    handsets.release()
    assert again(message).state == "delivered"
    assert {answer.status_code for answer in handsets.answers} == {204}


def test_a_message_that_did_not_arrive_has_failed_with_the_reason(handsets: Handsets) -> None:
    message = sent()
    handsets.fail(MOBILE, 30006)
    assert (again(message).state, message.error) == ("failed", "30006")


def test_a_receipt_that_is_earlier_than_the_answer_is_matched(
    twilio: TwilioServer, handsets: Handsets
) -> None:
    message = queued()
    twilio.fault = "500"
    with pytest.raises(Unknown):
        sms.send(message)
    handsets.arrive(MOBILE)
    assert again(message).state == "queued"
    assert ParkedStatus.objects.count() == 2
    twilio.fault = "ok"
    Message.objects.filter(pk=message.pk).update(error="unknown_result")
    assert deliver(message.pk) == "delivered"
    assert twilio.sent == {"本文": 1}


def test_both_tokens_count_while_one_is_changed(handsets: Handsets, settings: Any) -> None:
    message = sent()
    settings.TWILIO_AUTH_TOKEN, settings.TWILIO_AUTH_TOKEN_OLD = "new", TOKEN
    handsets.arrive(MOBILE)
    assert again(message).state == "delivered"


@pytest.mark.parametrize("hook", ["arrive", "write"])
def test_what_is_signed_by_others_changes_nothing(handsets: Handsets, hook: str) -> None:
    message = sent()
    handsets.token = "stolen"
    if hook == "arrive":
        handsets.arrive(MOBILE)
    else:
        handsets.write(MOBILE, "はい")
    assert {answer.status_code for answer in handsets.answers} == {403}
    assert again(message).state == "sent"
    assert not Inbound.objects.exists()


# what people write --------------------------------------------------------------------------------


def test_what_somebody_writes_is_kept_as_it_came(handsets: Handsets) -> None:
    answer = handsets.write(MOBILE, "Ａ１ 行けます😀")
    inbound = Inbound.objects.get()
    assert (inbound.channel, inbound.address, inbound.body) == ("sms", MOBILE, "Ａ１ 行けます😀")
    assert answer["Content-Type"].startswith("text/xml")
    assert answer.content.endswith(b"<Response/>")


def test_the_provider_may_repeat_itself(handsets: Handsets) -> None:
    for _ in range(3):
        assert handsets.write(MOBILE, "はい", sid="SM" + "a" * 32).status_code == 200
    assert Inbound.objects.count() == 1
    handsets.write(MOBILE, "はい", sid="SM" + "b" * 32)
    assert Inbound.objects.count() == 2


def test_a_stop_that_the_provider_understood_stands_for_itself(handsets: Handsets) -> None:
    handsets.write(MOBILE, "Unsubscribe me", OptOutType="STOP")
    handsets.write(MOBILE, "HELP", OptOutType="HELP")
    assert [one.body for one in Inbound.objects.order_by("pk")] == ["STOP", "HELP"]


def test_something_without_the_providers_number_is_left_out(handsets: Handsets) -> None:
    assert handsets.write(MOBILE, "はい", sid="1; DROP").status_code == 200
    assert not Inbound.objects.exists()
