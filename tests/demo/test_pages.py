"""The demo's pages: the way in, the handsets, and that neither exists anywhere else."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.demo import cast, phones
from config.demo.needs import Asker
from config.demo.town import SPOTS
from dispatch import engine
from dispatch.actions.requests import open_request
from dispatch.models import Offer
from realtime.delivery import deliver
from realtime.models import Message
from tests.factories import NOW, VolunteerFactory
from volunteers.models import Volunteer

PAGES = ["/demo/", "/demo/phones/", "/demo/phones/fragment/", "/demo/phones/1/"]


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_outside_the_demo_there_are_no_such_pages(page: str, settings: Any) -> None:
    settings.DEMO = False
    assert Client().get(page).status_code == 404


def test_a_newcomer_is_sent_to_the_roles(world: SimpleNamespace) -> None:
    answer = Client().get("/", follow=True)
    assert answer.request["PATH_INFO"] == "/demo/"
    for part in cast.PARTS:
        assert part.name in answer.content.decode()
        assert reverse("demo:enter", args=[part.key]) in answer.content.decode()


def test_one_press_takes_a_role(world: SimpleNamespace) -> None:
    client = Client()
    client.post(reverse("demo:enter", args=["coordinator"]))
    page = client.get(reverse("dispatch:board"))
    assert page.status_code == 200
    assert cast.CITY_DATA["name"] in page.content.decode()


def test_an_accountant_begins_where_the_month_is_closed(world: SimpleNamespace) -> None:
    enter = reverse("demo:enter", args=["accountant"])
    answer = Client().post(enter, {"to": "months"}, follow=True)
    assert answer.request["PATH_INFO"] == "/months/"
    elsewhere = Client().post(enter, {"to": "https://example.jp/"})
    assert elsewhere.headers["Location"] == "/"


def test_nobody_enters_a_real_organization(world: SimpleNamespace) -> None:
    world.city.is_demo = False
    world.city.save()
    answer = Client().post(reverse("demo:enter", args=["coordinator"]))
    assert answer.status_code == 404


def test_unknown_roles_do_not_exist(world: SimpleNamespace) -> None:
    assert Client().post("/demo/enter/mayor/").status_code == 404


def test_the_wall_shows_the_ten_phones(world: SimpleNamespace) -> None:
    page = Client().get("/demo/phones/").content.decode()
    assert page.count('class="handset') >= 10
    for volunteer in phones.named():
        assert volunteer.name in page


def test_whoever_else_is_asked_joins_the_wall_until_read(world: SimpleNamespace) -> None:
    somebody = world.city.volunteers.exclude(number__in=[one.number for one in phones.named()])[0]
    message = Message.objects.filter(organization_id=world.city.pk, state="delivered").first()
    assert message is not None
    Message.objects.filter(pk=message.pk).update(recipient=somebody.key, sent_at=NOW)
    client = Client()
    assert f'id="phone-{somebody.pk}"' in client.get("/demo/phones/").content.decode()
    client.get(reverse("demo:phone", args=[somebody.pk]))
    assert f'id="phone-{somebody.pk}"' not in client.get("/demo/phones/").content.decode()


def offered_to_lan(world: SimpleNamespace) -> tuple[Volunteer, Offer]:
    """A Vietnamese request for now, asked of the first persona."""
    lan = phones.named()[0]
    asker = Asker(world.city, SPOTS, Random(3))
    request = open_request(
        world.city, asker.counter(NOW, language="vi"), by=cast.player("coordinator"), at=NOW
    )
    engine.advance(request.pk, NOW)
    return lan, Offer.objects.get(request=request, volunteer=lan)


def arrive(offer: Offer) -> Message:
    """The worker delivers the message of an offer."""
    message = Message.objects.get(subject_key=offer.key)
    assert deliver(message.pk, NOW) in {"sent", "delivered"}
    Message.objects.filter(pk=message.pk).update(sent_at=NOW)  # else the clock of the machine
    return Message.objects.get(pk=message.pk)


def test_a_message_shows_on_the_phone_once_it_has_arrived(world: SimpleNamespace) -> None:
    lan, offer = offered_to_lan(world)
    address = reverse("demo:phone", args=[lan.pk])
    assert offer.token not in Client().get(address).content.decode()
    arrive(offer)
    page = Client().get(address).content.decode()
    assert f'href="/o/{offer.token}/"' in page
    assert "bubble--unread" in page


def test_the_link_on_the_phone_opens_the_offer(world: SimpleNamespace) -> None:
    _, offer = offered_to_lan(world)
    arrive(offer)
    assert Client().get(f"/o/{offer.token}/").status_code == 200


def test_an_opened_message_is_no_longer_unread(world: SimpleNamespace) -> None:
    lan, offer = offered_to_lan(world)
    arrive(offer)
    client, address = Client(), reverse("demo:phone", args=[lan.pk])
    client.get(address)
    assert "bubble--unread" not in client.get(address).content.decode()
    assert "bubble--unread" in Client().get(address).content.decode()


def test_the_fragment_is_sent_again_only_when_something_changed(world: SimpleNamespace) -> None:
    _, offer = offered_to_lan(world)
    first = Client().get("/demo/phones/fragment/")
    etag = first["ETag"]
    assert (
        Client().get("/demo/phones/fragment/", headers={"if-none-match": etag}).status_code == 304
    )
    arrive(offer)
    assert (
        Client().get("/demo/phones/fragment/", headers={"if-none-match": etag}).status_code == 200
    )


@pytest.mark.parametrize("typed", ["グエン・ティ・ラン", "ぐえん", "ベトナム", "12", "Vietnamese"])
def test_phones_are_found_by_name_number_and_language(world: SimpleNamespace, typed: str) -> None:
    found = [volunteer.name for volunteer in phones.find(typed)]
    assert "グエン・ティ・ラン" in found


def test_people_of_real_organizations_have_no_phone_here(world: SimpleNamespace) -> None:
    stranger = VolunteerFactory()
    assert Client().get(reverse("demo:phone", args=[stranger.pk])).status_code == 404
    assert stranger not in phones.find(stranger.name)


def test_messages_keep_their_text_harmless() -> None:
    parts = phones.parts_of("見て <b> http://127.0.0.1:8000/o/abc/ ください")
    assert [part.text for part in parts if not part.href] == ["見て <b> ", " ください"]
    assert [part.href for part in parts if part.href] == ["/o/abc/"]


def test_links_of_an_earlier_port_still_lead_here_and_foreign_ones_stay_whole() -> None:
    parts = phones.parts_of("http://127.0.0.1:9999/o/abc/ https://example.jp/page")
    assert [part.href for part in parts if part.href] == ["/o/abc/", "https://example.jp/page"]


def test_nothing_leaves_even_with_keys(world: SimpleNamespace, settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = "AC" + "0" * 32
    settings.TWILIO_FROM_NUMBER = "+15005550006"
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"  # nobody listens: a try would fail
    settings.DEMO = False  # not the mode but the organization's flag holds it back
    _, offer = offered_to_lan(world)
    message = arrive(offer)
    assert message.simulated
    assert message.provider_id.startswith("sim-")


def test_unread_ends_after_an_hour(world: SimpleNamespace) -> None:
    lan, offer = offered_to_lan(world)
    message = arrive(offer)
    Message.objects.filter(pk=message.pk).update(sent_at=NOW - timedelta(hours=2))
    assert phones.phone(lan.pk, {}).unread == 0
