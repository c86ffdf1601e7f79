"""A database that is away for a moment is said so, with a time to come back, never as a 500."""

import logging
import sys
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError, connections
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views import defaults
from psycopg_pool import PoolTimeout

logger = logging.getLogger(__name__)
NO_DEVICES = "camera=(), microphone=(), display-capture=(), geolocation=(), payment=(), usb=()"
OUTAGES = (OperationalError, InterfaceError, PoolTimeout)


def database_outage(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 503 with Retry-After when the database cannot be reached."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _outage(request) if isinstance(exception, OUTAGES) else None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def device_permissions(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """No page may use camera, microphone or screen; the pages of rooms say otherwise themselves."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", NO_DEVICES)
        return response

    return middleware


def storable_texts(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """404 for an address with a NUL, 400 for a query or a form with one.

    PostgreSQL cannot even be asked for such a text, and nobody types it. The API and the hooks of
    the telephone and of LINE are not asked here: they say in their own words what they cannot read.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return get_response(request)

    def process_view(request: HttpRequest, view: Callable[..., object], *given: object) -> None:
        # here and not above: by now the form was read for its CSRF token, and errors were answered
        if getattr(view, "csrf_exempt", False):
            return
        if _has_nul(request.GET) or _has_nul(request.POST):
            raise BadRequest("a NUL in the query or the form")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def _has_nul(values: QueryDict) -> bool:
    return any("\0" in name or any("\0" in one for one in given) for name, given in values.lists())


def server_error(request: HttpRequest) -> HttpResponse:
    """The site's answer to any other failure; 503 when the session could not even be read.

    Django hands exceptions of views to ``process_exception``, those of middleware only here.
    """
    if isinstance(sys.exc_info()[1], OUTAGES):
        return _outage(request)
    return defaults.server_error(request)


def _outage(request: HttpRequest) -> HttpResponse:
    logger.warning("database unavailable: %s", type(sys.exc_info()[1]).__name__)
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "5"
    return response
