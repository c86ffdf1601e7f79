"""What load balancers ask."""

from __future__ import annotations

import pytest
from django.test import Client

from config import health
from tests.services import free_port


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_it_answers_everybody_and_is_never_cached(db, address):
    response = Client().get(address)
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert "no-store" in response["Cache-Control"]


def test_readiness_names_what_it_looked_at(db):
    checks = Client().get("/readyz").json()["checks"]
    assert checks == {"database": "ok", "migrations": "ok", "channels": "ok"}


@pytest.mark.parametrize("broken", ["database", "migrations"])
def test_it_is_not_ready_while_something_fails(db, monkeypatch, broken):
    def fail():
        raise OSError("secret host name")

    monkeypatch.setitem(health.CHECKS, broken, fail)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert response.json()["checks"][broken] == "failed"
    assert "secret" not in response.content.decode()


def test_without_redis_it_serves_and_says_that_something_is_missing(db, settings):
    url = f"redis://127.0.0.1:{free_port()}/0"
    backend = "channels_redis.pubsub.RedisPubSubChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": {"hosts": [url]}}}
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "degraded",
        "checks": {"database": "ok", "migrations": "ok", "channels": "failed"},
    }


def test_without_redis_and_database_it_is_not_ready(db, monkeypatch):
    for broken in ("database", "channels"):
        monkeypatch.setitem(health.CHECKS, broken, lambda: False)
    assert Client().get("/readyz").status_code == 503


def test_a_migration_not_yet_applied_means_not_ready(db, monkeypatch):
    from django.db import connection

    monkeypatch.setattr(health, "_seen_migrated", [])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'dispatch'")
    assert Client().get("/readyz").json()["checks"]["migrations"] == "failed"


def test_liveness_asks_nothing_of_the_database(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        Client().get("/healthz")


def test_a_post_is_refused(db):
    assert Client().post("/healthz").status_code == 405
