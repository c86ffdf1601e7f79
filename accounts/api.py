"""What every view of the API shares: roles, one body, and answers as problem details (RFC 9457).

A view says in ``allowed`` which roles may use which method; everybody else gets 404, as on the
pages, and whoever has no token 401. The views themselves are in the floors above, the translation
of exceptions into problems in ``config.problems``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.http.request import UnreadablePostError
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from accounts.models import Membership, User

PROBLEM_TYPE = "application/problem+json"


class ProblemErrorSerializer(serializers.Serializer):
    """One thing that is wrong with one input."""

    field = serializers.CharField(help_text="Path of the input, e.g. `requirements.0.kind`.")
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """Problem details (RFC 9457). `code` is stable; `detail` is a sentence for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = ProblemErrorSerializer(many=True)  # type: ignore[assignment]


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Iterable[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer that says what is wrong; texts are made safe for JSON and for the database."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": presentable(detail),
        "code": code,
        "errors": [{name: presentable(text) for name, text in error.items()} for error in errors],
    }
    return Response(body, status=status, headers=dict(headers or {}), content_type=PROBLEM_TYPE)


def presentable(text: str) -> str:
    """What was typed and is quoted in a message, without NUL and without half characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:1000]


class AlwaysJson(BaseContentNegotiation):
    """Answers in the API's one format, whatever the Accept header says (RFC 9110, 12.4.1)."""

    def select_parser(self, request: ApiRequest, parsers: Any) -> Any:
        """The parser of the content type, or None, which becomes 415."""
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(
        self, request: ApiRequest, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        """The first renderer."""
        return renderers[0], renderers[0].media_type


class CarefulParser(JSONParser):
    """JSON; a body nested thousands of levels deep is a mistake of the sender, not of the site."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The parsed body, which must be an object."""
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON is nested too deeply.") from error
        if not isinstance(data, dict):
            raise ParseError("The body must be a JSON object.")
        return data


class ApiView(APIView):
    """Base of the API's views."""

    allowed: ClassVar[Mapping[str, Iterable[str]]] = {}
    """Method → roles that may use it."""
    answers_problems = True
    content_negotiation_class = AlwaysJson
    parser_classes = (CarefulParser,)
    metadata_class = None
    membership: Membership

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:
        """Authenticate, find the acting membership, check its role, read the body once."""
        super().initial(request, *args, **kwargs)
        self.membership = request.membership  # type: ignore[attr-defined]
        roles = self.allowed.get(request.method or "")
        if roles is not None and self.membership.role not in roles:
            raise Http404
        try:
            _ = request._request.body  # Django's limit holds only for a body read as a whole
        except UnreadablePostError as error:
            raise ParseError("The body could not be read.") from error

    @property
    def user(self) -> User:
        """Who acts."""
        return self.membership.user

    def read(self, serializer: type[serializers.Serializer], **context: Any) -> dict[str, Any]:
        """The validated body; raises ValidationError."""
        reader = serializer(data=self.request.data, context={"view": self, **context})
        reader.is_valid(raise_exception=True)
        return dict(reader.validated_data)

    def read_query(self, serializer: type[serializers.Serializer]) -> dict[str, Any]:
        """The validated query parameters; raises ValidationError."""
        reader = serializer(data=self.request.query_params.dict(), context={"view": self})
        reader.is_valid(raise_exception=True)
        return dict(reader.validated_data)

    def show(
        self, serializer: type[serializers.Serializer], row: Any, status: int = 200
    ) -> Response:
        """One row as an answer."""
        return Response(serializer(row, context={"view": self}).data, status=status)


class ListView(ApiView):
    """Base of views that answer with pages of rows."""

    pagination_class: type[PageNumberPagination] | None = api_settings.DEFAULT_PAGINATION_CLASS  # type: ignore[assignment]

    def show_page(self, serializer: type[serializers.Serializer], rows: QuerySet[Any]) -> Response:
        """One page: ``count``, ``next``, ``previous`` and ``results``."""
        assert self.pagination_class
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(rows, self.request, view=self)
        shown = serializer(page, many=True, context={"view": self})
        return paginator.get_paginated_response(shown.data)
