"""The in-memory channel layer of the demo and the tests, with its clean-up made affordable.

Channels' own layer looks for expired messages on every receive, which costs O(N²) for one
broadcast to N sockets. Once a second is enough.
"""

import time

from channels.layers import InMemoryChannelLayer


class MemoryChannelLayer(InMemoryChannelLayer):
    """InMemoryChannelLayer that cleans up at most once a second."""

    _cleaned_at = 0.0

    def _clean_expired(self) -> None:
        now = time.monotonic()
        if now - self._cleaned_at >= 1.0:
            self._cleaned_at = now
            super()._clean_expired()
