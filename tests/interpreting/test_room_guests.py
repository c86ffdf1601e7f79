"""A guest's way in: link, consent, one browser, and every way in which a link leads nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.clock import database_now
from accounts.models import Organization, User
from interpreting.models import Seat
from interpreting.rooms import access, tokens
from interpreting.rooms.actions import rooms, seats
from interpreting.rooms.labels import label_for
from tests.interpreting.rooming import Scene, agree, make_scene
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(city: Organization, coordinator: User, hana: Volunteer) -> Scene:
    return make_scene(city, coordinator, hana)


def problem(response: Any) -> tuple[int, str]:
    """Status and reason of a problem page, which never offers the room."""
    assert b'id="room"' not in response.content
    return response.status_code, response.context["reason"]


def test_opening_a_link_changes_nothing(scene: Scene) -> None:
    before = Seat.objects.values().get(pk=scene.resident.pk)
    response = Client().get(f"/r/{scene.link}/")
    assert response.status_code == 200
    assert response.context["language"] == "vi"  # the request's language
    assert not [name for name in response.cookies if name.startswith("tsunagi")]
    assert Client().head(f"/r/{scene.link}/").status_code == 200
    assert Seat.objects.values().get(pk=scene.resident.pk) == before


def test_agreeing_gives_the_seat_to_this_browser(scene: Scene) -> None:
    browser = Client()
    response = browser.post(f"/r/{scene.link}/", {"agree": "1", "language": "en"})
    assert (response.status_code, response["Location"]) == (302, f"/seat/{scene.resident.pk}/")
    cookie = response.cookies[f"tsunagi_seat_{scene.resident.pk}"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    seat = Seat.objects.get(pk=scene.resident.pk)
    assert (seat.state, seat.language, seat.consent_version) == ("waiting", "en", "2026-11")
    assert seat.consented_at
    assert cookie.value not in (seat.holder_hash, seat.token_hash)
    page = browser.get(response["Location"])
    assert page.status_code == 200
    assert page.context["language"] == "en"
    assert browser.get(f"/r/{scene.link}/")["Location"] == response["Location"]


def test_the_cookie_is_secure_over_https(scene: Scene) -> None:
    response = Client().post(f"/r/{scene.link}/", {"agree": "1"}, secure=True)
    assert response.cookies[f"tsunagi_seat_{scene.resident.pk}"]["secure"]


def test_without_agreeing_nobody_comes_in(scene: Scene) -> None:
    response = Client().post(f"/r/{scene.link}/", {})
    assert response.status_code == 422
    assert not [name for name in response.cookies if name.startswith("tsunagi")]
    assert Seat.objects.get(pk=scene.resident.pk).state == "invited"


def test_a_second_browser_is_told_that_the_link_is_used(scene: Scene) -> None:
    agree(scene.link)
    other = Client()
    assert problem(other.get(f"/r/{scene.link}/")) == (410, "used")
    assert problem(other.post(f"/r/{scene.link}/", {"agree": "1"})) == (410, "used")
    assert problem(other.get(f"/seat/{scene.resident.pk}/")) == (404, "unknown")


def test_an_expired_link_says_so(scene: Scene) -> None:
    past = database_now() - timedelta(seconds=1)
    Seat.objects.filter(pk=scene.resident.pk).update(token_expires_at=past)
    assert problem(Client().get(f"/r/{scene.link}/")) == (410, "expired")
    assert problem(Client().post(f"/r/{scene.link}/", {"agree": "1"})) == (410, "expired")


def test_a_new_link_kills_the_old_one(scene: Scene, coordinator: User) -> None:
    at = database_now()
    seat, link = seats.invite_again(scene.resident, by=coordinator, at=at)
    assert problem(Client().get(f"/r/{scene.link}/")) == (410, "expired")
    browser = agree(link)
    _, third = seats.invite_again(seat, by=coordinator, at=at)
    assert problem(browser.get(f"/seat/{seat.pk}/")) == (410, "expired")
    assert agree(third).get(f"/seat/{seat.pk}/").status_code == 200


def test_a_guessed_and_a_foreign_link_look_the_same(scene: Scene) -> None:
    guessed = f"{scene.resident.pk}-{'A' * 32}-{'0' * 16}"
    altered = scene.link[:-1] + ("0" if scene.link[-1] != "0" else "1")
    other_seat = f"{scene.desk.pk}-{scene.link.partition('-')[2]}"
    cookie_as_link = tokens.new_secret(tokens.COOKIE, scene.resident.pk)
    for link in (guessed, altered, other_seat, cookie_as_link, "x", "１２", "a" * 5000):
        assert problem(Client().get(f"/r/{link}/")) == (404, "unknown")
        assert problem(Client().post(f"/r/{link}/", {"agree": "1"})) == (404, "unknown")
    assert Client().get("/r/%00/").status_code == 404  # refused before any page sees it


def test_a_cookie_of_one_seat_opens_no_other(scene: Scene, coordinator: User) -> None:
    seat, link = seats.invite(scene.room, "observer", by=coordinator, at=database_now())
    browser = agree(link)
    value = browser.cookies[access.cookie_name(seat.pk)].value
    browser.cookies[access.cookie_name(scene.resident.pk)] = value
    for pk in (scene.resident.pk, scene.desk.pk, scene.interpreter.pk):
        assert browser.get(f"/seat/{pk}/").status_code == 404
        assert browser.get(f"/seat/{pk}/state/").status_code == 404
        assert browser.post(f"/seat/{pk}/leave/").status_code == 404


def test_a_locked_room_lets_nobody_new_in_and_says_so(scene: Scene, coordinator: User) -> None:
    rooms.set_lock(scene.room, locked=True, by=coordinator, at=database_now())
    assert problem(Client().post(f"/r/{scene.link}/", {"agree": "1"})) == (409, "locked")
    rooms.set_lock(scene.room, locked=False, by=coordinator, at=database_now())
    assert agree(scene.link).get(f"/seat/{scene.resident.pk}/").status_code == 200


def test_after_the_end_link_and_seat_say_that_it_is_over(scene: Scene, coordinator: User) -> None:
    browser = agree(scene.link)
    rooms.end_room(scene.room, by=coordinator, at=database_now())
    assert problem(browser.get(f"/seat/{scene.resident.pk}/")) == (410, "ended")
    assert problem(browser.get(f"/r/{scene.link}/")) == (410, "ended")
    assert problem(Client().post(f"/r/{scene.link}/", {"agree": "1"})) == (410, "ended")
    assert browser.get(f"/seat/{scene.resident.pk}/state/").status_code == 410
    left = Seat.objects.filter(room=scene.room).values_list("token_hash", "holder_hash")
    assert set(left) == {(None, "")}


def test_who_was_removed_is_told_and_gets_no_further(scene: Scene, coordinator: User) -> None:
    browser = agree(scene.link)
    seats.remove(scene.resident, by=coordinator, at=database_now())
    assert problem(browser.get(f"/seat/{scene.resident.pk}/")) == (410, "removed")
    assert problem(browser.get(f"/r/{scene.link}/")) == (410, "removed")
    assert browser.get(f"/seat/{scene.resident.pk}/state/").json()["reason"] == "removed"


def test_guests_see_no_names_and_nobody_who_waits(scene: Scene, coordinator: User) -> None:
    browser = agree(scene.link)
    url = f"/seat/{scene.resident.pk}/state/"
    waiting = browser.get(url).json()
    assert [one["role"] for one in waiting["seats"]] == ["resident"]
    seats.admit(scene.resident, by=coordinator, at=database_now())
    seats.invite(scene.room, "observer", by=coordinator, at=database_now())
    inside = browser.get(url)
    labels = {one["role"]: one["label"] for one in inside.json()["seats"]}
    assert labels == {
        "desk": scene.room.organization.name,
        "interpreter": "Phiên dịch viên 101",
        "resident": "Người cần tư vấn",
    }
    for name in ("山田", "佐藤", scene.request.resident_name):
        assert name not in inside.content.decode()
        assert name not in browser.get(f"/seat/{scene.resident.pk}/").content.decode()


@pytest.mark.parametrize(
    ("language", "label", "read"),
    [
        ("en", "通訳 12番", "Interpreter 12"),
        ("ja-simple", "通訳 12番", "通訳の 人 12"),
        ("ja", "通訳 12番", "通訳 12番"),
        ("ar", "通訳 2", "المترجم 2"),
        ("en", "通訳", "Interpreter"),
        ("en", "", "Interpreter"),
        ("en", "山田 花", "山田 花"),
        ("en", "看護師", "看護師"),
    ],
)
def test_a_pseudonym_is_read_in_the_own_language_and_a_given_name_as_given(
    language: str, label: str, read: str
) -> None:
    assert label_for(Seat(role="interpreter", label=label), language) == read


def test_the_desk_reads_what_is_stored_and_its_name_is_never_translated() -> None:
    desk = Seat(role="desk", label="窓口")
    assert label_for(desk, "en") == "窓口"
    assert label_for(Seat(role="resident"), "ja") == "相談者"


def test_pages_of_a_room_may_use_the_devices_and_no_other_page_may(
    scene: Scene, coordinator: User, client_of: Callable[[User], Client]
) -> None:
    room = agree(scene.link).get(f"/seat/{scene.resident.pk}/")
    assert "camera=(self)" in room["Permissions-Policy"]
    assert "display-capture=(self)" in room["Permissions-Policy"]
    policy = room["Content-Security-Policy"]
    assert "ws://testserver" in policy
    assert "media-src 'self' blob:" in policy
    assert "unsafe" not in policy
    assert room["Referrer-Policy"] == "same-origin"
    assert "no-store" in room["Cache-Control"]
    assert Client().get(f"/r/{scene.link}/")["Referrer-Policy"] == "same-origin"
    for path in ("/board/", "/accounts/login/"):
        other = client_of(coordinator).get(path)
        assert "camera=()" in other["Permissions-Policy"]
        assert "ws:" not in other["Content-Security-Policy"]


def test_guessing_links_is_slowed_down_and_a_valid_link_never(scene: Scene) -> None:
    browser = Client()
    statuses = {browser.get(f"/r/guess-{n}/").status_code for n in range(40)}
    assert statuses == {404, 429}
    assert browser.get(f"/r/{scene.link}/").status_code == 200
    assert browser.get("/r/guess/").context["texts"]["too_many"]


@pytest.mark.parametrize("header", ["fa-AF,fa;q=0.9", "xx-weird", "", "zh-TW,zh;q=0.8"])
def test_a_problem_is_told_in_the_guests_language(header: str, db: None) -> None:
    response = Client(headers={"accept-language": header}).get("/r/nothing/?furigana=off")
    tag = response.context["language"]
    assert response.context["texts"]["link_unknown"] in response.content.decode()
    assert f'dir="{response.context["direction"]}"' in response.content.decode()
    assert tag == {"fa": "fa-AF", "xx": "ja-simple", "": "ja-simple", "zh": "zh-Hant"}[header[:2]]


def test_leaving_by_the_button_works_without_a_script(scene: Scene, coordinator: User) -> None:
    browser = agree(scene.link)
    seats.admit(scene.resident, by=coordinator, at=database_now())
    response = browser.post(f"/seat/{scene.resident.pk}/leave/")
    assert response.status_code == 200
    assert Seat.objects.get(pk=scene.resident.pk).state == "left"
    assert browser.get(f"/seat/{scene.resident.pk}/").status_code == 200


# the tablet -------------------------------------------------------------------------------------


def code_of(scene: Scene, coordinator: User) -> str:
    return rooms.make_code(scene.room, by=coordinator, at=database_now())


@pytest.mark.parametrize("written", ["{0}", " {1} {2} ", "{3}"])
def test_six_digits_make_a_tablet_the_desks_second_device(
    scene: Scene, coordinator: User, written: str
) -> None:
    code = code_of(scene, coordinator)
    wide = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    tablet = Client()
    response = tablet.post("/tablet/", {"code": written.format(code, code[:3], code[3:], wide)})
    seat = Seat.objects.get(room=scene.room, role="desk", user=None)
    assert response["Location"] == f"/seat/{seat.pk}/"
    assert seat.state == "admitted"
    assert tablet.get(response["Location"]).status_code == 200
    assert Client().post("/tablet/", {"code": code}).status_code == 422  # once


def test_a_code_dies_after_five_minutes(scene: Scene, coordinator: User) -> None:
    code = code_of(scene, coordinator)
    type(scene.room).objects.update(code_expires_at=database_now())
    assert Client().post("/tablet/", {"code": code}).status_code == 422


def test_a_code_dies_after_five_wrong_tries_that_begin_alike(
    scene: Scene, coordinator: User
) -> None:
    code = code_of(scene, coordinator)
    wrong = [f"{code[:2]}{n:04d}" for n in range(6) if f"{code[:2]}{n:04d}" != code][:5]
    for number in wrong:
        assert Client().post("/tablet/", {"code": number}).status_code == 422
    assert Client().post("/tablet/", {"code": code}).status_code == 422
    assert not Seat.objects.filter(role="desk", user=None).exists()


def test_wrong_tries_elsewhere_leave_a_code_alone(scene: Scene, coordinator: User) -> None:
    code = code_of(scene, coordinator)
    other = f"{(int(code[:2]) + 1) % 100:02d}"
    for n in range(8):
        Client().post("/tablet/", {"code": f"{other}{n:04d}"})
    assert Client().post("/tablet/", {"code": code}).status_code == 302


def test_typing_numbers_is_limited_for_each_address(scene: Scene, coordinator: User) -> None:
    statuses = [Client().post("/tablet/", {"code": f"{n:06d}"}).status_code for n in range(25)]
    assert statuses[:20] == [422] * 20
    assert set(statuses[20:]) == {429}
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post("/tablet/", {"code": "12"}).status_code == 422


def test_a_locked_or_full_room_takes_no_tablet(scene: Scene, coordinator: User) -> None:
    at = database_now()
    rooms.set_lock(scene.room, locked=True, by=coordinator, at=at)
    code = code_of(scene, coordinator)
    refused = Client().post("/tablet/", {"code": code}, headers={"Accept-Language": "ja"})
    assert refused.status_code == 409
    assert "いま新しい人を入れていません" in refused.content.decode()
    rooms.set_lock(scene.room, locked=False, by=coordinator, at=at)
    agree(scene.link)
    for _ in range(2):
        agree(seats.invite(scene.room, "observer", by=coordinator, at=at)[1])
    refused = Client().post("/tablet/", {"code": code}, headers={"Accept-Language": "en"})
    assert refused.status_code == 409
    for shown in ("The room is full.", f'value="{code}"', "Try again"):
        assert shown in refused.content.decode()
    seats.remove(scene.resident, by=coordinator, at=at)
    assert Client().post("/tablet/", {"code": code}).status_code == 302, "the code is still good"
