"""Rules that templates, style sheets and modules keep: policy, weight, contrast, direction."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

UI = Path(__file__).resolve().parents[2] / "ui"
TEMPLATES = sorted((UI / "templates").rglob("*.html"))
SHEETS = sorted((UI / "static/ui").glob("*.css"))
MODULES = sorted((UI / "static/ui/js").glob("*.js"))
SYMBOLS = set(re.findall(r'symbol id="([a-z-]+)"', (UI / "static/ui/icons/icons.svg").read_text()))


def name(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_inline_script_style_or_handler(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", [*TEMPLATES, *SHEETS, *MODULES], ids=name)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    assert not re.search(
        r"(?:src|href|url|fetch|import)\s*[=(]\s*[\"']?(?:https?:)?//", path.read_text()
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_icon_named_in_a_template_exists(path: Path) -> None:
    for icon in re.findall(r'{% icon "([a-z-]+)"', path.read_text()):
        assert icon in SYMBOLS


def test_every_icon_of_a_state_and_of_the_navigation_exists() -> None:
    from ui.states import KINDS

    used = {look.icon for looks in KINDS.values() for look in looks.values()}
    assert used | {"board", "requests", "volunteers", "honoraria", "settings"} <= SYMBOLS


@pytest.mark.parametrize("code", ["400", "404", "403", "500", "503"])
def test_error_pages_need_no_context(code: str) -> None:
    assert code in render_to_string(f"{code}.html")


def test_an_error_page_survives_a_missing_manifest(settings: object) -> None:
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    assert "/static/ui/tokens.css" in render_to_string("500.html")


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_short_and_needs_no_build(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) < 150
    assert not re.search(r"\beval\(|new Function|^import |document\.write", text, re.M)


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_a_sheet_works_in_both_directions(path: Path) -> None:
    sides = r"(?:margin|padding|border)-(?:left|right|top|bottom)\b"
    physical = rf"{sides}|text-align:\s*(?:left|right)|[{{;]\s*(?:left|right|width|height):"
    assert re.findall(physical, path.read_text()) == []


def test_a_phone_page_is_light() -> None:
    files = [
        "tokens.css",
        "base.css",
        "phone.css",
        "icons/icons.svg",
        "icons/mark.svg",
        "js/form.js",
        "js/live.js",
    ]
    weight = sum((UI / "static/ui" / file).stat().st_size for file in files)
    assert weight < 48_000  # of 60 KB; the rest is the page itself


def tokens(dark: bool) -> dict[str, str]:
    light, _, rest = (UI / "static/ui/tokens.css").read_text().partition("@media screen and")
    pairs = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})\b", light))
    return pairs | (dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})\b", rest)) if dark else {})


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


INKS = ("ink", "ink-soft", "ink-faint", "link")
TEXT = [
    *[(ink, ground) for ink in INKS for ground in ("paper", "surface", "surface-sunk")],
    *[("ink", f"{tone}-soft") for tone in ("danger", "warn", "ok", "info", "primary", "quiet")],
    *[(tone, f"{tone}-soft") for tone in ("danger", "warn", "ok", "info", "quiet")],
    ("primary-strong", "primary-soft"), ("danger", "surface"), ("danger", "paper"),
    ("on-primary", "primary"), ("on-primary", "primary-strong"), ("on-danger", "danger"),
    ("ink-soft", "primary-soft"), ("link", "primary-soft"), ("paper", "ink"),
]  # fmt: skip
SHAPES = [
    ("line-strong", "surface"),
    ("line-strong", "paper"),
    ("primary", "surface"),
    ("focus-line", "focus-ring"),
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_and_controls_have_enough_contrast(dark: bool) -> None:
    colours = tokens(dark)
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}
    shapes = SHAPES if not dark else SHAPES[:3]
    assert [p for p in shapes if contrast(colours[p[0]], colours[p[1]]) < 3] == []
