"""The cache of tries and limits; while Redis is away everything is a miss and nobody is stopped.

Signing in must not depend on a counter. What has to be counted whatever happens is in the database:
failed passwords (axes) and codes (`accounts.codes`). Other errors of Redis are raised as ever.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from prometheus_client import Counter
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

from realtime.circuit import Circuit

logger = logging.getLogger(__name__)
MISSED = Counter("tsunagi_cache_missed", "Cache operations done without Redis, which was away")
AWAY = (NoConnection, NoAnswer, OSError)
SAY_EVERY = 60.0  # seconds between two lines in the log


class ForgivingRedisCache(RedisCache):
    """Django's RedisCache that answers like an empty cache when Redis cannot be reached."""

    # Django makes one instance per thread, or per request in a server: what they know is shared
    circuit = Circuit()
    said_at = -SAY_EVERY

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """True while Redis is away: a lock is free, a counter begins."""
        return bool(self._tried(super().add, True, key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """The default while Redis is away."""
        return self._tried(super().get, default, key, default, version)

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """Nothing is kept while Redis is away."""
        self._tried(super().set, None, key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """False while Redis is away."""
        return bool(self._tried(super().touch, False, key, timeout, version))

    def delete(self, key: Any, version: Any = None) -> bool:
        """False while Redis is away."""
        return bool(self._tried(super().delete, False, key, version))

    def get_many(self, keys: Any, version: Any = None) -> dict[Any, Any]:
        """Nothing while Redis is away."""
        found: dict[Any, Any] = self._tried(super().get_many, {}, keys, version)
        return found

    def has_key(self, key: Any, version: Any = None) -> bool:
        """False while Redis is away."""
        return bool(self._tried(super().has_key, False, key, version))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """ValueError, as for a key that is not there, while Redis is away."""
        number: int | None = self._tried(super().incr, None, key, delta, version)
        if number is None:
            raise ValueError("the key is not found: the cache is away")
        return number

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> list[Any]:
        """Every key is reported as not kept while Redis is away."""
        lost: list[Any] = self._tried(super().set_many, list(data), data, timeout, version)
        return lost

    def delete_many(self, keys: Any, version: Any = None) -> None:
        """Nothing happens while Redis is away."""
        self._tried(super().delete_many, None, keys, version)

    def clear(self) -> bool:  # type: ignore[override]
        """False while Redis is away."""
        return bool(self._tried(super().clear, False))

    def _tried(self, operation: Callable[..., Any], otherwise: Any, *arguments: Any) -> Any:
        if self.circuit.is_open:
            MISSED.inc()
            return otherwise
        try:
            return operation(*arguments)
        except AWAY as error:
            self.circuit.trip()
            MISSED.inc()
            self._say(error)
            return otherwise

    def _say(self, error: Exception) -> None:
        cls = type(self)
        if time.monotonic() - cls.said_at >= SAY_EVERY:
            cls.said_at = time.monotonic()
            logger.warning("cache away, nothing is counted: %s", type(error).__name__)
