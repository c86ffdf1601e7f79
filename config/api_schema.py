"""What every operation of the published description has in common: problems and the idempotency key.

Each operation lists the problems it may answer with, so that a client generated from it knows them.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from accounts.api import PROBLEM_TYPE, ProblemSerializer
from accounts.idempotency import HEADER, LONGEST

READING = {
    "400": "An input is wrong; `errors` names it.",
    "401": "No token, or one that opens nothing.",
    "404": "Not there, or not for this token.",
    "429": "Too many requests; see `Retry-After`.",
    "503": "Busy for a moment; see `Retry-After`.",
}
WRITING = {
    "409": "Refused in the present state; `code` says why.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
}
POSTING = {"422": "The idempotency key was used for another request."}


class ApiSchema(AutoSchema):
    """AutoSchema with problem details."""

    def get_override_parameters(self) -> list[Any]:
        """Idempotency-Key on every POST that honours it."""
        if not getattr(getattr(self.view, self.method.lower(), None), "idempotent", False):
            return []
        return [
            OpenApiParameter(
                HEADER,
                {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
                OpenApiParameter.HEADER,
                description="The same key and body within 24 hours get the same answer, and act "
                "once (`Idempotency-Replayed: true`).",
            )
        ]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if not getattr(self.view, "answers_problems", False):
            return bodies
        reference = self.resolve_serializer(ProblemSerializer, "response").ref
        problems = dict(READING)
        if self.method != "GET":
            problems |= WRITING
        if self.method == "POST":
            problems |= POSTING
        for status, text in problems.items():
            content = {PROBLEM_TYPE: {"schema": reference}}
            bodies.setdefault(status, {"content": content, "description": text})
        return bodies
