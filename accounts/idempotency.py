"""Idempotency-Key on POSTs: the same key and body get the same answer, and act once.

The answer is stored in the transaction of the action, so there is never one without the other; the
mark "still running" is a lock of that transaction, so it is gone when the process is. Keys belong
to one token and are kept for 24 hours. Answers of 500 and above are never stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import connection, transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts.api import ApiView, problem
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import IdempotencyKey

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = timedelta(hours=24)
LONGEST = 120

Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """Let a view's ``post`` honour the header; without it the handler simply runs."""

    @wraps(handler)
    def post(view: ApiView, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
            raise ActionError(
                "bad_idempotency_key",
                "Idempotency-Key は120文字以内の英数字にしてください。",
                status=400,
            )
        return _once(view, request, key, lambda: handler(view, request, *args, **kwargs))

    post.idempotent = True  # type: ignore[attr-defined]
    return post


def _once(view: ApiView, request: ApiRequest, key: str, run: Callable[[], Response]) -> Response:
    scope, at = f"token:{request.auth.pk}", database_now()
    fingerprint = fingerprint_of(request)
    with transaction.atomic():
        if not claim(scope, key):
            return problem(
                409, "still_running", "同じ Idempotency-Key の処理がまだ終わっていません。"
            )
        IdempotencyKey.objects.filter(scope=scope, key=key, created_at__lte=at - KEPT).delete()
        known = IdempotencyKey.objects.filter(scope=scope, key=key).first()
        if known is not None:
            return _replay(known, fingerprint)
        response = _run(view, run)
        if response.status_code >= 500:
            transaction.set_rollback(True)
            return response
        IdempotencyKey.objects.create(
            scope=scope,
            key=key,
            fingerprint=fingerprint,
            status=response.status_code,
            body=_storable(response),
            created_at=at,
        )
    return response


def claim(scope: str, key: str) -> bool:
    """Take the key for the present transaction; False while another one has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{scope} {key}"]
        )
        return bool(cursor.fetchone()[0])


def fingerprint_of(request: ApiRequest) -> str:
    """What must be the same for the same answer: method, address and body."""
    head = f"{request.method} {request.get_full_path()}\n".encode("utf-8", "replace")
    return hashlib.sha256(head + request._request.body).hexdigest()


def _run(view: ApiView, run: Callable[[], Response]) -> Response:
    """The action's answer; a refusal undoes what it wrote, but is an answer too."""
    try:
        with transaction.atomic():
            return run()
    except Exception as error:
        return view.handle_exception(error)


def _replay(known: IdempotencyKey, fingerprint: str) -> Response:
    if known.fingerprint != fingerprint:
        return problem(422, "key_reused", "この Idempotency-Key は別の内容ですでに使われています。")
    refused = known.status >= 400
    kind = "application/problem+json" if refused else None
    return Response(known.body, status=known.status, headers={REPLAYED: "true"}, content_type=kind)


def _storable(response: Response) -> Any:
    return json.loads(JSONRenderer().render(response.data))


def forget_answers(*, at: datetime) -> int:
    """Delete answers older than 24 hours; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lte=at - KEPT).delete()[0]
