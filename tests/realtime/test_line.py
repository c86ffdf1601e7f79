"""LINE from the outbox over the official library to a simulated provider, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from realtime import line
from realtime.delivery import deliver
from realtime.models import Inbound, Message
from realtime.outbox import CALM, NOW, Recipient, Way, queue
from realtime.transports import TryLater, Unknown
from realtime.transports.line import transport
from tests import factories, line_server
from tests.line_server import HANA, SECRET, TOKEN, LineServer

pytestmark = pytest.mark.django_db
State = Message.State
AT = factories.NOW
TEXT = "【みなと市】通訳のお願い https://tsunagi.example.jp/o/x"


@pytest.fixture
def provider(settings: Any) -> Iterator[LineServer]:
    server = LineServer()
    settings.LINE_CHANNEL_TOKEN, settings.LINE_CHANNEL_SECRET = TOKEN, SECRET
    settings.LINE_API_BASE_URL = server.url
    yield server
    server.close()


def queued(key: str = "a", **more: Any) -> Message:
    to = Recipient(
        organization_id=1, key="volunteer:1", channel="line", address=HANA, language="ja",
        simulated=more.pop("simulated", False),
    )  # fmt: skip
    options: dict[str, Any] = {"kind": "booked", "body": TEXT, "dedupe_key": key, "at": AT}
    return queue(to, **options | {"patience": NOW} | more)


def delivered(message: Message, after: int = 0) -> Message:
    deliver(message.pk, AT + timedelta(seconds=after))
    message.refresh_from_db()
    return message


def test_a_message_arrives_once_with_its_own_retry_key(provider: LineServer) -> None:
    first, second = delivered(queued("a")), delivered(queued("b"))
    assert [one.text for one in provider.arrived] == [TEXT, TEXT]
    assert len(provider.taken) == 2
    assert (first.state, second.state) == (State.SENT, State.SENT)
    assert [first.provider_id, second.provider_id] == [one.id for one in provider.arrived]


@pytest.mark.parametrize("fault", ["500", "dropped"])
def test_a_lost_answer_leads_to_a_second_try_that_sends_nothing_twice(
    provider: LineServer, fault: str
) -> None:
    provider.fault = fault
    message = delivered(queued())
    assert (message.state, message.error) == (State.QUEUED, "unknown_result")
    provider.fault = "ok"
    delivered(message, after=8)
    assert (message.state, len(provider.arrived), provider.tries) == (State.SENT, 1, 2)
    assert message.provider_id == provider.arrived[0].id


@pytest.mark.parametrize("fault", ["429", "503"])
def test_a_busy_provider_is_asked_again(provider: LineServer, fault: str) -> None:
    provider.fault = fault
    message = delivered(queued())
    assert message.state == State.QUEUED
    provider.fault = "ok"
    assert delivered(message, after=8).state == State.SENT


@pytest.mark.parametrize(
    ("fault", "error"), [("refused", "provider 400"), ("quota", "monthly limit")]
)
def test_a_refusal_sends_the_next_way_in_the_same_tick(
    provider: LineServer, fault: str, error: str
) -> None:
    provider.fault = fault
    message = delivered(queued(further=[Way("hand", "", "お電話ください")]))
    assert (message.state, message.error) == (State.FAILED, error)
    assert Message.objects.get(previous=message).state == State.BY_HAND


def test_somebody_who_blocked_us_is_not_thought_reached(provider: LineServer) -> None:
    provider.blocked.add(HANA)
    message = delivered(queued(further=[Way("hand", "", "お電話ください")]))
    assert (message.state, message.error) == (State.FAILED, "blocked")
    assert not provider.taken
    assert Message.objects.get(previous=message).state == State.BY_HAND


def test_asking_whether_somebody_is_there_leaves_no_doubt_behind(provider: LineServer) -> None:
    provider.profile_fault = "500"
    with pytest.raises(TryLater):
        transport.send(queued())
    provider.close()
    with pytest.raises((TryLater, Unknown)):
        transport.send(queued())


def test_a_wrong_token_is_a_refusal(provider: LineServer, settings: Any) -> None:
    settings.LINE_CHANNEL_TOKEN = "old"
    assert delivered(queued()).error == "provider 401"


def test_it_is_off_without_keys(provider: LineServer, settings: Any) -> None:
    settings.LINE_CHANNEL_TOKEN = ""
    assert delivered(queued()).state == State.FAILED
    assert not transport.is_configured()


def test_a_demo_sends_nothing(provider: LineServer, settings: Any) -> None:
    delivered(queued("a", simulated=True))
    settings.DEMO = True
    delivered(queued("b"))
    assert not provider.tries


def test_several_messages_leave_as_one(provider: LineServer) -> None:
    first = queued("a", patience=CALM)
    second = queued("b", patience=CALM, body="【みなと市】もう一つのご連絡")
    delivered(first)
    second.refresh_from_db()
    assert [one.text for one in provider.arrived] == [f"{TEXT}\nもう一つのご連絡"]
    assert second.merged_into == first


def test_buttons_stand_below_the_text(
    provider: LineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "buttons", [lambda message: [line.Button("はい", "A1")]])
    delivered(queued())
    assert provider.arrived[0].buttons == [("はい", "A1")]


def test_the_price_is_that_of_the_plan(settings: Any) -> None:
    settings.LINE_YEN_PER_MESSAGE = 5
    assert transport.price_of(Message(body=TEXT)).yen == 5


# ---- what LINE tells us


def test_a_text_is_kept_once(provider: LineServer) -> None:
    for _ in range(2):
        assert line_server.post(line_server.text("Ａ１", number=7)).status_code == 200
    kept = Inbound.objects.get()
    assert (kept.channel, kept.address, kept.body) == ("line", HANA, "Ａ１")


def test_a_button_says_what_it_stands_for(provider: LineServer) -> None:
    line_server.post(line_server.pressed("B2"))
    assert Inbound.objects.get().body == "B2"


def test_a_sticker_is_kept_for_the_desk(provider: LineServer) -> None:
    sticker = {
        "type": "sticker", "id": "1", "packageId": "1", "stickerId": "2", "quoteToken": "q",
        "stickerResourceType": "STATIC",
    }  # fmt: skip
    assert line_server.post(line_server.event("message", message=sticker)).status_code == 200
    assert Inbound.objects.get().body == "（文字のないメッセージ）"


def test_one_post_may_carry_several_events(provider: LineServer) -> None:
    line_server.post(line_server.text("はい", number=1), line_server.text("いいえ", number=2))
    assert Inbound.objects.count() == 2


def test_groups_and_unknown_events_are_none_of_our_business(provider: LineServer) -> None:
    group = line_server.text("はい", number=1) | {"source": {"type": "group", "groupId": "C1"}}
    odd = line_server.event("somethingNew", number=2)
    assert line_server.post(group, odd).status_code == 200
    assert not Inbound.objects.exists()


def test_the_former_secret_counts_while_it_is_changed(provider: LineServer, settings: Any) -> None:
    settings.LINE_CHANNEL_SECRET, settings.LINE_CHANNEL_SECRET_OLD = "new", SECRET
    assert line_server.post(line_server.text("はい", number=1)).status_code == 200
    assert line_server.post(line_server.text("はい", number=2), secret="new").status_code == 200
    settings.LINE_CHANNEL_SECRET_OLD = ""
    assert line_server.post(line_server.text("はい", number=3)).status_code == 403


def test_nothing_unsigned_is_believed(provider: LineServer, settings: Any) -> None:
    words = line_server.text("A1")
    assert line_server.post(words, secret="guess").status_code == 403
    assert Client().post("/hooks/line/", {}, content_type="application/json").status_code == 403
    settings.LINE_CHANNEL_SECRET = ""  # switched off: an empty key must sign nothing
    assert line_server.post(words, secret="").status_code == 403
    assert not Inbound.objects.exists()


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'{"events": [1]}', b"\xff\xfe"])
def test_a_broken_body_is_refused_and_breaks_nothing(provider: LineServer, body: bytes) -> None:
    assert line_server.post(body=body).status_code in {400, 403}


def test_an_event_that_could_not_be_kept_comes_again(
    provider: LineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(account: str, text: str, at: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(line, "on_text", [fail])
        assert line_server.post(line_server.text("はい")).status_code == 500
    assert line_server.post(line_server.text("はい")).status_code == 200
    assert Inbound.objects.count() == 1
