"""The documents name every command, setting and event that exists, and nothing that does not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.core.management import find_commands

from realtime.events import TYPES
from tests.test_architecture import FLOORS, PRODUCT, ROOT, name, parsed

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
COMMANDS = (ROOT / "docs/commands.md").read_text()
SETTINGS = (ROOT / "docs/settings.md").read_text()
TARGET = re.compile(r"^([a-z][a-z-]*):.*?## ", re.M)
LONGEST_DECISION = 30  # lines
DJANGO = {"migrate", "collectstatic"}  # of Django's own commands, those one needs


def own_commands() -> set[str]:
    """The management commands of the floors."""
    return {one for floor in FLOORS for one in find_commands(str(ROOT / floor / "management"))}


def environment_names(path: Path) -> set[str]:
    """Names that a file reads from the environment: get, [] and the settings' required()."""
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and node.args:
            function = ast.unparse(node.func)
            reads = re.fullmatch(r"(os\.)?environ(ment)?\.get|os\.getenv|required", function)
            key: ast.expr | None = node.args[0] if reads else None
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            key = node.slice if ast.unparse(node.value).endswith("environ") else None
        else:
            key = None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.add(key.value)
    return found


def first_cells(document: str, *, below: str = "", above: str = "") -> set[str]:
    """The names in code style in the first column of the tables, of a part of a document."""
    part = document[document.index(below) if below else 0 :]
    part = part[: part.index(above)] if above else part
    rows = re.findall(r"^\|([^|]*)\|", part, re.M)
    return {one.split()[0] for row in rows for one in re.findall(r"`([^`]+)`", row)}


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    read = set().union(*(environment_names(path) for path in [*PRODUCT, ROOT / "manage.py"]))
    assert {"SECRET_KEY", "DATABASE_URL", "HOST", "PORT"} <= read, "the search itself is broken"
    of_the_product = first_cells(SETTINGS, above="\n## Tests\n")
    assert read - first_cells(SETTINGS) == set(), "not in docs/settings.md"
    assert of_the_product - read - {"PYTHON"} == set(), "read nowhere"


def test_every_setting_of_the_tests_is_read_by_them() -> None:
    tools = [*(ROOT / "tests").rglob("*.py"), ROOT / ".ci/run", ROOT / "pyproject.toml"]
    said = "".join(path.read_text() for path in tools)
    product = set().union(*(environment_names(path) for path in PRODUCT))
    listed = first_cells(SETTINGS, below="\n## Tests\n")
    assert [one for one in listed - product if one not in said] == []


def test_every_command_is_documented_and_every_documented_one_exists() -> None:
    listed = first_cells(COMMANDS, below="\n## manage.py\n")
    assert own_commands() | DJANGO == listed


def test_every_target_of_the_makefile_is_documented() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    rows = re.findall(r"^\| `make ([a-z-]+)`", COMMANDS, re.M)
    assert {"demo", "test", "help"} <= targets
    assert set(rows) == targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_a_document_names_only_commands_that_exist(path: Path) -> None:
    text = path.read_text()
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    code = "\n".join(re.findall(r"`[^`\n]+`|^```.*?^```", text, re.M | re.S))
    assert set(re.findall(r"\bmake ([a-z-]+)", code)) - targets == set()
    used = set(re.findall(r"manage\.py ([a-z_]+)", code))
    assert used - own_commands() - DJANGO == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)|<img src=\"([^\"]+)", path.read_text())
    local = [one or other for one, other in links if not re.match(r"https?:", one or other)]
    assert [one for one in local if not (path.parent / one).exists()] == []


def test_every_file_named_in_a_document_exists() -> None:
    missing = [
        f"{name(path)}: {one}"
        for path in DOCUMENTS
        for one in re.findall(
            r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|toml|txt|html))`", path.read_text()
        )
        if not (ROOT / one).exists()
    ]
    assert missing == []


def test_every_event_is_documented() -> None:
    document = (ROOT / "docs/developing.md").read_text()
    assert first_cells(document, below="\n## Events\n", above="\n## Tests\n") == set(TYPES)


@pytest.mark.parametrize("path", DECISIONS, ids=name)
def test_a_decision_is_short_and_says_what_would_change_it(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_DECISION
    assert re.match(rf"# {path.stem[:3]}: \S", text)
    for part in ("**Decided.**", "**Why.**", "**Would change it.**"):
        assert part in text


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.stem[:3]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
