"""A volunteer's own pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest) -> HttpResponse:
    """What is asked, what comes next, what was."""
    return HttpResponse("", content_type="text/plain")
