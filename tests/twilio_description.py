"""Twilio's published API description, held against what we send and what the simulation answers.

The folder is named by ``TWILIO_OPENAPI_DIR`` (``api_v2010.json``, ``video_v1.json``) and is not part
of this repository. Reading both takes about a second, once per run.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.twilio_server import Exchange

FILES = {"/2010-04-01/": ("api_v2010.json", "https://api.twilio.com")}
FILES["/v1/"] = ("video_v1.json", "https://video.twilio.com")


def folder() -> Path | None:
    """Where the description lies; None when nobody said."""
    given = os.environ.get("TWILIO_OPENAPI_DIR", "")
    return Path(given) if given else None


@cache
def text_of(name: str) -> dict[str, Any]:
    """One file as it stands."""
    place = folder()
    assert place is not None
    found: dict[str, Any] = json.loads((place / name).read_text(encoding="utf-8"))
    return found


@cache
def described(name: str) -> OpenAPI:
    """One file, checked once."""
    # parsed as JSON: the YAML reader stumbles over some of its escapes and takes ten times as long
    return OpenAPI.from_dict(text_of(name))


class SentRequest:
    """An exchange as openapi-core wants to see a request."""

    def __init__(self, exchange: Exchange, host: str) -> None:
        self.host_url, self.path = host, exchange.path
        self.method = exchange.method.lower()
        self.body = exchange.form.encode() if exchange.form else None
        self.content_type = "application/x-www-form-urlencoded"
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(exchange.query)),
            header=Headers({"Authorization": exchange.authorization}),
            cookie=ImmutableMultiDict(),
        )


class GivenResponse:
    """The answer to it."""

    def __init__(self, exchange: Exchange) -> None:
        self.status_code = exchange.status
        self.data = exchange.answer.encode()
        self.content_type = "application/json"
        self.headers: dict[str, Any] = {}


def fields_of(name: str, exchange: Exchange) -> set[str]:
    """The fields that an operation has; the description lets others pass unseen."""
    for template, operations in text_of(name)["paths"].items():
        pattern = re.sub(r"{\w+}", r"[^/]+", template.replace(".", r"\."))
        if exchange.method.lower() in operations and re.fullmatch(pattern, exchange.path):
            operation = operations[exchange.method.lower()]
            asked = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
            body = operation.get("requestBody", {"content": {}})
            content = body["content"].get("application/x-www-form-urlencoded", {"schema": {}})
            return asked | set(content["schema"].get("properties", {}))
    return set()


def check(exchange: Exchange) -> None:
    """Raise what is wrong with a request or with an answer that means success."""
    name, host = next(found for start, found in FILES.items() if exchange.path.startswith(start))
    request: Any = SentRequest(exchange, host)
    described(name).validate_request(request)
    given = {*parse_qs(exchange.form), *parse_qs(exchange.query)}
    if unknown := given - fields_of(name, exchange):
        raise ValueError(f"not described: {sorted(unknown)}")
    if 200 <= exchange.status < 300:
        described(name).validate_response(request, GivenResponse(exchange))  # type: ignore[arg-type]
