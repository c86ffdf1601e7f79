"""The board and the request's page: what a coordinator sees and presses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Organization, User
from dispatch.engine import advance
from dispatch.models import Assignment, Offer, Request, RequestingBody
from tests.conftest import Clock
from tests.factories import (
    AssignmentFactory,
    OfferFactory,
    RequestFactory,
    RequirementFactory,
    VolunteerFactory,
    WaveFactory,
)
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(coordinator: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    """The coordinator's browser, at the time of the cast."""
    return client_of(coordinator)


def asked(city: Organization, volunteer: Volunteer) -> Offer:
    request = RequestFactory(organization=city)
    return OfferFactory(request=request, volunteer=volunteer, wave=WaveFactory(request=request))


def test_the_board_shows_who_was_asked_and_what_they_said(
    page: Client, city: Organization, hana: Volunteer
) -> None:
    offer = asked(city, hana)
    Offer.objects.filter(pk=offer.pk).update(state="declined")
    text = page.get("/board/").content.decode()
    assert "ベトナム語" in text
    assert "山田 花" in text
    assert "辞退" in text


def test_an_unchanged_board_answers_304_and_a_change_answers_with_the_new_one(
    page: Client, city: Organization, hana: Volunteer
) -> None:
    first = page.get("/board/fragment/")
    etag = first["ETag"]
    assert page.get("/board/fragment/", headers={"if-none-match": etag}).status_code == 304
    asked(city, hana)
    answer = page.get("/board/fragment/", headers={"if-none-match": etag})
    assert answer.status_code == 200
    assert answer["ETag"] != etag


def test_another_organization_sees_nothing_of_it(
    outsider: User, client_of: Callable[[User], Client], city: Organization, hana: Volunteer
) -> None:
    offer = asked(city, hana)
    client = client_of(outsider)
    assert "ベトナム語" not in client.get("/board/").content.decode()
    assert client.get(f"/requests/{offer.request_id}/").status_code == 404
    assert client.post(f"/offers/{offer.pk}/answer/", {"answer": "yes"}).status_code == 404


def test_the_board_takes_a_constant_number_of_statements(
    page: Client, city: Organization, now: datetime, django_assert_max_num_queries: object
) -> None:
    for _ in range(12):
        asked(city, VolunteerFactory(organization=city, on_call_until=now + timedelta(hours=1)))
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        page.get("/board/fragment/")


def test_an_answer_given_by_telephone_books_the_person(
    page: Client, city: Organization, hana: Volunteer
) -> None:
    offer = asked(city, hana)
    answer = page.post(f"/offers/{offer.pk}/answer/", {"answer": "yes"}, follow=True)
    assert "山田 花さんに決まりました。" in answer.content.decode()
    offer.refresh_from_db()
    assert (offer.state, offer.answered_via, offer.answered_by) == ("accepted", "phone", "佐藤 恵")


def test_a_no_given_by_telephone_is_noted(
    page: Client, city: Organization, hana: Volunteer
) -> None:
    offer = asked(city, hana)
    page.post(f"/offers/{offer.pk}/answer/", {"answer": "no", "reason": "旅行中"})
    offer.refresh_from_db()
    assert (offer.state, offer.decline_reason) == ("declined", "旅行中")


def test_candidates_are_listed_with_reasons_and_the_ticked_are_asked(
    page: Client, city: Organization, hana: Volunteer, minh: Volunteer
) -> None:
    request = RequestFactory(organization=city)
    text = page.get(f"/requests/{request.pk}/candidates/").content.decode()
    assert "山田 花" in text
    assert "よい点" in text
    page.post(f"/requests/{request.pk}/ask/", {"volunteer": [hana.pk]})
    assert [o.volunteer for o in request.offers.all()] == [hana]


def test_people_just_excluded_are_listed_with_the_reason(
    page: Client, city: Organization, hana: Volunteer
) -> None:
    booking = AssignmentFactory(
        volunteer=hana,
        request=RequestFactory(organization=city, status="filled", place_name="市立病院"),
    )
    request = RequestFactory(organization=city, place_name="図書館")
    text = page.get(f"/requests/{request.pk}/candidates/").content.decode()
    assert "あと少しで対象外の方" in text
    assert "市立病院" in text.split("あと少しで対象外の方")[-1]
    assert booking.is_active


def test_a_direct_assignment_fills_the_request(
    page: Client, city: Organization, hana: Volunteer
) -> None:
    request = RequestFactory(organization=city)
    page.post(f"/requests/{request.pk}/assign/", {"volunteer": hana.pk})
    request.refresh_from_db()
    assert request.status == "filled"


def test_cancelling_needs_a_reason(page: Client, city: Organization) -> None:
    request = RequestFactory(organization=city)
    address = f"/requests/{request.pk}/cancel/"
    answer = page.post(address, {"cancelled_by": "body", "reason": ""})
    assert answer.status_code == 422
    assert "取消しの理由を入力してください。" in answer.content.decode()
    page.post(address, {"cancelled_by": "body", "reason": "来院しない"})
    request.refresh_from_db()
    assert (request.status, request.cancelled_by) == ("cancelled", "body")


def test_a_cancelled_request_can_be_reopened(page: Client, city: Organization) -> None:
    request = RequestFactory(organization=city, status="cancelled")
    page.post(f"/requests/{request.pk}/do/reopen/")
    request.refresh_from_db()
    assert (request.status, request.next_action) == ("open", "wave")


def test_a_volunteer_who_cannot_come_after_all_starts_the_search_again(
    page: Client, city: Organization, hana: Volunteer, now: datetime
) -> None:
    booking = AssignmentFactory(
        volunteer=hana, request=RequestFactory(organization=city, status="filled")
    )
    page.post(f"/assignments/{booking.pk}/do/release/", {"reason": "発熱"})
    request = Request.objects.get(pk=booking.request_id)
    assert request.status == "open"
    assert Assignment.objects.get(pk=booking.pk).state == "cancelled"
    VolunteerFactory(organization=city)
    assert advance(request.pk, now)
    assert hana.pk not in set(request.offers.values_list("volunteer_id", flat=True))


def test_a_double_press_on_a_button_that_no_longer_fits_says_so(
    page: Client, city: Organization
) -> None:
    request = RequestFactory(organization=city, status="cancelled")
    answer = page.post(
        f"/requests/{request.pk}/cancel/", {"cancelled_by": "body", "reason": "x"}, follow=True
    )
    assert "この操作はできません" in answer.content.decode()


@pytest.mark.parametrize("role", ["accountant", "requester"])
def test_readers_see_no_buttons_and_cannot_press_them(
    role: str,
    city: Organization,
    hana: Volunteer,
    client_of: Callable[[User], Client],
    request: pytest.FixtureRequest,
) -> None:
    reader: User = request.getfixturevalue(role)
    offer = asked(city, hana)
    if role == "requester":
        membership = reader.memberships.get()
        Request.objects.update(body_id=membership.requesting_body_id)
    client = client_of(reader)
    text = client.get(f"/requests/{offer.request_id}/").content.decode()
    assert '<button class="button" form="act"' not in text
    assert client.post(f"/offers/{offer.pk}/answer/", {"answer": "yes"}).status_code == 404


def test_an_accountant_sees_no_consultation_content(
    accountant: User, client_of: Callable[[User], Client], city: Organization
) -> None:
    request = RequestFactory(organization=city, note="内科の初診。", resident_name="相談者A")
    text = client_of(accountant).get(f"/requests/{request.pk}/").content.decode()
    assert "内科の初診" not in text
    assert "相談者A" not in text


@pytest.mark.parametrize("verb", ["assign", "ask"])
def test_what_only_looks_like_a_number_names_nobody(
    verb: str, page: Client, city: Organization
) -> None:
    request = RequestFactory(organization=city)
    answer = page.post(f"/requests/{request.pk}/{verb}/", {"volunteer": "²"})
    assert answer.status_code in (302, 404)


def test_people_ticked_in_the_list_for_video_are_asked_for_video(
    page: Client, city: Organization, hana: Volunteer, minh: Volunteer
) -> None:
    request = RequestFactory(organization=city)
    Volunteer.objects.filter(pk=minh.pk).update(lat=None, lon=None, accepts_video=False)
    hidden = '<input type="hidden" name="remote" value="1">'
    address = f"/requests/{request.pk}/candidates/"
    assert hidden not in page.get(address).content.decode()
    assert page.get(f"{address}?remote=1").content.decode().count(hidden) == 2
    ticked = {"volunteer": [hana.pk, minh.pk], "remote": "1"}
    page.post(f"/requests/{request.pk}/ask/", ticked)
    assert [(o.volunteer, o.remote) for o in request.offers.all()] == [(hana, True)]
    answer = page.post(f"/requests/{request.pk}/ask/", {"remote": "1"})
    assert answer["Location"] == f"{address}?remote=1"


def test_a_requester_sees_the_names_that_residents_see(
    requester: User,
    coordinator: User,
    client_of: Callable[[User], Client],
    school: RequestingBody,
    hana: Volunteer,
    clock: Clock,
) -> None:
    booked = RequestFactory(organization=school.organization, body=school, status="filled")
    AssignmentFactory(request=booked, volunteer=hana)
    other = RequestFactory(
        organization=school.organization,
        body=school,
        starts_at=booked.starts_at + timedelta(days=1),
    )
    RequirementFactory(request=other, kind="preferred", value="", volunteer=hana)
    AssignmentFactory(request=other, volunteer=hana, state="cancelled")
    addresses = ["/requests/", f"/requests/{booked.pk}/", f"/requests/{other.pk}/fragment/"]
    for address in addresses:
        text = client_of(requester).get(address).content.decode()
        assert hana.name not in text
        assert f"通訳 {hana.number}番" in text
        assert hana.name in client_of(coordinator).get(address).content.decode()
