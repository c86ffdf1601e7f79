"""Redis away: signing in and the API go on, nothing is counted, and nobody waits for it twice."""

from __future__ import annotations

import time

import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.redis import RedisCache
from prometheus_client import REGISTRY

from realtime.forgiving_cache import SAY_EVERY, ForgivingRedisCache
from tests.accounts.test_sign_in import LOGIN, sign_in, totp
from tests.conftest import give_second_factor
from tests.services import free_port


def use(settings, url, backend="realtime.forgiving_cache.ForgivingRedisCache"):
    settings.CACHES = {
        "default": {
            "BACKEND": backend,
            "LOCATION": url,
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
    }


@pytest.fixture(autouse=True)
def forget():
    """Every test meets Redis for the first time."""
    ForgivingRedisCache.circuit.reset()
    ForgivingRedisCache.said_at = -SAY_EVERY
    yield
    ForgivingRedisCache.circuit.reset()


@pytest.fixture
def away(settings):
    """The site's cache on a port where nobody listens."""
    use(settings, f"redis://127.0.0.1:{free_port()}/0")


def test_with_djangos_own_cache_the_sign_in_would_fail(settings, coordinator, client):
    use(
        settings,
        f"redis://127.0.0.1:{free_port()}/0",
        "django.core.cache.backends.redis.RedisCache",
    )
    assert isinstance(caches["default"], RedisCache)
    client.raise_request_exception = False
    _, response = sign_in(coordinator, "wrong password", client)
    assert response.status_code == 500


def test_staff_sign_in_with_both_factors(away, coordinator, client):
    give_second_factor(coordinator)
    assert client.get(LOGIN).status_code == 200
    _, refused = sign_in(coordinator, "wrong password", client)
    assert refused.status_code == 200, "the form again, not an error"
    sign_in(coordinator, client=client)
    done = client.post("/accounts/2fa/authenticate/", {"code": totp()})
    assert done.status_code == 302
    assert client.get("/settings/").status_code == 200


def test_the_api_answers(away, api_of, coordinator, clock):
    assert api_of(coordinator).get("/api/v1/requests/").status_code == 200


def test_a_volunteer_is_sent_a_code(away, hana, client):
    response = client.post("/v/sign-in/", {"contact": hana.mobile})
    assert response.status_code in (200, 302)


def test_every_operation_is_a_miss(away):
    assert cache.get("k", "nothing") == "nothing"
    assert cache.add("lock", 1, 10), "locks are free"
    assert (cache.set("k", 1), cache.delete("k"), cache.has_key("k")) == (None, False, False)
    assert (cache.touch("k"), cache.get_many(["k"]), cache.clear()) == (False, {}, False)
    assert cache.set_many({"k": 1}) == ["k"]
    assert cache.delete_many(["k"]) is None
    assert cache.get_or_set("k", 7) == 7
    with pytest.raises(ValueError, match="not found"):
        cache.incr("k")


def test_misses_are_counted_and_said_once_a_minute(away, caplog, monkeypatch):
    def counted():
        return REGISTRY.get_sample_value("tsunagi_cache_missed_total")

    before = counted()
    for _ in range(3):
        ForgivingRedisCache.circuit.reset()
        cache.get("k")
    assert counted() == before + 3
    said = [one for one in caplog.records if one.name == "realtime.forgiving_cache"]
    assert len(said) == 1
    later = time.monotonic() + SAY_EVERY
    monkeypatch.setattr("realtime.forgiving_cache.time.monotonic", lambda: later)
    cache.get("k")
    said = [one for one in caplog.records if one.name == "realtime.forgiving_cache"]
    assert len(said) == 2


def test_a_redis_that_failed_is_left_alone_for_a_moment(away, monkeypatch):
    asked = []
    real = RedisCache.get

    def counting(self, *arguments, **named):
        asked.append(arguments)
        return real(self, *arguments, **named)

    monkeypatch.setattr(RedisCache, "get", counting)
    for _ in range(5):
        cache.get("k")
    assert len(asked) == 1


@pytest.mark.redis
def test_with_redis_it_is_a_cache(settings, redis_url):
    use(settings, redis_url)
    assert cache.add("throttle", 1, 60)
    assert not cache.add("throttle", 1, 60)
    assert cache.incr("throttle") == 2
    assert cache.get("throttle") == 2
    cache.set_many({"a": 1, "b": [2]})
    assert cache.get_many(["a", "b", "c"]) == {"a": 1, "b": [2]}
    assert cache.delete("a")
    assert cache.clear()
