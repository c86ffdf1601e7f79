"""Requests over the API: open, look at, list, cancel; who sees what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from dispatch.engine import advance
from dispatch.models import Place, Request, RequestingBody
from tests import factories

REQUESTS = "/api/v1/requests/"


def codes_of(response):
    return {(error["field"], error["code"]) for error in response.json()["errors"]}


def test_a_request_opened_comes_back_with_status_rung_and_next_action(desk, coordinator, need, now):
    response = desk.post(REQUESTS, need, format="json")
    assert response.status_code == 201
    body = response.json()
    assert (body["status"], body["language"], body["seats"]) == ("open", "vi", 1)
    assert body["number"] == "R8-00001"
    assert body["place"] == need["place"]
    assert body["starts_at"] == "2026-11-26T14:00:00+09:00"
    assert body["rung"]["kind"] == "volunteer"
    assert body["rung"]["index"] == 0
    assert body["next_action"] == "wave"
    assert datetime.fromisoformat(body["next_action_at"]) == now
    assert body["offers"] == body["assignments"] == body["requirements"] == []
    entry = AuditEntry.objects.get(subject=f"request:{body['id']}", verb="request.opened")
    assert entry.actor == coordinator


def test_at_the_counter_no_times_are_needed(desk, need, now):
    body = {"language": "vi", "mode": "onsite", "urgency": "now", "field": "administrative"}
    shown = desk.post(REQUESTS, body, format="json").json()
    assert datetime.fromisoformat(shown["starts_at"]) == now
    assert datetime.fromisoformat(shown["ends_at"]) == now + timedelta(minutes=60)
    assert shown["place"] is None


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("vi", "vi"),
        ("VI-vn", "vi"),
        ("ベトナム語", "vi"),
        ("Tiếng Việt", "vi"),
        ("zh-Hant-TW", "zh-TW"),
    ],
)
def test_a_language_may_be_written_in_any_way(desk, need, typed, tag):
    response = desk.post(REQUESTS, {**need, "language": typed}, format="json")
    assert response.json()["language"] == tag


def test_a_language_nobody_knows_is_refused_with_a_code_of_its_own(desk, need):
    response = desk.post(REQUESTS, {**need, "language": "xx"}, format="json")
    assert response.status_code == 400
    assert codes_of(response) == {("language", "unknown_language")}


def test_a_booking_needs_its_times(desk, need):
    del need["starts_at"], need["ends_at"]
    response = desk.post(REQUESTS, need, format="json")
    assert codes_of(response) == {("starts_at", "required"), ("ends_at", "required")}


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"ends_at": "2026-11-26T14:00:00+09:00"}, "ends_at"),
        ({"ends_at": "2026-11-28T14:00:00+09:00"}, "ends_at"),
        ({"starts_at": "2026-11-20T14:00:00+09:00", "ends_at": "2026-11-20T15:00:00+09:00"}, "ends_at"),
    ],
)  # fmt: skip
def test_times_that_the_action_refuses_have_its_code(desk, need, times, field):
    response = desk.post(REQUESTS, need | times, format="json")
    assert (response.status_code, response.json()["code"]) == (400, "bad_times")
    assert codes_of(response) == {(field, "bad_times")}
    assert not Request.objects.exists()
    assert not Place.objects.exists()


def test_requirements_come_back_as_they_are_kept(desk, need, hana, minh):
    need["requirements"] = [
        {"kind": "gender", "hard": True, "value": "female"},
        {"kind": "dialect", "value": "台湾華語"},
        {"kind": "qualified"},
        {"kind": "preferred", "volunteer_id": hana.pk},
        {"kind": "excluded", "volunteer_id": minh.pk},
    ]
    shown = desk.post(REQUESTS, need, format="json").json()["requirements"]
    assert shown == [
        {"kind": "gender", "hard": True, "value": "female", "volunteer_id": None},
        {"kind": "dialect", "hard": False, "value": "zh-TW", "volunteer_id": None},
        {"kind": "qualified", "hard": False, "value": "medical", "volunteer_id": None},
        {"kind": "preferred", "hard": False, "value": "", "volunteer_id": hana.pk},
        {"kind": "excluded", "hard": True, "value": "", "volunteer_id": minh.pk},
    ]


def test_nobody_of_another_town_can_be_named_or_used(desk, need, town):
    foreign = factories.VolunteerFactory(organization=town)
    need["requirements"] = [{"kind": "excluded", "volunteer_id": foreign.pk}]
    response = desk.post(REQUESTS, need, format="json")
    assert codes_of(response) == {("requirements.0.volunteer_id", "unknown_volunteer")}
    del need["requirements"]
    need["desk_id"] = factories.DeskFactory(organization=town).pk
    assert codes_of(desk.post(REQUESTS, need, format="json")) == {("desk_id", "unknown_desk")}


def test_a_remembered_place_fills_in_what_was_left_out(desk, need, city):
    factories.PlaceFactory(
        organization=city, name="市立病院", address="本町9", area="北", lat=35.5, lon=139.5
    )
    need["place"] = {"name": "市立病院"}
    shown = desk.post(REQUESTS, need, format="json").json()
    assert shown["place"] == {"name": "市立病院", "address": "本町9", "lat": 35.5, "lon": 139.5}
    assert Request.objects.get().place_area == "北"


def test_a_desk_stands_for_its_place(desk, need, city):
    counter = factories.DeskFactory(organization=city, name="駅前窓口")
    del need["place"]
    shown = desk.post(REQUESTS, {**need, "desk_id": counter.pk}, format="json").json()
    assert (shown["desk_id"], shown["place"]["name"]) == (counter.pk, "駅前窓口")


def test_offers_made_by_the_engine_are_shown(desk, need, hana, now):
    made = desk.post(REQUESTS, need, format="json").json()
    advance(made["id"], now)
    shown = desk.get(f"{REQUESTS}{made['id']}/").json()
    (offer,) = shown["offers"]
    assert (offer["volunteer_id"], offer["wave"], offer["late"], offer["via"]) == (
        hana.pk,
        1,
        False,
        None,
    )
    assert {"code", "text", "for"} == set(offer["reasons"][0])


def test_a_requester_asks_only_for_its_own_body(teacher, school, need):
    shown = teacher.post(REQUESTS, {**need, "body": "市役所"}, format="json").json()
    assert shown["body"] == school.name
    assert not RequestingBody.objects.filter(name="市役所").exists()


def test_a_requester_without_a_body_cannot_ask(teacher, requester, need):
    requester.memberships.update(requesting_body_id=None)
    response = teacher.post(REQUESTS, need, format="json")
    assert codes_of(response) == {("body", "no_body")}


def test_a_requester_sees_its_own_requests_without_who_was_asked(teacher, city, school, hana):
    own = factories.RequestFactory(organization=city, body=school, status="filled")
    offer = factories.OfferFactory(request=own, volunteer=hana, state="accepted")
    factories.AssignmentFactory(request=own, volunteer=hana, offer=offer)
    other = factories.RequestFactory(organization=city)
    shown = teacher.get(REQUESTS).json()
    assert [row["id"] for row in shown["results"]] == [own.pk]
    assert shown["results"][0]["offers"] is None
    assert shown["results"][0]["assignments"][0]["volunteer_name"] == "通訳 101番"
    assert teacher.get(f"{REQUESTS}{other.pk}/").status_code == 404


def test_a_requester_does_not_read_why_somebody_cannot_come(teacher, city, school, hana):
    own = factories.RequestFactory(organization=city, body=school)
    factories.AssignmentFactory(
        request=own, volunteer=hana, state="cancelled", end_reason="体調がよくない"
    )
    [shown] = teacher.get(f"{REQUESTS}{own.pk}/").json()["assignments"]
    assert (shown["state"], shown["end_reason"]) == ("cancelled", "")


def test_a_requester_may_wish_only_for_somebody_who_came_before(
    teacher, city, school, need, hana, minh
):
    factories.AssignmentFactory(
        request=factories.RequestFactory(organization=city, body=school, status="filled"),
        volunteer=hana,
    )
    need["starts_at"], need["ends_at"] = "2026-11-27T10:00:00+09:00", "2026-11-27T11:00:00+09:00"
    wish = [{"kind": "preferred", "volunteer_id": hana.pk}]
    assert teacher.post(REQUESTS, {**need, "requirements": wish}, format="json").status_code == 201
    wish[0]["volunteer_id"] = minh.pk
    response = teacher.post(REQUESTS, {**need, "requirements": wish}, format="json")
    assert codes_of(response) == {("requirements.0.volunteer_id", "unknown_volunteer")}


def test_an_accountant_reads_without_what_was_said(books, city, need):
    made = factories.RequestFactory(organization=city, sensitivity="strict")
    shown = books.get(f"{REQUESTS}{made.pk}/").json()
    assert [shown[name] for name in ("note", "resident_name", "requirements", "sensitivity")] == [
        None
    ] * 4
    assert books.post(REQUESTS, need, format="json").status_code == 404


def test_the_other_town_sees_nothing(stranger, city):
    made = factories.RequestFactory(organization=city)
    assert stranger.get(REQUESTS).json()["results"] == []
    assert stranger.get(f"{REQUESTS}{made.pk}/").status_code == 404
    response = stranger.post(
        f"{REQUESTS}{made.pk}/cancel/", {"reason": "x", "cancelled_by": "body"}, format="json"
    )
    assert response.status_code == 404
    made.refresh_from_db()
    assert made.status == "open"


def test_the_list_filters_and_turns_pages(desk, city):
    day = datetime(2026, 12, 1, tzinfo=UTC)
    made = [
        factories.RequestFactory(organization=city, starts_at=day + timedelta(days=n), language=tag)
        for n, tag in enumerate(["vi", "ne", "vi"])
    ]
    first = desk.get(REQUESTS, {"page_size": 2}).json()
    assert first["count"] == 3
    assert first["previous"] is None
    assert [row["id"] for row in first["results"]] == [made[2].pk, made[1].pk]
    assert [row["id"] for row in desk.get(first["next"]).json()["results"]] == [made[0].pk]
    spoken = desk.get(REQUESTS, {"language": "ネパール語"}).json()["results"]
    assert [row["id"] for row in spoken] == [made[1].pk]
    query = {"starts_after": "2026-12-02T00:00:00Z", "starts_before": "2026-12-03T00:00:00Z"}
    assert [row["id"] for row in desk.get(REQUESTS, query).json()["results"]] == [made[1].pk]
    assert desk.get(REQUESTS, {"status": "cancelled"}).json()["count"] == 0


def test_the_list_costs_the_same_for_any_number_of_requests(desk, city):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert desk.get(REQUESTS).status_code == 200
        return len(found)

    def make():
        request = factories.RequestFactory(
            organization=city, body=factories.RequestingBodyFactory(organization=city)
        )
        factories.OfferFactory(request=request)
        factories.RequirementFactory(request=request)

    make()
    few = statements()
    for _ in range(5):
        make()
    assert statements() == few


def test_cancelling_says_who_and_why_and_tells_everybody(desk, city, hana):
    made = factories.RequestFactory(organization=city)
    offer = factories.OfferFactory(request=made, volunteer=hana)
    body = {"reason": "熱が下がったため", "cancelled_by": "resident"}
    response = desk.post(f"{REQUESTS}{made.pk}/cancel/", body, format="json")
    shown = response.json()
    assert response.status_code == 200
    assert (shown["status"], shown["cancelled_by"], shown["cancel_reason"]) == (
        "cancelled", "resident", "熱が下がったため",
    )  # fmt: skip
    assert (shown["next_action"], shown["next_action_at"]) == (None, None)
    offer.refresh_from_db()
    assert offer.state == "withdrawn"
    again = desk.post(f"{REQUESTS}{made.pk}/cancel/", body, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


def test_cancelling_needs_a_reason_and_a_person(desk, city):
    made = factories.RequestFactory(organization=city)
    response = desk.post(f"{REQUESTS}{made.pk}/cancel/", {"reason": " "}, format="json")
    assert codes_of(response) == {("reason", "blank"), ("cancelled_by", "required")}
    made.refresh_from_db()
    assert made.status == "open"
