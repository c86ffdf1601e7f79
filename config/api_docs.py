"""The published description of the API, and a page to read and try it.

Both are public. The description is made once per process; the page needs nothing from outside.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils import translation
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response


@extend_schema(exclude=True)
class SchemaView(SpectacularAPIView):
    """OpenAPI as YAML, or as JSON with `?format=json`."""

    throttle_classes = ()

    def get(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        """The description in the format asked for."""
        return Response(description(), headers={"Cache-Control": "public, max-age=300"})


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    with translation.override("ja"):
        return SchemaGenerator().get_schema(public=True)  # type: ignore[no-any-return,no-untyped-call]


class DocsView(TemplateView):
    """The description as a page."""

    template_name = "config/api_docs.html"
