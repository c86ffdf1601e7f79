"""A guest whose line fails gives the own number: the desk calls it, nobody sees it, it is gone after."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from interpreting import guest_texts
from interpreting.models import PhoneConference, PhoneLeg, Room
from interpreting.rooms.actions.rooms import end_room
from interpreting.rooms.actions.seats import invite
from interpreting.telephone import actions, dialling
from tests.interpreting.rooming import Scene, agree, make_scene
from tests.twilio_server import TwilioServer
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
TYPED, NUMBER = "090-1111-2222", "+819011112222"


@pytest.fixture
def scene(city: Organization, coordinator: User, hana: Volunteer) -> Scene:
    return make_scene(city, coordinator, hana)


@pytest.fixture
def resident(scene: Scene) -> Client:
    """The browser that took the resident's seat."""
    client = Client()
    entry = scene.link if scene.link.startswith("/") else reverse("guest:entry", args=[scene.link])
    client.post(entry, {"agree": "1", "language": "vi"})
    return client


def address(scene: Scene) -> str:
    return reverse("telephone:guest", args=[scene.resident.pk])


def type_number(client: Client, scene: Scene, typed: str = TYPED) -> Any:
    return client.post(address(scene), {"number": typed}, headers={"Accept": "application/json"})


def test_the_desk_gets_the_number_as_a_button_and_masked(
    scene: Scene, resident: Client, coordinator: User, client_of: Any
) -> None:
    before = Room.objects.get().version
    assert type_number(resident, scene).json()["state"] == "ready"
    assert Room.objects.get().version > before, "the desk's panel is fetched again"
    panel = client_of(coordinator).get(reverse("interpreting:room_panel", args=[scene.room.pk]))
    assert "電話番号の連絡がありました" in panel.content.decode()
    page = client_of(coordinator).get(reverse("telephone:show", args=[scene.request.pk]))
    text = page.content.decode()
    assert "番号の連絡あり" in text
    assert "090-****-2222" in text
    assert TYPED not in text
    assert NUMBER not in str([entry.detail for entry in AuditEntry.objects.all()])


def test_one_press_of_the_desk_calls_in_the_guests_language(
    scene: Scene, resident: Client, coordinator: User, twilio: TwilioServer
) -> None:
    type_number(resident, scene)
    leg = PhoneLeg.objects.get()
    assert leg.conference.room == scene.room
    dialling.mind_all()
    assert not twilio.calls, "not before the desk wants it"
    actions.redial(leg, by=coordinator, at=database_now())
    dialling.mind_all()
    assert [call.to for call in twilio.calls.values()] == [NUMBER]
    assert leg.language == "vi"
    answer = resident.get(address(scene)).json()
    assert answer == {"state": "queued", "text": "phone_calling", "problem": ""}


def test_a_number_typed_wrong_is_corrected_and_not_called_twice(
    scene: Scene, resident: Client
) -> None:
    assert type_number(resident, scene, "090-9999").json()["problem"] == "phone_wrong"
    type_number(resident, scene, "090-1111-3333")
    type_number(resident, scene)
    assert [leg.number for leg in PhoneLeg.objects.all()] == [NUMBER]


@pytest.mark.parametrize("typed", ["", "110", "0990-123456", "+1 212 555 0100", "9" * 500])
def test_numbers_that_are_not_called_are_refused_in_the_guests_words(
    scene: Scene, resident: Client, typed: str
) -> None:
    answer = type_number(resident, scene, typed)
    assert answer.status_code == 400
    assert answer.json()["problem"] == "phone_wrong"
    assert not PhoneConference.objects.exists()


def test_only_the_browser_with_the_seat_may_speak_of_it(
    scene: Scene, resident: Client, coordinator: User, client_of: Any
) -> None:
    for stranger in (Client(), client_of(coordinator)):
        assert type_number(stranger, scene).status_code == 404
        assert stranger.get(address(scene)).status_code == 404
    assert not PhoneLeg.objects.exists()


def test_after_the_room_has_ended_nobody_is_called_from_it(
    scene: Scene, resident: Client, coordinator: User
) -> None:
    end_room(Room.objects.get(pk=scene.room.pk), by=coordinator, at=database_now())
    assert type_number(resident, scene).status_code == 410
    assert not PhoneLeg.objects.exists()


def test_typing_on_and_on_is_slowed_down(scene: Scene, resident: Client) -> None:
    answers = [type_number(resident, scene, "x").status_code for _ in range(12)]
    assert answers[:10] == [400] * 10
    assert answers[10:] == [429] * 2


def test_without_javascript_the_way_leads_back_to_the_room(scene: Scene, resident: Client) -> None:
    answer = resident.post(address(scene), {"number": TYPED})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("guest:seat", args=[scene.resident.pk])


def test_the_rooms_page_has_the_form_for_the_resident_only(scene: Scene, resident: Client) -> None:
    page = resident.get(reverse("guest:seat", args=[scene.resident.pk])).content.decode()
    assert f'action="{address(scene)}"' in page
    assert "data-phone-form" in page


def test_the_number_can_be_given_from_the_menu_at_any_time(
    scene: Scene, resident: Client, coordinator: User, client_of: Any
) -> None:
    own = resident.get(reverse("guest:seat", args=[scene.resident.pk])).content.decode()
    assert 'data-do="show-phone"' in own
    assert guest_texts.texts("vi")["phone_title"] in own
    desk = client_of(coordinator).get(reverse("interpreting:room", args=[scene.room.pk]))
    assert 'data-do="show-phone"' not in desk.content.decode()


def test_two_residents_are_called_side_by_side_and_each_hears_of_the_own_call(
    scene: Scene, resident: Client, coordinator: User, client_of: Any, twilio: TwilioServer
) -> None:
    other, link = invite(scene.room, "resident", by=coordinator, at=database_now())
    second = agree(link, language="pt-BR")
    own = reverse("telephone:guest", args=[other.pk])
    type_number(resident, scene)
    assert second.get(own).json()["state"] == ""
    second.post(own, {"number": "090-1111-4444"}, headers={"Accept": "application/json"})
    first_leg, second_leg = PhoneLeg.objects.all()
    assert [first_leg.seat, second_leg.seat] == [scene.resident, other]
    actions.redial(first_leg, by=coordinator, at=database_now())
    assert resident.get(address(scene)).json()["state"] == "queued"
    assert second.get(own).json()["state"] == "ready"
    actions.redial(second_leg, by=coordinator, at=database_now())
    dialling.mind_all()
    assert {call.to for call in twilio.calls.values()} == {NUMBER, "+819011114444"}
    page = client_of(coordinator).get(reverse("telephone:show", args=[scene.request.pk]))
    assert all(tail in page.content.decode() for tail in ("****-2222", "****-4444"))


def test_a_noted_number_that_the_desk_types_itself_is_called_once(
    scene: Scene, resident: Client, coordinator: User, twilio: TwilioServer
) -> None:
    type_number(resident, scene)
    for _ in range(2):
        with suppress(ActionError):
            actions.start_conference(
                scene.request, {"resident": TYPED}, beside=[], by=coordinator, at=database_now()
            )
    dialling.mind_all()
    assert [call.to for call in twilio.calls.values()] == [NUMBER]
    noted = PhoneLeg.objects.order_by("id").first()
    assert noted is not None
    assert (noted.state, noted.problem) == ("failed", "replaced")
