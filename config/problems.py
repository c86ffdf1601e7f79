"""Exceptions of API views as problem details (RFC 9457), `application/problem+json`.

Every refusal has a stable ``code`` and a sentence; inputs are named in ``errors``. What nobody
foresaw is logged with its traceback and answered with 500 and no word about the inside.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404
from psycopg_pool import PoolTimeout
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.api import problem
from accounts.errors import ActionError

logger = logging.getLogger(__name__)
RETRY_SECONDS = "5"


PLAIN: list[tuple[type[Exception], int, str, str]] = [
    (Http404, 404, "not_found", "見つかりません。"),
    (PermissionDenied, 403, "permission_denied", "この操作はできません。"),
    (RequestDataTooBig, 413, "too_large", "送られた内容が大きすぎます。"),
    (SuspiciousOperation, 400, "bad_request", "送られた内容を読み取れません。"),
]


def handle_exception(exc: Exception, context: dict[str, Any]) -> Response:
    """The answer to an exception; never None, so that nothing passes as a page of HTML."""
    if isinstance(exc, ActionError):
        errors = [{"field": exc.field, "code": exc.code, "message": exc.text}] if exc.field else []
        return problem(exc.status, exc.code, exc.text, errors=errors)
    if isinstance(exc, exceptions.ValidationError):
        return _invalid(exc)
    if isinstance(exc, exceptions.APIException):
        return _refused(exc)
    for kind, status, code, text in PLAIN:
        if isinstance(exc, kind):
            return problem(status, code, text)
    return _failed(exc, type(context.get("view")).__name__)


def _failed(exc: Exception, view: str) -> Response:
    if isinstance(exc, OperationalError | InterfaceError | PoolTimeout):
        logger.warning("database unavailable: %s", type(exc).__name__)
        headers = {"Retry-After": RETRY_SECONDS}
        return problem(503, "unavailable", "ただいま混み合っています。", headers=headers)
    logger.error("unexpected error in %s", view, exc_info=exc)
    return problem(500, "internal", "予期しないエラーが起きました。")


def _invalid(exc: exceptions.ValidationError) -> Response:
    errors = list(flatten(exc.detail))
    detail = "入力内容をご確認ください。"
    if len(errors) == 1:
        detail = errors[0]["message"]
    return problem(400, "invalid", detail, errors=errors)


def flatten(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """``{field, code, message}`` for every message of a validation error, nested ones included."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            yield from flatten(inner, own)
    elif isinstance(detail, list):
        plain = not any(isinstance(inner, dict | list) for inner in detail)
        for index, inner in enumerate(detail):
            yield from flatten(inner, path if plain else f"{path}.{index}")
    else:
        yield {"field": path, "code": getattr(detail, "code", "invalid"), "message": str(detail)}


def _refused(exc: exceptions.APIException) -> Response:
    headers = {}
    if header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    code = getattr(exc.detail, "code", exc.default_code)
    return problem(exc.status_code, str(code), str(exc.detail), headers=headers)
