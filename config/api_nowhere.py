"""Addresses below /api/ that nobody has: a problem instead of a page of HTML."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import AlwaysJson, problem


@extend_schema(exclude=True)
class Nowhere(APIView):
    """404 for every method, with a hint where only the final slash is missing."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    content_negotiation_class = AlwaysJson

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The same answer to every method."""
        self.headers: dict[str, str] = {}
        self.request = self.initialize_request(request)
        return self.finalize_response(self.request, _not_found(request.path), *args, **kwargs)


def _not_found(path: str) -> Response:
    if not path.endswith("/") and _exists(f"{path}/"):
        return problem(404, "slash_missing", f"アドレスの最後に / が必要です：{path}/")
    return problem(404, "not_found", "見つかりません。")


def _exists(path: str) -> bool:
    try:
        found = resolve(path)
    except Resolver404:
        return False
    return getattr(found.func, "cls", None) is not Nowhere
