"""The page behind the link in a message, and its answers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dispatch.access import get_offer_by_token


def show_offer(request: HttpRequest, token: str) -> HttpResponse:
    """The offer, and what became of it."""
    return HttpResponse(str(get_offer_by_token(token)), content_type="text/plain")


def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Yes."""
    return show_offer(request, token)


def decline(request: HttpRequest, token: str) -> HttpResponse:
    """No."""
    return show_offer(request, token)
