"""The published description: valid without a warning, complete, public; and the page that shows it."""

from __future__ import annotations

import json

import yaml
from django.core.management import call_command
from django.test import Client

from config import api_urls
from config.api_docs import description

SCHEMA = "/api/v1/schema/"
METHODS = {"get", "post", "patch", "put", "delete"}


def operations():
    return {
        (method, path): operation
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    }


def test_it_is_valid_and_made_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "api.yml"))


def test_it_is_public_as_yaml_and_json(db):
    as_json = Client().get(SCHEMA, {"format": "json"})
    as_yaml = Client().get(SCHEMA)
    assert as_json.status_code == as_yaml.status_code == 200
    assert as_json["Content-Type"].startswith("application/vnd.oai.openapi+json")
    document = json.loads(as_json.content)
    assert document["openapi"].startswith("3.")
    assert yaml.safe_load(as_yaml.content) == document


def test_it_describes_every_method_of_every_view():
    shown = {(method, path.removeprefix("/api/v1/")) for method, path in operations()}
    there = {
        (method, str(pattern.pattern).replace("<int:pk>", "{id}"))
        for pattern in api_urls.urlpatterns
        if hasattr(getattr(pattern.callback, "cls", None), "answers_problems")
        for method in METHODS
        if hasattr(pattern.callback.cls, method)
    }
    assert shown == there


def test_every_operation_has_a_sentence_a_token_and_its_problems():
    for (method, path), operation in operations().items():
        assert operation["description"], path
        assert operation["security"] == [{"token": []}], path
        for status, response in operation["responses"].items():
            kinds = set(response["content"])
            assert (kinds == {"application/problem+json"}) == (status >= "400"), (path, status)
        needed = {"400", "401", "404", "429"} | (
            {"409", "413", "415"} if method != "get" else set()
        )
        assert needed <= set(operation["responses"]), path


def test_every_post_offers_the_idempotency_key():
    for (method, path), operation in operations().items():
        offered = any(
            parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"]
        )
        assert offered == (method == "post"), path


def test_choices_are_named_once_and_for_all():
    schemas = description()["components"]["schemas"]
    nameless = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, property_ in schema.get("properties", {}).items()
        if "enum" in property_
    ]
    assert nameless == []
    numbered = [
        name for name in schemas if name.endswith("Enum") and any(c.isdigit() for c in name)
    ]
    assert numbered == []


def test_the_page_needs_nothing_from_outside(db):
    response = Client().get("/api/v1/docs/")
    text = response.content.decode()
    assert response.status_code == 200
    assert SCHEMA in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    assert "<style" not in text
