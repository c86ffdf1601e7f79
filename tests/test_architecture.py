"""Rules about the code itself: floors, sizes, no hidden control flow, every personal field classified.

Each rule is one that a reader of the code relies on without looking it up again; the words are in
README.md and docs/.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import models

from realtime.events import TYPES

ROOT = Path(__file__).resolve().parent.parent
FLOORS = (
    "config", "honoraria", "interpreting", "dispatch", "volunteers", "accounts", "realtime", "ui",
)  # fmt: skip
PRODUCT = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
WRITTEN = [  # by people: not the migrations that Django writes
    path
    for path in [*PRODUCT, *(ROOT / "bench").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    if "migrations" not in path.parts
]
TEMPLATES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("templates/**/*.html"))
STATIC = sorted(
    path
    for floor in FLOORS
    for path in (ROOT / floor).rglob("static/**/*")
    if path.suffix in {".js", ".css", ".svg"}
)
LONGEST_FUNCTION, LONGEST_FILE = 60, 500  # lines
FORBIDDEN_FIELDS = re.compile(
    r"passport|visa|residen(ce|cy)_?(status|card|permit)?$|residence|zairyu|"
    r"my_?number|individual_number|nationality"
)
# resident or not in the sense of the income tax law (所得税法2条): it decides the rate of a payment
# and the form of its record, and says nothing about a residence status
TAX_RESIDENCY = {f"honoraria.{model}.residency" for model in ("Payee", "Payment", "Remittance")}


def name(path: Path) -> str:
    """How a file is called in messages."""
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file; read once for all rules."""
    return ast.parse(path.read_text())


def imported(path: Path) -> Iterator[str]:
    """Every dotted name that a file imports, also inside functions."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def texts(path: Path) -> set[str]:
    """Every string constant of a file."""
    return {
        node.value
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def own_models() -> list[type[models.Model]]:
    """The models of the floors, without the join tables that Django makes."""
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS]


def stored(model: type[models.Model]) -> set[str]:
    """The names of a model's columns and many-to-many fields."""
    return {field.name for field in [*model._meta.concrete_fields, *model._meta.local_many_to_many]}


def test_imports_point_down_the_floors_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as r; r()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "misc", "common_utils"}
    assert [name(path) for path in WRITTEN if path.stem in drawers] == []


def test_no_signal_steers_anything() -> None:
    signals = re.compile(r"^(django|allauth|axes)\.(.*\.)?(signals|dispatch)(\.|$)")
    found = [(name(path), one) for path in PRODUCT for one in imported(path) if signals.match(one)]
    assert found == []


def test_functions_and_files_stay_short() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in WRITTEN
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    long += [name(path) for path in WRITTEN if len(path.read_text().splitlines()) > LONGEST_FILE]
    assert long == []


def test_every_module_of_the_product_says_what_it_is_for() -> None:
    silent = [
        name(path)
        for path in PRODUCT
        if path.name != "__init__.py"
        and "migrations" not in path.parts
        and not ast.get_docstring(parsed(path))
    ]
    assert silent == []


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)


def test_every_event_is_published_and_nothing_undeclared_is_listened_for() -> None:
    code = [path for path in PRODUCT if path != ROOT / "realtime/events.py"]
    said = set().union(*(texts(path) for path in code))
    assert set(TYPES) - said == set()
    listened = {
        one
        for path in TEMPLATES
        for names in re.findall(r'data-alert-types="([^"]*)"', path.read_text())
        for one in names.split()
    }
    assert listened, "no page calls for attention any more"
    assert listened - set(TYPES) == set()


def test_pages_fetch_again_on_every_hint_whatever_its_type() -> None:
    # a list of types in the script would be a second truth: a new event would be forgotten there
    script = (ROOT / "ui/static/ui/js/live.js").read_text()
    assert [one for one in TYPES if one in script] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_has_no_inline_script_style_or_handler(path: Path) -> None:
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", path.read_text(), flags=re.S)
    text = re.sub(r"{%.*?%}", " ", text)  # {% if one == other %} is no attribute
    assert not re.search(r"<[^>]*\sstyle\s*=|<style|<[^>]*\son[a-z]+\s*=|javascript:", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag


@pytest.mark.parametrize("path", [*TEMPLATES, *STATIC], ids=name)
def test_nothing_is_fetched_from_a_third_party(path: Path) -> None:
    elsewhere = r"[\"'(\s]*(?:https?:|wss?:)?//[\w.]"
    text = re.sub(r"<a\b[^>]*>", "", path.read_text())  # a link that somebody follows is no fetch
    attribute = r"\b(?:src|srcset|href|action|poster|data)\s*="
    call = r"\b(?:url|fetch|import|WebSocket|EventSource|sendBeacon)\("
    fetches = rf"(?:{attribute}|{call}|@import|\bimport\b|\bfrom\b)"
    assert not re.search(fetches + elsewhere, text)


def test_every_file_that_a_template_names_exists() -> None:
    # production answers with an error where one is missing from the manifest
    named = {
        (name(path), file)
        for path in TEMPLATES
        for file in re.findall(r"""{% (?:static|asset) ["']([^"']+)["']""", path.read_text())
    }
    named |= {
        (name(path), f"ui/js/{module}.js")
        for path in TEMPLATES
        for module in re.findall(r'"ui/module.html" with name="([^"]+)"', path.read_text())
    }
    assert len(named) > 10
    assert [one for one in sorted(named) if not finders.find(one[1])] == []


def test_what_may_be_demanded_of_nobody_is_not_stored() -> None:
    found = [
        f"{model._meta.label}.{field}"
        for model in own_models()
        for field in stored(model)
        if FORBIDDEN_FIELDS.search(field)
    ]
    assert set(found) == TAX_RESIDENCY


@cache
def classification() -> dict[str, dict[str, object]]:
    """docs/data-classes.toml as it stands."""
    return tomllib.loads((ROOT / "docs/data-classes.toml").read_text())


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_every_field_says_what_it_tells_about_a_person(model: type[models.Model]) -> None:
    classes = classification()["classes"]
    assert model._meta.label in classification(), "classify it in docs/data-classes.toml"
    entry = classification()[model._meta.label]
    listed = [field for one in classes for field in entry.get(one, [])]  # type: ignore[attr-defined]
    assert stored(model) - set(listed) == set(), "fields without a class"
    assert set(listed) - stored(model) == set(), "fields that are gone"
    assert len(listed) == len(set(listed)), "a field has two classes"
    words = {"about", "purpose", "retention", "erased"}
    personal = set(entry) - words - {"none"}
    assert personal <= set(classes)
    assert words <= set(entry) or not personal
    assert entry.get("erased", "software") in {"software", "staff", "organization"}


def test_no_classification_is_left_of_a_model_that_is_gone() -> None:
    labels = {model._meta.label for model in own_models()}
    assert set(classification()) - {"classes"} - labels == set()
