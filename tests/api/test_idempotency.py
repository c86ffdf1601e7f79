"""Idempotency-Key: the same POST twice acts once, whatever goes wrong in between."""

from __future__ import annotations

import json
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from accounts.idempotency import claim, forget_answers
from accounts.models import IdempotencyKey
from config import api_urls
from dispatch.api import requests
from dispatch.models import Request, RequestingBody
from tests import factories

REQUESTS = "/api/v1/requests/"
KEY = "4f1c-once"


def post(client, body, key=KEY, address=REQUESTS):
    return client.post(address, body, format="json", headers={"Idempotency-Key": key})


def test_the_same_key_and_body_get_the_same_answer_and_act_once(desk, need):
    first, again = post(desk, need), post(desk, need)
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Request.objects.count() == 1


def test_without_a_key_the_same_body_acts_twice(desk, need):
    desk.post(REQUESTS, need, format="json")
    desk.post(REQUESTS, need, format="json")
    assert Request.objects.count() == 2


def test_the_same_key_with_another_body_is_422(desk, need):
    post(desk, need)
    response = post(desk, {**need, "seats": 2})
    assert (response.status_code, response.json()["code"]) == (422, "key_reused")
    assert Request.objects.count() == 1


def test_the_same_key_at_another_address_is_422(desk, city, hana):
    offer = factories.OfferFactory(request__organization=city, volunteer=hana)
    assert post(desk, {}, address=f"/api/v1/offers/{offer.pk}/decline/").status_code == 200
    assert post(desk, {}, address=f"/api/v1/offers/{offer.pk}/accept/").status_code == 422


def test_keys_belong_to_one_token(desk, api_of, admin, need):
    post(desk, need)
    assert "Idempotency-Replayed" not in post(api_of(admin), need)
    assert Request.objects.count() == 2


def test_a_refusal_is_an_answer_too(desk, need):
    first, again = post(desk, {**need, "seats": 99}), post(desk, {**need, "seats": 99})
    assert first.status_code == again.status_code == 400
    assert again.json() == first.json()
    assert again["Content-Type"] == "application/problem+json"
    assert again["Idempotency-Replayed"] == "true"


def test_a_refusal_that_quotes_what_cannot_be_stored_is_stored(desk, send, need):
    response = desk.post(
        REQUESTS,
        json.dumps({**need, "mode": "\x00\ud800"}),
        content_type="application/json",
        headers={"Idempotency-Key": KEY},
    )
    assert response.status_code == 400
    assert IdempotencyKey.objects.get().status == 400


def test_a_late_yes_is_noted_although_the_answer_is_a_refusal(desk, city, hana):
    filled = factories.RequestFactory(organization=city, status="filled")
    offer = factories.OfferFactory(request=filled, volunteer=hana)
    for _ in range(2):
        response = post(desk, {}, address=f"/api/v1/offers/{offer.pk}/accept/")
        assert (response.status_code, response.json()["code"]) == (409, "too_late")
    offer.refresh_from_db()
    assert offer.late_yes_at is not None


def test_a_refusal_leaves_nothing_half_saved(desk, need):
    need |= {"body": "新しい学校", "ends_at": need["starts_at"]}
    assert post(desk, need).status_code == 400
    assert not RequestingBody.objects.filter(name="新しい学校").exists()


def test_an_accident_is_not_kept_and_undoes_the_action(desk, need, monkeypatch):
    def fail(*args):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(requests, "fresh", fail)  # after the request was written
        assert post(desk, need).status_code == 500
    assert not Request.objects.exists()
    assert not IdempotencyKey.objects.exists()
    response = post(desk, need)
    assert response.status_code == 201
    assert "Idempotency-Replayed" not in response


def test_while_the_first_one_runs_the_second_is_told_so(desk, need, coordinator):
    scope = f"token:{coordinator.memberships.get().tokens.get().pk}"
    with psycopg.connect(**elsewhere()) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{scope} {KEY}"])
        response = post(desk, need)
        assert (response.status_code, response.json()["code"]) == (409, "still_running")
        assert not Request.objects.exists()
    # the other one is gone without an answer, as a killed process would be
    assert post(desk, need).status_code == 201


def test_two_claims_of_one_transaction_differ_by_scope_and_key(db):
    with psycopg.connect(**elsewhere()) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('token:1 a', 0))")
        assert [claim("token:1", "a"), claim("token:1", "b"), claim("token:2", "a")] == [
            False,
            True,
            True,
        ]


def test_after_24_hours_a_key_is_new_again(desk, need, clock):
    post(desk, need)
    clock.move(hours=23, minutes=59)
    assert "Idempotency-Replayed" in post(desk, need)
    clock.move(minutes=1)
    assert "Idempotency-Replayed" not in post(desk, need)
    assert Request.objects.count() == 2
    assert IdempotencyKey.objects.count() == 1


def test_old_answers_are_deleted(desk, need, now):
    post(desk, need)
    assert forget_answers(at=now + timedelta(hours=23)) == 0
    assert forget_answers(at=now + timedelta(hours=24)) == 1


@pytest.mark.parametrize("key", ["", "k" * 121, "鍵", "a\tb"])
def test_a_key_that_cannot_be_kept_is_400(desk, need, key):
    response = desk.post(REQUESTS, need, format="json", HTTP_IDEMPOTENCY_KEY=key)
    assert (response.status_code, response.json()["code"]) == (400, "bad_idempotency_key")
    assert not Request.objects.exists()


def test_every_post_of_the_api_honours_the_header():
    views = [
        pattern.callback.cls for pattern in api_urls.urlpatterns if hasattr(pattern.callback, "cls")
    ]
    posts = [view.post for view in views if hasattr(view, "post")]
    assert len(posts) >= 7
    assert all(getattr(post, "idempotent", False) for post in posts)


def elsewhere() -> dict[str, object]:
    """Parameters of a connection of its own to the database of the tests."""
    found = connection.get_connection_params()
    return {
        name: found[name]
        for name in ("dbname", "user", "host", "port", "password")
        if found.get(name)
    }
