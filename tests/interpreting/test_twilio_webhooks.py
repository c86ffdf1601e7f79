"""Callbacks of the provider: signed or refused, once or twice, late or never, known or not."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Organization
from interpreting.models import PhoneConference, PhoneLeg, Session
from interpreting.telephone.legs import Heard, hear, hear_conference
from tests import factories
from tests.conftest import Clock
from tests.twilio_calls import PUBLIC, Telephones, signed_post
from tests.twilio_server import TOKEN, TwilioServer

pytestmark = pytest.mark.django_db
CALL = "CA" + "a" * 32
ORDER = ["queued", "ringing", "answered", "joined", "left"]


@pytest.fixture
def leg(city: Organization, clock: Clock) -> PhoneLeg:
    """A call to the resident that was just made."""
    return leg_of(city, clock, "resident", CALL)


def leg_of(city: Organization, clock: Clock, role: str, call: str | None) -> PhoneLeg:
    conference = PhoneConference.objects.first() or PhoneConference.objects.create(
        organization=city,
        request=factories.RequestFactory(organization=city, language="vi"),
        carrier="twilio",
        name="n" * 43,
        language="vi",
        opened_at=clock.at,
    )
    return PhoneLeg.objects.create(
        conference=conference,
        role=role,
        token=f"{role:x<43}",
        provider_id=call,
        number="+819011112222",
        language="vi",
        created_at=clock.at,
        dialled_at=clock.at,
    )


def address(name: str, key: str) -> str:
    return PUBLIC + reverse(f"telephone:{name}", args=[key])


def say(leg: PhoneLeg, status: str, **more: str) -> int:
    params = {"CallSid": leg.provider_id or CALL, "CallStatus": status, **more}
    return int(signed_post(address("status", leg.token), params).status_code)


def state(leg: PhoneLeg) -> str:
    leg.refresh_from_db()
    return leg.state


HOOKS = ["answer", "agree", "wait", "status", "conference"]


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("signature", [None, "", "bm90IGl0", "x" * 5000, "あ"])
def test_unsigned_words_change_nothing(
    leg: PhoneLeg, twilio: TwilioServer, hook: str, signature: str | None
) -> None:
    key = leg.conference.name if hook == "conference" else leg.token
    given_headers = {} if signature is None else {"HTTP_X_TWILIO_SIGNATURE": signature}
    params = {"CallSid": CALL, "CallStatus": "completed", "Digits": "1"}
    url = address(hook, key).removeprefix(PUBLIC)
    answer = Client().post(url, params, **given_headers)  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert state(leg) == "queued"


def test_a_signature_of_another_account_counts_nothing(leg: PhoneLeg, twilio: TwilioServer) -> None:
    params = {"CallSid": CALL, "CallStatus": "completed"}
    assert signed_post(address("status", leg.token), params, token="other").status_code == 403
    assert state(leg) == "queued"


def test_both_tokens_count_while_one_is_being_changed(
    leg: PhoneLeg, twilio: TwilioServer, settings: Any
) -> None:
    settings.TWILIO_AUTH_TOKEN, settings.TWILIO_AUTH_TOKEN_OLD = "the new one", TOKEN
    assert say(leg, "ringing") == 204
    params = {"CallSid": CALL, "CallStatus": "in-progress"}
    url = address("status", leg.token)
    assert signed_post(url, params, token="the new one").status_code == 204
    assert state(leg) == "answered"
    settings.TWILIO_AUTH_TOKEN_OLD = ""
    assert signed_post(url, params, token=TOKEN).status_code == 403


def test_without_a_token_of_ours_nothing_is_believed(
    leg: PhoneLeg, twilio: TwilioServer, settings: Any
) -> None:
    settings.TWILIO_AUTH_TOKEN = ""
    assert signed_post(address("status", leg.token), {"CallSid": CALL}, token="").status_code == 403


def test_the_signature_is_over_the_public_address_and_not_over_the_hosts_name(
    leg: PhoneLeg, twilio: TwilioServer, settings: Any
) -> None:
    params = {"CallSid": CALL, "CallStatus": "ringing"}
    url = address("status", leg.token)
    answer = signed_post(url, params, Host="localhost:9999")
    assert answer.status_code == 204, "whatever the proxy in front calls us"
    forged = url.replace(PUBLIC, "http://localhost")
    from twilio.request_validator import RequestValidator

    signature = RequestValidator(TOKEN).compute_signature(forged, params)
    refused = Client().post(
        url.removeprefix(PUBLIC),
        params,
        headers={"X-Twilio-Signature": signature, "Host": "localhost"},
    )
    assert refused.status_code == 403


def test_a_query_belongs_to_the_signature(leg: PhoneLeg, twilio: TwilioServer) -> None:
    params = {"CallSid": CALL, "CallStatus": "ringing"}
    assert signed_post(address("status", leg.token) + "?a=1", params).status_code == 204


@pytest.mark.parametrize("hook", HOOKS)
def test_only_post_is_answered(leg: PhoneLeg, twilio: TwilioServer, hook: str) -> None:
    url = address(hook, leg.token).removeprefix(PUBLIC)
    assert Client().get(url).status_code == 405


def test_unknown_legs_and_calls_are_answered_and_forgotten(
    leg: PhoneLeg, twilio: TwilioServer, caplog: pytest.LogCaptureFixture
) -> None:
    params = {"CallSid": "CA" + "b" * 32, "CallStatus": "completed"}
    assert signed_post(address("status", "nobody"), params).status_code == 204
    assert signed_post(address("status", leg.token), params).status_code == 204
    params["StatusCallbackEvent"] = "participant-join"
    assert signed_post(address("conference", "nothing"), params).status_code == 204
    assert state(leg) == "queued"
    assert caplog.text.count("unknown") + caplog.text.count("another call") == 3


def test_unknown_states_and_events_change_nothing(leg: PhoneLeg, twilio: TwilioServer) -> None:
    assert say(leg, "levitating") == 204
    params = {"CallSid": CALL, "StatusCallbackEvent": "participant-mute"}
    assert signed_post(address("conference", leg.conference.name), params).status_code == 204
    assert state(leg) == "queued"


def test_a_leg_that_is_over_is_not_put_through(leg: PhoneLeg, twilio: TwilioServer) -> None:
    say(leg, "completed")
    for hook in ("answer", "agree"):
        answer = signed_post(address(hook, leg.token), {"CallSid": CALL, "Digits": "1"})
        assert b"<Hangup" in answer.content
        assert b"<Conference" not in answer.content


def test_the_same_word_twice_has_one_effect(
    leg: PhoneLeg, twilio: TwilioServer, clock: Clock
) -> None:
    say(leg, "ringing")
    version = PhoneConference.objects.get().version
    clock.move(seconds=3)
    say(leg, "ringing")
    assert PhoneConference.objects.get().version == version
    say(leg, "completed")
    leg.refresh_from_db()
    ended = leg.ended_at
    clock.move(seconds=30)
    say(leg, "completed")
    leg.refresh_from_db()
    assert leg.ended_at == ended


@pytest.mark.parametrize("order", list(permutations(["ringing", "in-progress", "completed"])))
def test_in_whatever_order_words_come_a_call_never_revives(
    leg: PhoneLeg, twilio: TwilioServer, order: tuple[str, ...]
) -> None:
    for status in order:
        say(leg, status)
    assert state(leg) == "left"


@given(st.lists(st.sampled_from([*ORDER, "busy", "no_answer", "failed"]), max_size=12))
@settings(max_examples=15, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_states_only_go_forward(city: Organization, clock: Clock, words: list[str]) -> None:
    PhoneConference.objects.all().delete()
    leg = leg_of(city, clock, "resident", CALL)
    before = leg.state
    for word in words:
        hear(leg.token, CALL, word, at=clock.at)
        now = state(leg)
        assert now == before or now in leg.MOVES[PhoneLeg.State(before)]
        before = now


def test_an_end_that_overtakes_the_beginning_still_counts_the_time(
    leg: PhoneLeg, clock: Clock
) -> None:
    joined, left = clock.at + timedelta(seconds=5), clock.at + timedelta(seconds=65)
    at = clock.move(seconds=66)
    assert hear(leg.token, CALL, "left", at=at, said_at=left) is Heard.CHANGED
    assert (
        hear_conference(leg.conference.name, CALL, joined=True, at=at, said_at=joined) is Heard.OLD
    )
    assert state(leg) == "left"
    assert (leg.joined_at, leg.ended_at) == (joined, left)


def test_instants_that_cannot_be_are_not_believed(leg: PhoneLeg, clock: Clock) -> None:
    at = clock.move(seconds=10)
    for said in (at + timedelta(hours=1), at - timedelta(days=1)):
        PhoneLeg.objects.filter(pk=leg.pk).update(state="queued", joined_at=None)
        hear(leg.token, CALL, "joined", at=at, said_at=said)
        leg.refresh_from_db()
        assert leg.joined_at == at


def test_a_session_begins_once_however_often_people_join(
    leg: PhoneLeg, city: Organization, twilio: TwilioServer, clock: Clock
) -> None:
    other = leg_of(city, clock, "interpreter", "CA" + "c" * 32)
    for _ in range(2):
        for one in (leg, other):
            event = {"CallSid": str(one.provider_id), "StatusCallbackEvent": "participant-join"}
            signed_post(address("conference", leg.conference.name), event)
    assert Session.objects.count() == 1


@pytest.mark.parametrize("callbacks", ["twice", "held"])
def test_doubled_and_reversed_callbacks_end_where_they_should(
    leg: PhoneLeg, twilio: TwilioServer, telephones: Telephones, callbacks: str
) -> None:
    form = {
        "To": ["+819011112222"], "From": ["+815000000000"], "Url": [address("answer", leg.token)],
        "StatusCallback": [address("status", leg.token)],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
    }  # fmt: skip
    twilio.create_call(form)
    PhoneLeg.objects.filter(pk=leg.pk).update(provider_id=telephones.to("+819011112222").sid)
    telephones.callbacks = callbacks
    telephones.join("+819011112222")
    telephones.finish("+819011112222")
    telephones.release()
    assert state(leg) == "left"
    assert leg.joined_at is not None


def test_the_first_word_says_which_call_a_leg_is_but_only_of_one_that_was_made(
    leg: PhoneLeg, twilio: TwilioServer
) -> None:
    PhoneLeg.objects.filter(pk=leg.pk).update(provider_id=None, dialled_at=None)
    say(leg, "ringing")
    assert state(leg) == "queued"
    PhoneLeg.objects.filter(pk=leg.pk).update(dialled_at=leg.created_at)
    for call in ("", "CA\x00", "x" * 5000):
        params = {"CallSid": call, "CallStatus": "ringing"}
        assert signed_post(address("status", leg.token), params).status_code == 204
    leg.refresh_from_db()
    assert leg.provider_id is None
    signed_post(address("status", leg.token), {"CallSid": CALL, "CallStatus": "ringing"})
    leg.refresh_from_db()
    assert (leg.provider_id, leg.state) == (CALL, "ringing")


def test_hostile_forms_change_nothing_and_break_nothing(
    leg: PhoneLeg, twilio: TwilioServer
) -> None:
    for params in (
        {},
        {"CallSid": ""},
        {"CallSid": CALL, "CallStatus": "ringing", "Timestamp": "yesterday"},
        {"CallSid": "x" * 5000, "CallStatus": "completed"},
        {"CallSid": "CA\x00", "CallStatus": "completed"},
    ):
        assert signed_post(address("status", leg.token), params).status_code == 204
    assert state(leg) == "ringing"
