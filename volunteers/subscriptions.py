"""What floors above may add to the register without the register knowing them.

An app above appends in its ``AppConfig.ready`` or in ``config.wiring``. Lists are empty here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.models import User
from volunteers.models import Volunteer

on_withdrawn: list[Callable[[Volunteer, User | None, datetime], None]] = []
"""Called inside the transaction in which a volunteer withdraws (to take back open offers)."""

on_paused: list[Callable[[Volunteer, User | None, datetime], None]] = []
"""Called inside the transaction in which a volunteer is paused."""

on_ready: list[Callable[[Volunteer, datetime], None]] = []
"""Called inside the transaction in which a volunteer comes on call (UTC instant)."""

profile_panels: list[Callable[[HttpRequest, Volunteer], SafeString]] = []
"""Each returns HTML rendered by a template, shown on the staff's profile page, or nothing."""

last_served: list[Callable[[Sequence[int]], dict[int, date]]] = []
"""Each returns the day of the last activity for those of the volunteer ids that have one."""

tellers: list[Callable[[Volunteer, str, datetime, dict[str, str]], None]] = []
"""Each tells a volunteer by message, within the caller's transaction: (person, kind, instant, facts).

Kinds: renewal, renewal_last, renewed, stay. What they need besides (``url``, ``ends_on`` as an ISO
date, ``once`` to tell apart several of a kind) is in the facts.
"""


def tell(volunteer: Volunteer, kind: str, at: datetime, **facts: str) -> None:
    """Let the floor that knows how people are reached tell something."""
    for teller in tellers:
        teller(volunteer, kind, at, facts)
