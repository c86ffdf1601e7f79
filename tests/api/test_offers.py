"""Candidates, offers and answers over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from dispatch.models import Assignment, Offer
from dispatch.policy import policy_for
from tests import factories


@pytest.fixture
def opened(city):
    return factories.RequestFactory(organization=city, policy=policy_for(city))


def address(request, tail):
    return f"/api/v1/requests/{request.pk}/{tail}/"


def answer(client, offer, verb, **body):
    return client.post(f"/api/v1/offers/{offer.pk}/{verb}/", body, format="json")


def test_candidates_come_in_order_with_reasons_for_and_against(desk, opened, hana, minh):
    body = desk.get(address(opened, "candidates")).json()
    assert {row["volunteer_id"] for row in body["results"]} == {hana.pk, minh.pk}
    assert [row["rank"] for row in body["results"]] == [1, 2]
    assert body["able"] == 2
    first = body["results"][0]
    assert first["name"]
    assert 0 < first["chance"] <= 1
    assert all(set(reason) == {"code", "text", "for"} for reason in first["reasons"])


def test_people_just_excluded_are_listed_with_the_reason(desk, opened, city, hana):
    busy = factories.VolunteerFactory(organization=city, rules=[(0, 540, 600)])
    body = desk.get(address(opened, "candidates")).json()
    (excluded,) = [row for row in body["excluded"] if row["volunteer_id"] == busy.pk]
    assert excluded["reasons"][0]["text"]
    assert excluded["reasons"][0]["for"] is False


def test_the_number_of_candidates_can_be_limited(desk, opened, hana, minh):
    body = desk.get(address(opened, "candidates"), {"limit": 1}).json()
    assert (len(body["results"]), body["able"]) == (1, 2)
    assert desk.get(address(opened, "candidates"), {"limit": 0}).status_code == 400


def test_chosen_people_are_asked(desk, coordinator, opened, hana, minh):
    response = desk.post(address(opened, "offers"), {"volunteer_ids": [minh.pk]}, format="json")
    assert response.status_code == 201
    (shown,) = response.json()["results"]
    assert (shown["volunteer_id"], shown["state"]) == (minh.pk, "prepared")
    assert AuditEntry.objects.filter(verb="wave.sent", actor=coordinator).exists()
    assert desk.get(address(opened, "offers")).json()["results"] == [shown]


def test_asking_the_same_person_again_asks_nobody_twice(desk, opened, hana):
    first = desk.post(address(opened, "offers"), {"volunteer_ids": [hana.pk]}, format="json")
    again = desk.post(
        address(opened, "offers"), {"volunteer_ids": [hana.pk, hana.pk]}, format="json"
    )
    assert (again.status_code, again.json()) == (201, first.json())
    assert Offer.objects.count() == 1


def test_all_are_asked_or_none(desk, opened, hana, city, town):
    silent = factories.VolunteerFactory(organization=city, skills=["ne"])
    foreign = factories.VolunteerFactory(organization=town)
    body = {"volunteer_ids": [hana.pk, silent.pk, foreign.pk]}
    response = desk.post(address(opened, "offers"), body, format="json")
    assert response.status_code == 400
    assert {(error["field"], error["code"]) for error in response.json()["errors"]} == {
        ("volunteer_ids.1", "not_a_candidate"),
        ("volunteer_ids.2", "unknown_volunteer"),
    }
    assert not Offer.objects.exists()


def test_somebody_without_a_valid_term_is_not_asked_and_the_reason_is_said(desk, opened, city):
    late = factories.VolunteerFactory(organization=city, registration=False)
    response = desk.post(address(opened, "offers"), {"volunteer_ids": [late.pk]}, format="json")
    (error,) = response.json()["errors"]
    assert error["code"] == "not_a_candidate"
    assert "登録" in error["message"]


def test_nobody_is_asked_for_a_request_that_is_over(desk, city, hana):
    over = factories.RequestFactory(organization=city, status="cancelled")
    response = desk.post(address(over, "offers"), {"volunteer_ids": [hana.pk]}, format="json")
    assert (response.status_code, response.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize("ids", [[], "1", None, ["x"], [0], [2**63], [True], list(range(1, 200))])
def test_a_list_of_people_that_cannot_be_meant_is_400(desk, opened, ids):
    response = desk.post(address(opened, "offers"), {"volunteer_ids": ids}, format="json")
    assert response.status_code == 400


@pytest.mark.parametrize("via", ["web", "phone", "desk"])
def test_an_acceptance_takes_the_seat_and_says_how_it_came(desk, coordinator, opened, hana, via):
    offer = factories.OfferFactory(request=opened, volunteer=hana)
    response = answer(desk, offer, "accept", via=via)
    body = response.json()
    assert (response.status_code, body["outcome"]) == (200, "yours")
    assert (body["assignment"]["volunteer_id"], body["assignment"]["seat"]) == (hana.pk, 1)
    assert (body["offer"]["state"], body["offer"]["via"]) == ("accepted", via)
    entry = AuditEntry.objects.get(verb="offer.accepted")
    assert (entry.actor, entry.detail["via"]) == (coordinator, via)
    assert answer(desk, offer, "accept", via=via).json() == body
    assert Assignment.objects.count() == 1


def test_the_second_yes_is_too_late_and_kept_as_standby(desk, opened, hana, minh):
    first = factories.OfferFactory(request=opened, volunteer=hana)
    second = factories.OfferFactory(request=opened, volunteer=minh)
    assert answer(desk, first, "accept").status_code == 200
    response = answer(desk, second, "accept")
    assert (response.status_code, response.json()["code"]) == (409, "too_late")
    assert response["Content-Type"] == "application/problem+json"
    second.refresh_from_db()
    assert second.late_yes_at is not None
    shown = desk.get(address(opened, "offers")).json()["results"]
    assert [row["late"] for row in shown] == [False, True]


def test_somebody_booked_elsewhere_at_that_time_is_refused(desk, city, opened, hana):
    other = factories.RequestFactory(organization=city, status="filled")
    factories.AssignmentFactory(request=other, volunteer=hana)
    offer = factories.OfferFactory(request=opened, volunteer=hana)
    response = answer(desk, offer, "accept")
    assert (response.status_code, response.json()["code"]) == (409, "overlap")


def test_a_no_is_noted_with_its_reason_and_may_be_repeated(desk, opened, hana):
    offer = factories.OfferFactory(request=opened, volunteer=hana)
    response = answer(desk, offer, "decline", via="phone", reason="予定がある")
    body = response.json()
    assert (response.status_code, body["outcome"]) == (200, "declined")
    assert (body["offer"]["decline_reason"], body["offer"]["via"]) == ("予定がある", "phone")
    assert answer(desk, offer, "decline", via="phone").json() == body


def test_a_seat_is_not_given_back_by_a_no(desk, opened, hana):
    offer = factories.OfferFactory(request=opened, volunteer=hana)
    answer(desk, offer, "accept")
    response = answer(desk, offer, "decline")
    assert (response.status_code, response.json()["code"]) == (409, "already_accepted")
    assert Assignment.objects.active().count() == 1


def test_an_offer_that_is_over_cannot_be_declined(desk, opened, hana):
    offer = factories.OfferFactory(request=opened, volunteer=hana, state="expired")
    response = answer(desk, offer, "decline")
    assert (response.status_code, response.json()["code"]) == (409, "closed")


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_an_unknown_way_of_answering_is_400(desk, opened, hana, verb):
    offer = factories.OfferFactory(request=opened, volunteer=hana)
    assert answer(desk, offer, verb, via="pigeon").status_code == 400
    offer.refresh_from_db()
    assert offer.state == "sent"


@pytest.mark.parametrize("client", ["stranger", "teacher", "books"])
@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_nobody_else_answers(request, opened, hana, client, verb):
    offer = factories.OfferFactory(request=opened, volunteer=hana)
    assert answer(request.getfixturevalue(client), offer, verb).status_code == 404
    offer.refresh_from_db()
    assert offer.state == "sent"


def test_an_offer_tells_until_when_it_rings(desk, opened, hana, now):
    until = now + timedelta(seconds=40)
    factories.OfferFactory(request=opened, volunteer=hana, rings_until=until)
    factories.OfferFactory(request=opened, volunteer=factories.VolunteerFactory(
        organization=opened.organization))  # fmt: skip
    shown = desk.get(address(opened, "offers")).json()["results"]
    assert [row["rings_until"] for row in shown] == ["2026-11-24T10:00:40+09:00", None]
