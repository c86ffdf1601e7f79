"""Leaving a server that failed alone for a moment, so that not everybody waits for it in turn.

One per server and process, shared by its threads; nothing here is worth a lock.
"""

from __future__ import annotations

import time

REST_SECONDS = 5.0


class Circuit:
    """Closed while the server answers; open for ``REST_SECONDS`` after a failure."""

    def __init__(self) -> None:
        self._rests_until = 0.0  # of time.monotonic()

    @property
    def is_open(self) -> bool:
        """Whether the server is to be left alone at this moment."""
        return time.monotonic() < self._rests_until

    def trip(self) -> None:
        """The server has just failed."""
        self._rests_until = time.monotonic() + REST_SECONDS

    def reset(self) -> None:
        """Ask again at once."""
        self._rests_until = 0.0
