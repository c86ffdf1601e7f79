"""How much slower a crowded machine may be: the promise is one second on a machine with room."""

from __future__ import annotations

import os

PROMISE = 1.0  # seconds from a tap to every open board


def allowed_delay() -> float:
    """One second; two where more processes want to run than there are cores, and it is said."""
    load = os.getloadavg()[0]
    crowded = load > (os.cpu_count() or 1)
    if crowded:
        print(f"load {load:.1f} on {os.cpu_count()} cores: two seconds are allowed instead of one")
    return 2 * PROMISE if crowded else PROMISE
