"""Counting what one address does, to slow down guessing; never in the way of a valid link.

Counts live in the cache. When the cache is away nobody is stopped: an answer is worth more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Throttle:
    """At most ``limit`` within ``seconds`` for one key."""

    name: str
    limit: int
    seconds: int

    def count(self, key: str) -> bool:
        """Count one more; True when that is too many."""
        place = f"throttle:{self.name}:{key}"
        try:
            if cache.add(place, 1, self.seconds):
                return False
            return cache.incr(place) > self.limit
        except ValueError:  # it ran out in between
            return False
        except Exception as error:
            logger.warning("throttle %s not counted: %s", self.name, type(error).__name__)
            return False

    def is_over(self, key: str) -> bool:
        """Whether the limit is reached; counts nothing."""
        try:
            return int(cache.get(f"throttle:{self.name}:{key}", 0)) >= self.limit
        except Exception as error:
            logger.warning("throttle %s not read: %s", self.name, type(error).__name__)
            return False


def address_of(request: HttpRequest) -> str:
    """Who asks, as far as the network tells."""
    return str(request.META.get("REMOTE_ADDR", ""))
