"""Automatic calls: from the outbox over the simulated provider to the key that answers an offer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Organization
from dispatch.models import Assignment, Offer
from interpreting.models import PhoneConference, PhoneLeg
from realtime import voice
from realtime.delivery import deliver
from realtime.models import Inbound, Message
from realtime.outbox import NOW, Recipient, Way, queue
from realtime.transports import TryLater
from realtime.transports.voice import spoken, transport
from tests import factories, twilio_description
from tests.conftest import Clock
from tests.twilio_calls import PUBLIC, Telephones, signed_post
from tests.twilio_server import ACCOUNT, NUMBER, TOKEN, Call, TwilioServer
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
LANDLINE, MOBILE, DESK = "+81312345678", "+819011112222", "+81399998888"
TEXT = "みなと市国際交流協会です。ベトナム語の通訳をお願いします。"
State = Message.State


@pytest.fixture
def twilio(settings: Any) -> Iterator[TwilioServer]:
    server = TwilioServer()
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, TOKEN
    settings.TWILIO_FROM_NUMBER = settings.TWILIO_VOICE_NUMBER = NUMBER
    settings.TWILIO_API_BASE_URL = server.url
    yield server
    server.close()
    if twilio_description.folder():
        for exchange in server.exchanges:
            twilio_description.check(exchange)


@pytest.fixture(autouse=True)
def time_stands_still(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """What providers tell us is told at the time of the test."""
    monkeypatch.setattr("realtime.transports.voice.hooks.now", lambda: clock.at)


@pytest.fixture
def telephones(twilio: TwilioServer, clock: Clock) -> Telephones:
    return Telephones(twilio, lambda: clock.at)


@pytest.fixture
def offer(city: Organization, hana: Volunteer) -> Offer:
    """Hana is asked for something in Vietnamese; she has a landline, the desk a telephone."""
    Organization.objects.filter(pk=city.pk).update(phone=DESK)
    Volunteer.objects.filter(pk=hana.pk).update(phone=LANDLINE)
    city.refresh_from_db()
    hana.refresh_from_db()
    return factories.OfferFactory(
        request=factories.RequestFactory(organization=city, status="open"), volunteer=hana
    )


def asked(offer: Offer, *, kind: str = "offer", language: str = "ja", **more: Any) -> Message:
    """A call about the offer, ready to leave."""
    to = Recipient(
        organization_id=offer.request.organization_id, key=offer.volunteer.key, channel="voice",
        address=LANDLINE, language=language, simulated=False,
    )  # fmt: skip
    return queue(
        to, kind=kind, body=TEXT, subject_key=offer.key, at=factories.NOW,
        **{"dedupe_key": f"{offer.key}:asked", "patience": NOW} | more,
    )  # fmt: skip


def called(message: Message) -> Message:
    """The message after the worker has tried to deliver it."""
    deliver(message.pk, factories.NOW)
    message.refresh_from_db()
    return message


def heard(call: Call, since: int = 0) -> str:
    return " ".join(text for _, text in call.spoken[since:])


def test_it_reads_the_message_and_a_one_takes_the_seat(
    offer: Offer, telephones: Telephones
) -> None:
    message = called(asked(offer))
    assert (message.state, message.provider_id[:2]) == (State.SENT, "CA")
    call = telephones.answer(LANDLINE)
    assert TEXT in heard(call)
    assert "1" in heard(call)
    assert "2" in heard(call)
    assert "9" in heard(call)
    before = len(call.spoken)
    telephones.press(LANDLINE, "1")
    assert "あなたに決まりました" in heard(call, before)
    seat = Assignment.objects.get(offer=offer)
    assert (seat.offer.answered_via, call.status) == ("voice", "completed")


def test_a_two_declines(offer: Offer, telephones: Telephones) -> None:
    called(asked(offer))
    telephones.answer(LANDLINE)
    telephones.press(LANDLINE, "2")
    offer.refresh_from_db()
    assert (offer.state, offer.answered_via) == ("declined", "voice")


def test_somebody_who_comes_too_late_hears_so(
    offer: Offer, telephones: Telephones, minh: Volunteer
) -> None:
    called(asked(offer))
    call = telephones.answer(LANDLINE)
    factories.AssignmentFactory(request=offer.request, volunteer=minh)
    offer.request.status = "filled"
    offer.request.save()
    before = len(call.spoken)
    telephones.press(LANDLINE, "1")
    assert "ほかの方" in heard(call, before)
    assert not Assignment.objects.filter(volunteer=offer.volunteer).exists()


def test_the_same_key_told_twice_counts_once(offer: Offer, telephones: Telephones) -> None:
    called(asked(offer))
    call = telephones.answer(LANDLINE)
    again = call.gather
    telephones.press(LANDLINE, "1")
    answer = signed_post(again, {"CallSid": call.sid, "Digits": "1"})
    assert "あなたに決まりました" in answer.content.decode()
    assert Assignment.objects.filter(volunteer=offer.volunteer).count() == 1


def test_silence_hears_it_twice_and_then_goodbye(offer: Offer, telephones: Telephones) -> None:
    called(asked(offer))
    call = telephones.answer(LANDLINE)
    telephones.press(LANDLINE, "")
    assert heard(call).count(TEXT) == 2
    telephones.press(LANDLINE, "")
    assert heard(call).count(TEXT) == 2
    assert call.status == "completed"
    offer.refresh_from_db()
    assert offer.is_open


def test_a_wrong_key_is_no_answer_and_hears_it_again(offer: Offer, telephones: Telephones) -> None:
    called(asked(offer))
    call = telephones.answer(LANDLINE)
    for _ in range(4):
        telephones.press(LANDLINE, "7")
    assert heard(call).count(TEXT) == 5
    telephones.press(LANDLINE, "7")
    assert call.status == "completed"
    offer.refresh_from_db()
    assert offer.is_open


def test_nine_repeats_and_nine_again_puts_through_to_the_desk(
    offer: Offer, telephones: Telephones
) -> None:
    called(asked(offer))
    call = telephones.answer(LANDLINE)
    telephones.press(LANDLINE, "9")
    assert heard(call).count(TEXT) == 2
    assert not call.dialled
    assert "職員" in heard(call)
    telephones.press(LANDLINE, "9")
    assert call.dialled == DESK
    before = len(call.spoken)
    telephones.hang_up_desk(LANDLINE)
    assert heard(call, before) == ""
    assert call.status == "completed"


def test_a_desk_that_does_not_answer_is_said_so(offer: Offer, telephones: Telephones) -> None:
    called(asked(offer))
    call = telephones.answer(LANDLINE)
    telephones.press(LANDLINE, "9")
    telephones.press(LANDLINE, "9")
    before = len(call.spoken)
    telephones.hang_up_desk(LANDLINE, "no-answer")
    assert "おつなぎできません" in heard(call, before)


def test_without_a_telephone_of_the_desk_nobody_is_put_through(
    offer: Offer, telephones: Telephones
) -> None:
    Organization.objects.update(phone="")
    called(asked(offer))
    call = telephones.answer(LANDLINE)
    telephones.press(LANDLINE, "9")
    telephones.press(LANDLINE, "9")
    assert not call.dialled
    assert "おつなぎできません" in heard(call)


def test_news_asks_for_no_answer(offer: Offer, telephones: Telephones) -> None:
    called(asked(offer, kind="booking_cancelled"))
    call = telephones.answer(LANDLINE)
    assert "2を" not in heard(call)
    telephones.press(LANDLINE, "2")
    offer.refresh_from_db()
    assert offer.is_open
    telephones.press(LANDLINE, "1")
    offer.refresh_from_db()
    assert offer.is_open
    assert "ありがとうございます" in heard(call)


def test_a_booking_is_reconfirmed_by_key(offer: Offer, telephones: Telephones) -> None:
    seat = factories.AssignmentFactory(volunteer=offer.volunteer)
    called(asked(offer, kind="reconfirm", dedupe_key=f"assignment:{seat.pk}:reconfirm"))
    telephones.answer(LANDLINE)
    telephones.press(LANDLINE, "1")
    seat.refresh_from_db()
    assert seat.state == "reconfirmed"


def test_whoever_cannot_come_talks_to_the_desk_and_keeps_the_seat_until_then(
    offer: Offer, telephones: Telephones
) -> None:
    seat = factories.AssignmentFactory(volunteer=offer.volunteer)
    called(asked(offer, kind="reconfirm", dedupe_key=f"assignment:{seat.pk}:reconfirm~voice"))
    telephones.answer(LANDLINE)
    call = telephones.press(LANDLINE, "2")
    seat.refresh_from_db()
    assert (seat.state, call.dialled) == ("confirmed", DESK)
    for_the_desk = Inbound.objects.get()
    assert (for_the_desk.state, for_the_desk.understood_as) == ("unclear", "held")
    assert for_the_desk.organization_id == offer.request.organization_id


def test_a_no_after_the_seat_was_taken_is_for_the_desk(
    offer: Offer, telephones: Telephones
) -> None:
    factories.AssignmentFactory(request=offer.request, volunteer=offer.volunteer)
    called(asked(offer))
    telephones.answer(LANDLINE)
    call = telephones.press(LANDLINE, "2")
    assert call.dialled == DESK
    assert Inbound.objects.get().understood_as == "held"
    assert Assignment.objects.active().filter(volunteer=offer.volunteer).exists()


def test_a_yes_from_a_number_that_may_have_changed_hands_is_for_the_desk(
    offer: Offer, telephones: Telephones
) -> None:
    long_ago = factories.NOW - timedelta(days=400)
    Volunteer.objects.filter(pk=offer.volunteer_id).update(
        created_at=long_ago, contact_confirmed_at=None
    )
    called(asked(offer))
    telephones.answer(LANDLINE)
    call = telephones.press(LANDLINE, "1")
    assert call.dialled == DESK
    assert Inbound.objects.get().understood_as == "idle"
    assert not Assignment.objects.exists()


def test_somebody_who_was_asked_anew_hears_so(offer: Offer, telephones: Telephones) -> None:
    called(asked(offer))
    telephones.answer(LANDLINE)
    Offer.objects.filter(pk=offer.pk).update(state="withdrawn")
    newer = factories.OfferFactory(request=offer.request, volunteer=offer.volunteer, code="C")
    call = telephones.press(LANDLINE, "1")
    assert "内容が変わりました" in heard(call)
    assert "C1" not in heard(call)
    newer.refresh_from_db()
    assert newer.is_open


def test_a_person_who_listens_is_reached_before_the_call_is_over(
    offer: Offer, telephones: Telephones
) -> None:
    message = called(asked(offer))
    telephones.answer(LANDLINE)
    message.refresh_from_db()
    assert message.state == State.DELIVERED
    telephones.finish(LANDLINE)
    message.refresh_from_db()
    assert message.state == State.DELIVERED


@pytest.mark.parametrize("machine", ["machine_start", "fax"])
def test_a_machine_is_hung_up_on_and_the_next_way_goes(
    offer: Offer, telephones: Telephones, machine: str
) -> None:
    message = called(asked(offer, further=[Way("hand", "", "お電話ください")]))
    call = telephones.answer(LANDLINE, by=machine)
    assert (call.spoken, call.status) == ([], "completed")
    message.refresh_from_db()
    assert (message.state, message.error) == (State.FAILED, "machine")
    assert Message.objects.get(previous=message).state == State.BY_HAND


@pytest.mark.parametrize("end", ["busy", "no-answer", "failed", "canceled"])
def test_a_call_that_reaches_nobody_leads_to_the_next_way(
    offer: Offer, telephones: Telephones, end: str
) -> None:
    message = called(asked(offer, further=[Way("hand", "", "お電話ください")]))
    telephones.finish(LANDLINE, end)
    message.refresh_from_db()
    assert (message.state, message.error) == (State.FAILED, end)
    assert Message.objects.get(previous=message).state == State.BY_HAND


def test_a_call_that_ended_without_asking_for_its_words_reached_nobody(
    offer: Offer, telephones: Telephones
) -> None:
    message = called(asked(offer))
    telephones.finish(LANDLINE, "completed")
    message.refresh_from_db()
    assert (message.state, message.error) == (State.FAILED, "not_heard")


def test_what_callbacks_leave_untold_is_asked_for(offer: Offer, telephones: Telephones) -> None:
    telephones.callbacks = "never"
    message = called(asked(offer))
    assert transport.ask(message) == transport.Status(State.SENT, "queued")
    telephones.finish(LANDLINE, "busy")
    assert transport.ask(message) == transport.Status(State.FAILED, "busy", "busy")
    telephones.server.mute = True
    with pytest.raises(TryLater):
        transport.ask(message)


@pytest.mark.parametrize("fault", ["500", "dropped"])
def test_a_call_whose_making_is_in_doubt_is_found_and_not_made_twice(
    offer: Offer, twilio: TwilioServer, clock: Clock, fault: str
) -> None:
    twilio.fault = fault
    message = made_now(asked(offer))
    called(message)
    assert (message.state, len(twilio.calls)) == (State.QUEUED, 1)
    twilio.fault = "ok"
    deliver(message.pk, factories.NOW + timedelta(minutes=1))
    message.refresh_from_db()
    assert (message.state, message.provider_id) == (State.SENT, next(iter(twilio.calls)))
    assert len(twilio.calls) == 1


def test_a_call_of_somebody_else_is_not_taken_for_the_lost_one(
    offer: Offer, twilio: TwilioServer, city: Organization
) -> None:
    message = made_now(called(asked(offer)))
    mine = message.provider_id
    assert transport.find(message) == transport.Sent(mine)
    other = made_now(asked(offer, dedupe_key=f"{offer.key}:again"))
    assert transport.find(other) is None  # the only call belongs to the first message
    Message.objects.filter(pk=message.pk).update(provider_id="")
    assert transport.find(other) == transport.Sent(mine)
    conference = PhoneConference.objects.create(
        organization=city, request=offer.request, name="x", carrier="twilio", language="vi",
        opened_at=factories.NOW,
    )  # fmt: skip
    PhoneLeg.objects.create(
        conference=conference, role="interpreter", provider_id=mine, token="t",
        created_at=factories.NOW,
    )  # fmt: skip
    assert transport.find(other) is None  # it is a leg of a conversation


def test_calls_from_before_the_message_are_not_looked_at(
    offer: Offer, twilio: TwilioServer
) -> None:
    message = made_now(called(asked(offer)))
    message.created_at += timedelta(minutes=5)
    assert transport.find(message) is None


def made_now(message: Message) -> Message:
    """The provider stamps its calls with the real time."""
    message.created_at = datetime.now(UTC)
    Message.objects.filter(pk=message.pk).update(created_at=message.created_at)
    return message


def test_links_are_not_read_out_and_codes_digit_by_digit() -> None:
    said = spoken.read_aloud("番号は 204815 です。 https://tsunagi.example/o/x", "ja").text
    assert said == "番号は 2、0、4、8、1、5 です。"


def test_every_language_has_every_text_and_a_voice_of_its_language() -> None:
    texts = spoken._texts()
    keys = set(texts["ja"])
    for tag, entry in texts.items():
        assert set(entry) - {"rate"} == keys, tag
        keys_named = {"again": "9", "desk": "9", "question": "12", "news": "1"}
        for key, digits in keys_named.items():
            assert set(digits) <= set(entry[key]), (tag, key)
    assert {"ja", "ja-simple", "en", "zh-Hans", "ko", "vi", "pt-BR", "es", "fil"} <= set(texts)


def test_plain_japanese_is_read_slowly(offer: Offer, telephones: Telephones) -> None:
    message = called(asked(offer, language="ja-simple"))
    url = f"/hooks/voice/{message.pk}/"
    answer = signed_post(PUBLIC + url, {"CallSid": message.provider_id, "AnsweredBy": "human"})
    assert '<prosody rate="slow">' in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "expected"),
    [("ja", {"ja-JP"}), ("ja-simple", {"ja-JP", "vi-VN"}), ("en", {"en-US", "vi-VN"})],
)
def test_the_keys_are_also_said_in_the_persons_own_language(
    offer: Offer, telephones: Telephones, language: str, expected: set[str]
) -> None:
    called(asked(offer, language=language))
    call = telephones.answer(LANDLINE)
    assert {tag for tag, _ in call.spoken} == expected


def test_a_language_without_a_voice_is_left_out() -> None:
    assert [one.language for one in spoken.words("again", "en", "my")] == ["en-US"]
    assert [one.language for one in spoken.words("again", "en", "zh-TW")] == ["en-US", "cmn-TW"]
    assert spoken.known("pt-PT") == "pt-BR"


def test_it_is_off_without_a_number_that_can_call(
    offer: Offer, twilio: TwilioServer, settings: Any
) -> None:
    settings.TWILIO_VOICE_NUMBER = "TSUNAGI"  # a sender's name
    message = called(asked(offer))
    assert message.state == State.FAILED
    assert not twilio.calls


def test_a_demo_organization_calls_nobody(offer: Offer, twilio: TwilioServer) -> None:
    message = asked(offer)
    Message.objects.filter(pk=message.pk).update(simulated=True)
    called(message)
    assert not twilio.calls


def test_an_unsigned_word_changes_nothing(offer: Offer, twilio: TwilioServer) -> None:
    message = called(asked(offer))
    data = {"CallSid": message.provider_id, "Digits": "1"}
    for name in ("", "keys/", "dialled/", "status/"):
        refused = signed_post(f"{PUBLIC}/hooks/voice/{message.pk}/{name}", data, token="another")
        assert refused.status_code == 403
    assert not Assignment.objects.exists()


def test_a_key_for_a_message_of_another_channel_does_nothing(
    offer: Offer, twilio: TwilioServer
) -> None:
    message = asked(offer)
    Message.objects.filter(pk=message.pk).update(channel="sms")
    answer = signed_post(f"{PUBLIC}/hooks/voice/{message.pk}/keys/", {"Digits": "1"})
    assert answer.status_code == 200
    assert b"<Hangup" in answer.content
    assert not Assignment.objects.exists()


def test_the_price_counts_minutes_with_the_text_read_twice(settings: Any) -> None:
    settings.VOICE_YEN_PER_MINUTE = 25
    assert transport.price_of(Message(body="あ" * 40, language="ja")).yen == 25
    assert transport.price_of(Message(body="あ" * 300, language="ja")).segments == 3


def test_a_message_that_nobody_knows_is_just_thanked_for() -> None:
    message = Message(kind="off_call", language="ja")
    assert not voice.is_question(message)
    assert voice.answer_to(message, voice.YES, factories.NOW) == voice.Answer("noted")
