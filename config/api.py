"""How the API as a whole behaves: pages of lists, and how often a token may ask.

Loaded by REST framework's settings, so it must not import any view; the views' base is
``accounts.api``.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request as ApiRequest
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView


logger = logging.getLogger(__name__)


class Pagination(PageNumberPagination):
    """``count``, ``next``, ``previous``, ``results``; 50 rows a page unless told otherwise."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class TokenThrottle(SimpleRateThrottle):
    """So many requests per token and minute (``API_RATE``); more are answered with 429."""

    scope = "token"

    def allow_request(self, request: ApiRequest, view: APIView) -> bool:
        """While the cache is away nobody is stopped: an answer is worth more."""
        try:
            return bool(super().allow_request(request, view))
        except Exception as error:
            logger.warning("api rate not counted: %s", type(error).__name__)
            return True

    def get_cache_key(self, request: ApiRequest, view: APIView) -> str | None:
        """One counter per token; nothing is counted for strangers, who get 401."""
        return f"api-rate:{request.auth.pk}" if request.auth else None
