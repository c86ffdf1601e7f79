"""The accountants' documents (docs/keiri) say what the screens say: pages, labels, messages.

In them 「…」 quotes a screen word for word, and a table under 画面の文 lists messages with what to do;
… stands for whatever changes. What is quoted must be in the product, and what the rooms of
honoraria can refuse or remark must be in the documents.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.access_matrix import ENTRIES
from tests.test_architecture import ROOT, parsed

FOLDER = ROOT / "docs/keiri"
PAPERS = sorted(FOLDER.glob("*.md"))
SPACES = ("honoraria", "volunteer_money")
# where the words of the screens are; the sections of a page may come from another floor
SCREENS = ("honoraria", "interpreting", "accounts", "config", "dispatch", "ui")
# what carries a message, and which of its arguments it is
SAYING = {
    "ActionError": 1, "Hold": 1, "HeldBack": 2, "Finding": 1, "Remark": 1, "Check": 1,
    "Missing": 1, "Unpriced": 1, "UnreadableError": 0, "_bad": 0, "_refusal": -1,
}  # fmt: skip
VARIES = "\0"
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")


@cache
def shown() -> list[str]:
    """Every text of the templates, with a mark where something is filled in."""
    found = []
    for path in (one for floor in SCREENS for one in (ROOT / floor).rglob("*.html")):
        raw = path.read_text()
        bare = re.sub(r"<[^>]+>", "", re.sub(r"{[%{].*?[%}]}", VARIES, raw))
        found += [bare, *re.findall(r'"([^"{}<>]+)"', raw)]
    return [one for one in found if JAPANESE.search(one)]


@cache
def said() -> list[str]:
    """The same and every text of the code."""
    found = shown()[:]
    for floor in SCREENS:
        for path in (ROOT / floor).rglob("*.py"):
            if "migrations" not in path.parts:
                found += [text for node in ast.walk(parsed(path)) if (text := literal(node, {}))]
    return [one for one in found if JAPANESE.search(one)]


def literal(node: ast.AST, names: dict[str, str]) -> str | None:
    """The text that an expression is, with a mark for each part that varies; None for no text."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(literal(one, names) or VARIES for one in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return (literal(left, names) or VARIES) + (literal(right, names) or VARIES)
        case ast.Call(func=ast.Name(id="_" | "gettext"), args=[one]):
            return re.sub(r"{\w*}|%\(\w+\)s", VARIES, literal(one, names) or "")
        case ast.Name(id=name):
            return names.get(name)
    return None


def cases(node: ast.expr) -> list[ast.expr]:
    """Both texts of ``one if … else other``."""
    return [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]


def messages() -> Iterator[tuple[str, str]]:
    """(where, text) of whatever the rooms say when something cannot be done or needs a look."""
    for path in sorted((ROOT / "honoraria").rglob("*.py")):
        module = parsed(path)
        names = assigned(module.body, {})
        for function in (one for one in ast.walk(module) if isinstance(one, ast.FunctionDef)):
            known = dict(names)
            nodes = [one for one in ast.walk(function) if isinstance(one, ast.Assign | ast.Call)]
            for node in sorted(nodes, key=lambda one: (one.lineno, one.col_offset)):
                if isinstance(node, ast.Assign):
                    known = assigned([node], known)
                elif isinstance(node.func, ast.Name) and node.func.id in SAYING:
                    place = SAYING[node.func.id]
                    given = node.args if place < 0 else node.args[place : place + 1]
                    for one in [case for each in given for case in cases(each)]:
                        text = literal(one, known)
                        if text and JAPANESE.search(text) and (place >= 0 or text.endswith("。")):
                            yield f"{path.relative_to(ROOT)}:{node.lineno}", text


def assigned(body: list[ast.stmt], known: dict[str, str]) -> dict[str, str]:
    """The names that a block gives to texts, on top of those that are known."""
    found = dict(known)
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = literal(node.value, found)
            if text:
                found[node.targets[0].id] = text
    return found


def pattern(quoted: str) -> re.Pattern[str]:
    """What a quotation matches: … is anything."""
    return re.compile(".*?".join(re.escape(one) for one in quoted.split("…")), re.S)


@cache
def rows() -> list[tuple[str, str]]:
    """(document, message) of every table of messages."""
    found = []
    for path in PAPERS:
        for table in re.findall(r"^\| 画面の文 .*\n\|[-|]+\n((?:\|.*\n)+)", path.read_text(), re.M):
            found += [(path.name, line.split("|")[1].strip()) for line in table.splitlines()]
    return found


def addresses(found: URLResolver, before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """(name, address with … for what varies) of all addresses."""
    for one in found.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one, route, one.namespace or space)
        elif isinstance(one, URLPattern) and one.name:
            yield f"{space}:{one.name}", "/" + re.sub(r"<[^>]+>", "…", route)


def test_every_page_is_named_by_its_address() -> None:
    text = "\n".join(path.read_text() for path in PAPERS)
    wanted = {one.name for one in ENTRIES if one.method == "get" and one.name.startswith(SPACES)}
    known = [(name, where) for name, where in addresses(get_resolver()) if name in wanted]
    assert len(known) >= len(wanted) > 40
    assert [where for _, where in known if f"`{where}`" not in text] == []


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.name)
def test_what_a_document_quotes_is_on_a_screen(path: Path) -> None:
    quoted = set(re.findall(r"「([^「」\n]+)」", path.read_text())) - {"…", "　", "'", "?"}
    lost = [one for one in quoted if not any(pattern(one).search(text) for text in said())]
    assert sorted(lost) == []


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.name)
def test_what_is_to_be_pressed_is_in_a_template(path: Path) -> None:
    pressed = set(re.findall(r"「([^「」\n]+)」を(?:順に)?押", path.read_text()))
    lost = [one for one in pressed if not any(pattern(one).search(text) for text in shown())]
    assert sorted(lost) == []


def test_every_message_of_a_table_is_said_somewhere() -> None:
    assert len(rows()) > 200
    lost = [
        (name, one) for name, one in rows() if not any(pattern(one).search(text) for text in said())
    ]
    assert lost == []


def test_every_message_of_the_rooms_is_explained() -> None:
    found = list(messages())
    assert len(found) > 150, "the search itself is broken"
    known = [pattern(one) for _, one in rows()]
    assert sorted({one for one in found if not any(p.fullmatch(one[1]) for p in known)}) == []


def test_every_document_is_reached_from_the_first() -> None:
    links = set(re.findall(r"\]\(([\w-]+\.md)", (FOLDER / "README.md").read_text()))
    assert links == {path.name for path in PAPERS} - {"README.md"}


def test_every_link_to_a_heading_leads_to_one() -> None:
    heads = {
        path.name: {
            re.sub(r"[^\w\- ]", "", head).strip().replace(" ", "-")
            for head in re.findall(r"^#+ (.+)$", path.read_text(), re.M)
        }
        for path in PAPERS
    }
    lost = [
        f"{path.name}: {name or path.name}#{head}"
        for path in PAPERS
        for name, head in re.findall(r"\]\(([\w-]*(?:\.md)?)#([^)]+)\)", path.read_text())
        if head not in heads[name or path.name]
    ]
    assert lost == []
