"""Every refusal is a problem with a code, and no input makes the API stumble."""

from __future__ import annotations

import logging

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from accounts.models import ApiToken
from config.api import TokenThrottle
from dispatch.api import requests

PROBLEM = "application/problem+json"
REQUESTS = "/api/v1/requests/"


def assert_problem(response, status, code):
    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM), response.content
    body = response.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "errors"}
    assert (body["status"], body["code"]) == (status, code)
    return body


def test_without_a_token_it_answers_401_and_names_the_scheme(db):
    response = APIClient().get(REQUESTS)
    assert_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == 'Token realm="api"'


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Token nonsense", "invalid_token"),
        ("Token a b", "malformed_token"),
        ("Token \x00", "invalid_token"),
    ],
)
def test_a_token_that_opens_nothing_is_401(db, header, code):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    assert_problem(client.get(REQUESTS), 401, code)


def test_a_revoked_token_is_401_at_once(desk, now):
    assert desk.get(REQUESTS).status_code == 200
    ApiToken.objects.update(revoked_at=now)
    assert_problem(desk.get(REQUESTS), 401, "invalid_token")


def test_a_session_is_not_a_token(client_of, coordinator):
    assert_problem(client_of(coordinator).get(REQUESTS), 401, "not_authenticated")


def test_a_wrong_method_is_405(desk):
    response = desk.delete(REQUESTS)
    assert_problem(response, 405, "method_not_allowed")
    assert "POST" in response["Allow"]


def test_a_form_instead_of_json_is_415(desk):
    response = desk.post(REQUESTS, {"language": "vi"}, format="multipart")
    assert_problem(response, 415, "unsupported_media_type")


def test_an_unknown_address_is_a_problem_too(db):
    assert_problem(APIClient().get("/api/v1/nothing/"), 404, "not_found")
    assert_problem(APIClient().put("/api/v1/"), 404, "not_found")


def test_a_missing_slash_is_explained_instead_of_losing_the_body(desk):
    body = assert_problem(desk.post("/api/v1/requests", {}, format="json"), 404, "slash_missing")
    assert "/api/v1/requests/" in body["detail"]


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        '"text"',
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"seats": NaN}',
        "1" * 5000,
        "\ufeff{}",
    ],
)
def test_a_body_that_is_not_an_object_is_400(desk, body):
    response = desk.post(REQUESTS, body, content_type="application/json")
    assert_problem(response, 400, "parse_error")


def test_bytes_that_are_no_text_are_400(desk):
    response = desk.post(REQUESTS, b'{"language": "\xff\xfe"}', content_type="application/json")
    assert_problem(response, 400, "parse_error")


def test_a_body_too_large_is_413(desk, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = desk.post(REQUESTS, {"note": "あ" * 1000}, format="json")
    assert_problem(response, 413, "too_large")


def test_errors_name_the_input_its_code_and_a_sentence(desk, need):
    need["place"]["lat"] = 91
    need["requirements"] = [{"kind": "gender", "value": "female"}, {"kind": "wizard"}]
    body = assert_problem(desk.post(REQUESTS, need, format="json"), 400, "invalid")
    found = {(error["field"], error["code"]) for error in body["errors"]}
    assert found == {("place.lat", "max_value"), ("requirements.1.kind", "invalid_choice")}
    assert all(error["message"] for error in body["errors"])


@pytest.mark.parametrize("evil", ["a\x00b", "\ud800", "\x00", "\udfff" * 3])
@pytest.mark.parametrize("name", ["note", "mode", "language", "body", "urgency", "starts_at"])
def test_characters_that_cannot_be_stored_are_400(desk, send, need, name, evil):
    response = send(desk, REQUESTS, {**need, name: evil})
    assert response.status_code == 400
    response.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("starts_at", "2026-11-26T14:00:00"),  # no offset
        ("starts_at", "9999-12-31T23:59:59-12:00"),
        ("starts_at", "0001-01-01T00:00:00+14:00"),
        ("starts_at", "2999-01-01T00:00:00Z"),
        ("starts_at", 10**20),
        ("seats", 10**30),
        ("seats", 0),
        ("seats", 21),
        ("desk_id", 2**63),
        ("desk_id", 2**63 - 1),
        ("desk_id", -1),
        ("place", {"name": "駅", "lat": "NaN"}),
        ("place", {"name": "駅", "lat": 10**400}),
        ("place", {"name": "駅", "lat": "Infinity"}),
        ("place", {"name": "駅", "lat": True}),
        ("place", []),
        ("place", {"name": ""}),
        ("requirements", [{"kind": "preferred", "volunteer_id": 2**63 - 1}]),
        ("requirements", [{"kind": "preferred", "volunteer_id": 2**70}]),
        ("requirements", [{"kind": "preferred"}]),
        ("requirements", [{"kind": "gender", "value": "female", "volunteer_id": 1}]),
        ("requirements", [{"kind": "gender", "value": "tall"}]),
        ("requirements", [{"kind": "level", "value": "4"}]),
        ("requirements", [{"kind": "dialect", "value": "klingon"}]),
        ("requirements", "female"),
        ("requirements", None),
        ("language", "klingon"),
        ("language", "ja"),
        ("language", "日" * 500),
        ("mode", {}),
        ("mode", []),
        ("note", "長" * 2001),
    ],
)  # fmt: skip
def test_values_that_cannot_be_meant_are_400(desk, send, need, name, value):
    response = send(desk, REQUESTS, {**need, name: value})
    body = assert_problem(response, 400, "invalid")
    assert body["errors"][0]["field"].startswith(name)


@pytest.mark.parametrize(
    "pk", ["0", "9223372036854775807", "9223372036854775808", "9" * 60, "9" * 5000]
)
@pytest.mark.parametrize(
    "address", ["requests/{}/", "volunteers/{}/", "offers/{}/accept/", "assignments/{}/report/"]
)
def test_numbers_beyond_any_row_are_404(desk, address, pk):
    address = "/api/v1/" + address.format(pk)
    response = desk.post(address, {}, format="json") if "accept" in address else desk.get(address)
    assert_problem(response, 404, "not_found")


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "9" * 5000, "\x00", "1.5"])
def test_a_page_that_is_not_there_is_404(desk, page):
    assert_problem(desk.get(REQUESTS, {"page": page}), 404, "not_found")


@pytest.mark.parametrize(
    "query",
    [
        {"language": "\x00"},
        {"starts_after": "x"},
        {"number": "a\x00"},
        {"status": "\ufffd"},
        {"mode": "x"},
    ],
)
def test_a_filter_that_cannot_be_meant_is_400(desk, query):
    assert_problem(desk.get(REQUESTS, query), 400, "invalid")


def test_what_nobody_foresaw_is_500_without_a_word_about_the_inside(desk, monkeypatch, caplog):
    def fail(*args):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(requests, "visible_requests", fail)
    with caplog.at_level(logging.ERROR):
        response = desk.get(REQUESTS)
    assert_problem(response, 500, "internal")
    assert "secret" not in response.content.decode()
    assert "secret of the house" in caplog.text


def test_a_database_that_is_away_is_503_with_a_time_to_come_back(desk, monkeypatch):
    def fail(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(requests, "visible_requests", fail)
    response = desk.get(REQUESTS)
    assert_problem(response, 503, "unavailable")
    assert response["Retry-After"] == "5"


def test_too_many_requests_of_one_token_are_429_and_the_next_token_goes_on(
    desk, api_of, admin, monkeypatch
):
    monkeypatch.setattr(TokenThrottle, "THROTTLE_RATES", {"token": "3/min"})
    assert [desk.get(REQUESTS).status_code for _ in range(3)] == [200] * 3
    response = desk.get(REQUESTS)
    assert_problem(response, 429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 61
    assert api_of(admin).get(REQUESTS).status_code == 200


def test_while_the_cache_is_away_nobody_is_stopped(desk, monkeypatch):
    def gone(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr("config.api.TokenThrottle.cache.get", gone)
    assert desk.get(REQUESTS).status_code == 200
