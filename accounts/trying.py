"""Running an action for a staff page that goes back to where the press came from.

The page says afterwards how it went: what was done, or the action's own words for why not.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from accounts.errors import ActionError


def attempt(request: HttpRequest, action: Callable[[], object], done: str) -> None:
    """Run it and leave a message for the next page: ``done``, or the error's text."""
    try:
        action()
    except ActionError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, done)
