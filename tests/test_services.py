"""The servers that tests start are what the platform needs of them in production."""

from __future__ import annotations

import pytest
import redis
from channels_redis.pubsub import RedisPubSubChannelLayer


@pytest.mark.redis
def test_redis_answers_and_keeps_nothing_on_disk(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        assert client.ping()
        assert client.config_get("save") == {"save": ""}


@pytest.mark.redis
async def test_a_hint_passes_from_one_process_layer_to_another(redis_url: str) -> None:
    sender = RedisPubSubChannelLayer(hosts=[redis_url], prefix="tsunagi-test")
    hearer = RedisPubSubChannelLayer(hosts=[redis_url], prefix="tsunagi-test")
    channel = await hearer.new_channel()
    await hearer.group_add("org-1", channel)
    await sender.group_send("org-1", {"type": "hint", "id": 7})
    assert await hearer.receive(channel) == {"type": "hint", "id": 7}
    await sender.flush()
    await hearer.flush()
