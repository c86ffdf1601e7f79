"""The demo's lines and handsets: disturbing a provider, writing back, pressing a key of a call."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from config.demo import lines, phones
from realtime import breaker, voice
from realtime.delivery import deliver
from realtime.models import Inbound, Message, SimulatedLine
from realtime.outbox import Recipient, queue
from tests.factories import NOW
from volunteers.models import Volunteer


@pytest.fixture
def person(world: SimpleNamespace) -> Volunteer:
    """The first of the ten, with a mobile phone."""
    found = phones.named()[0]
    found.mobile = "+819000000123"
    found.save()
    return found


def from_handsets() -> QuerySet[Inbound]:
    """What was sent in a test; the seed's own texts were there before."""
    return Inbound.objects.exclude(provider_id__startswith="seed-")


def message(person: Volunteer, channel: str = "sms", body: str = "お願いできますか。") -> Message:
    to = Recipient(person.organization_id, person.key, channel, person.mobile, "ja", simulated=True)
    made = queue(to, kind="offer", body=body, dedupe_key=f"{channel}:{body}", at=NOW)
    deliver(made.pk, NOW)
    made.refresh_from_db()
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/demo/lines/", "/demo/phones/1/reply/"])
def test_outside_the_demo_there_are_no_lines(page: str, settings: Any) -> None:
    settings.DEMO = False
    client = Client()
    assert client.post(page, {"sms": "503", "body": "はい"}).status_code == 404
    assert not SimulatedLine.objects.exists()
    assert not from_handsets().exists()


def test_every_channel_is_well_at_first(world: SimpleNamespace) -> None:
    page = Client().get(reverse("demo:lines")).content.decode()
    assert page.count('<option value="ok" selected>') == len(lines.CHANNELS)
    assert "利用を見合わせ中" not in page


def test_a_line_can_be_disturbed_and_repaired(person: Volunteer) -> None:
    client = Client()
    client.post(reverse("demo:lines"), {"sms": "503", "push": "never"})
    assert dict(SimulatedLine.objects.values_list("channel", "mode")) == {
        "sms": "503", "push": "never",
    }  # fmt: skip
    for number in range(breaker.FAILURES):
        assert message(person, body=str(number)).state == "queued"
    assert "利用を見合わせ中" in client.get(reverse("demo:lines")).content.decode()
    client.post(reverse("demo:lines"), {"sms": "ok"})
    assert message(person, body="その後").state == "sent"
    assert "利用を見合わせ中" not in client.get(reverse("demo:lines")).content.decode()


@pytest.mark.parametrize("wrong", [{"sms": "burning"}, {"push": "reply"}, {"voice": "reply"}])
def test_there_are_no_other_modes(world: SimpleNamespace, wrong: dict[str, str]) -> None:
    assert Client().post(reverse("demo:lines"), wrong).status_code == 404
    assert not SimulatedLine.objects.exists()


def test_people_write_back_from_their_handset(person: Volunteer) -> None:
    client = Client()
    message(person)
    address = reverse("demo:phone-reply", args=[person.pk])
    page = client.post(address, {"body": " Ａ１ "}, follow=True).content.decode()
    inbound = from_handsets().get()
    assert (inbound.address, inbound.body) == (person.mobile, "Ａ１")
    assert page.index("Ａ１") < page.index("お願いできますか。")
    client.post(address, {"body": "Ａ１"})
    assert from_handsets().count() == 2  # two messages, not one twice


def test_an_empty_answer_is_none(person: Volunteer) -> None:
    Client().post(reverse("demo:phone-reply", args=[person.pk]), {"body": "  "})
    assert not from_handsets().exists()


def test_a_landline_cannot_write(person: Volunteer) -> None:
    person.mobile = ""
    person.save()
    page = Client().get(reverse("demo:phone", args=[person.pk])).content.decode()
    assert "SMSで返信" not in page
    Client().post(reverse("demo:phone-reply", args=[person.pk]), {"body": "はい"})
    assert not from_handsets().exists()


def test_a_key_of_a_call_is_heard(person: Volunteer, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed: list[tuple[int, str]] = []

    def hear(message: Message, key: str, at: Any) -> voice.Answer:
        pressed.append((message.pk, key))
        return voice.Answer("yours")

    monkeypatch.setattr(voice, "on_key", [hear])
    monkeypatch.setattr(voice, "questions", [lambda message: True])
    call = message(person, "voice")
    client = Client()
    page = client.get(reverse("demo:phone", args=[person.pk])).content.decode()
    address = reverse("demo:phone-key", args=[person.pk, call.pk])
    assert page.count(address) == 2
    assert client.post(address, {"key": "1"}).status_code == 302
    assert pressed == [(call.pk, "1")]


def test_nobody_presses_keys_of_others(person: Volunteer) -> None:
    call = message(person, "voice")
    other = phones.named()[1]
    for pk, key in ((other.pk, "1"), (person.pk, "11"), (person.pk, "x")):
        answer = Client().post(reverse("demo:phone-key", args=[pk, call.pk]), {"key": key})
        assert answer.status_code == 404
