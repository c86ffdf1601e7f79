"""Reports over the API."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from dispatch.policy import policy_for
from interpreting.models import Report
from tests import factories

HAPPENED = {
    "started_at": "2026-11-26T14:05:00+09:00",
    "ended_at": "2026-11-26T15:40:00+09:00",
    "outcome": "done",
    "transport": "train_bus",
    "transport_yen": 460,
    "transport_route": "八王子 → 南大沢",
}


@pytest.fixture
def held(city, hana, clock):
    """Hana's booking, an hour after its end."""
    request = factories.RequestFactory(organization=city, status="filled", policy=policy_for(city))
    clock.at = request.ends_at
    clock.move(hours=1)
    return factories.AssignmentFactory(request=request, volunteer=hana)


def address(assignment):
    return f"/api/v1/assignments/{assignment.pk}/report/"


def test_the_desk_hands_a_report_in_for_the_volunteer(desk, coordinator, held):
    response = desk.post(address(held), HAPPENED, format="json")
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["minutes"], body["state"], body["submitted_via"]) == (95, "submitted", "desk")
    assert {name: body[name] for name in HAPPENED} == HAPPENED
    assert desk.get(address(held)).json() == body
    held.refresh_from_db()
    assert held.state == "finished"


def test_the_same_report_again_is_200_and_changes_nothing(desk, held):
    first = desk.post(address(held), HAPPENED, format="json")
    again = desk.post(address(held), HAPPENED, format="json")
    assert (again.status_code, again.json()) == (200, first.json())


def test_another_report_needs_the_first_to_be_returned(desk, held):
    desk.post(address(held), HAPPENED, format="json")
    response = desk.post(address(held), {**HAPPENED, "transport_yen": 500}, format="json")
    assert (response.status_code, response.json()["code"]) == (409, "already_reported")


def test_before_there_is_a_report_it_is_404(desk, held):
    assert desk.get(address(held)).status_code == 404


def test_a_report_before_the_beginning_is_refused(desk, held, clock):
    clock.move(hours=-4)
    response = desk.post(address(held), HAPPENED, format="json")
    assert (response.status_code, response.json()["code"]) == (409, "too_early")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"ended_at": "2026-11-26T14:00:00+09:00"}, "ended_at", "ends_before_start"),
        ({"ended_at": "2026-11-26T23:00:00+09:00"}, "ended_at", "in_the_future"),
        ({"transport": "none"}, "transport", "transport_without_means"),
        ({"transport_yen": -1}, "transport_yen", "min_value"),
        ({"transport_yen": 10**30}, "transport_yen", "max_value"),
        ({"outcome": "fine"}, "outcome", "invalid_choice"),
        ({"receipts": ["not base64!"]}, "receipts", "not_base64"),
        ({"receipts": ["aGVsbG8="]}, "receipts", "not_an_image"),
        ({"receipts": ["aGVsbG8="] * 4}, "receipts", "max_length"),
        ({"comment": "a\x00"}, "comment", "null_characters_not_allowed"),
    ],
)
def test_what_cannot_be_true_is_400_beside_its_field(desk, send, held, change, field, code):
    response = send(desk, address(held), {**HAPPENED, **change})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert not Report.objects.exists()


def test_a_receipt_is_kept_as_a_clean_photo(desk, held):
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    photo = base64.b64encode(file.getvalue()).decode()
    response = desk.post(address(held), {**HAPPENED, "receipts": [photo]}, format="json")
    assert response.json()["receipt_count"] == 1
    kept = Report.objects.get().receipts.get()
    assert bytes(kept.content).startswith(b"\xff\xd8")


def test_an_accountant_reads_and_nobody_else_comes_near(desk, books, teacher, stranger, held):
    desk.post(address(held), HAPPENED, format="json")
    assert books.get(address(held)).status_code == 200
    assert books.post(address(held), HAPPENED, format="json").status_code == 404
    assert teacher.get(address(held)).status_code == 404
    assert stranger.get(address(held)).status_code == 404


def test_an_accountant_reads_the_figures_but_not_the_comment(desk, books, held):
    desk.post(address(held), {**HAPPENED, "comment": "娘さんが同席"}, format="json")
    body = books.get(address(held)).json()
    assert (body["comment"], body["transport_yen"]) == (None, 460)
    assert desk.get(address(held)).json()["comment"] == "娘さんが同席"
