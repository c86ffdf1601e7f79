"""Running an action of a staff page: say how it went, and go back to where the press came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.trying import attempt


def act(
    request: HttpRequest, request_id: int, action: Callable[[], Any], done: str
) -> HttpResponse:
    """Back to the page of the request, or to the board with ``?back=board`` in the address."""
    attempt(request, action, done)
    if request.GET.get("back") == "board":
        return redirect("dispatch:board")
    return redirect("dispatch:request", request_id)
