"""The translations of the pages for volunteers: finding texts, merging them, compiling catalogues.

Japanese is the source: a text in the code or a template is its own key. ``ui/locale`` holds English
and やさしい日本語 (``ja-simple``, folder ``ja_Simple``, as Django spells it). Compiled catalogues are
not in the repository; outside production they are made when the program starts.
"""

from __future__ import annotations

import ast
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import to_locale

from ui import pseudo

PACKAGES = ("ui", "realtime", "accounts", "volunteers", "dispatch", "interpreting", "honoraria")
FUNCTIONS = {"_", "gettext", "gettext_lazy"}
COUNTED = {"ngettext", "ngettext_lazy"}
# {% translate "…" %}, _("…") as an argument of a tag, and {% blocktranslate %}…{% endblocktranslate %}
TRANSLATE = re.compile(r"""{%\s*translate\s+(["'])(.+?)\1""")
ARGUMENT = re.compile(r"""[=\s:]_\((["'])(.+?)\1\)""")
BLOCK = re.compile(r"{%\s*blocktranslate\b([^%]*)%}(.*?){%\s*endblocktranslate\s*%}", re.DOTALL)
PLURAL = re.compile(r"{%\s*plural\s*%}")
VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")

# no dates and no names, so that collecting twice changes nothing
HEADER = """\
# Tsunagi: {code}. Texts are collected by manage.py collect_translations.
msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plural}\\n"

"""

Text = str | tuple[str, str]
"""A text, or the singular and plural of one that counts."""


def languages() -> list[str]:
    """The languages that need a catalogue: all but the source."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def po_file(code: str) -> Path:
    """Where the catalogue of a language is."""
    return Path(settings.LOCALE_PATHS[0]) / to_locale(code) / "LC_MESSAGES" / "django.po"


def texts_of_project() -> dict[Text, str]:
    """Every translatable text of our own packages → the first file that has it."""
    found: dict[Text, str] = {}
    for package in PACKAGES:
        folder = Path(settings.BASE_DIR) / package
        for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.html")]):
            read = texts_of_python if path.suffix == ".py" else texts_of_template
            for text in read(path.read_text(encoding="utf-8")):
                found.setdefault(text, str(path.relative_to(settings.BASE_DIR)))
    return found


def texts_of_python(source: str) -> Iterator[Text]:
    """Literal arguments of gettext calls."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        words = [a.value for a in node.args if isinstance(a, ast.Constant)]
        texts = [word for word in words if isinstance(word, str)]
        if node.func.id in FUNCTIONS and texts:
            yield texts[0]
        elif node.func.id in COUNTED and len(texts) > 1:
            yield texts[0], texts[1]


def texts_of_template(source: str) -> Iterator[Text]:
    """Texts of the translation tags of a template."""
    for pattern in (TRANSLATE, ARGUMENT):
        yield from (match[2] for match in pattern.finditer(source))
    for match in BLOCK.finditer(source):
        forms = [_as_key(form, "trimmed" in match[1]) for form in PLURAL.split(match[2])]
        yield (forms[0], forms[1]) if len(forms) > 1 else forms[0]


def _as_key(text: str, trimmed: bool) -> str:
    if trimmed:
        text = " ".join(line.strip() for line in text.strip().splitlines())
    return VARIABLE.sub(r"%(\1)s", text.replace("%", "%%"))


def catalogue(code: str) -> Catalog:
    """What is translated so far."""
    path = po_file(code)
    if not path.exists():
        return Catalog(locale="en" if code == "en" else "ja")
    with path.open("rb") as file:
        return read_po(file, locale="en" if code == "en" else "ja")


def missing(code: str) -> list[Text]:
    """Texts of the project without a translation."""
    known = catalogue(code)
    return [text for text in texts_of_project() if not _translated(known, text)]


def _translated(known: Catalog, text: Text) -> bool:
    message = known.get(text if isinstance(text, str) else text[0])
    forms = message.string if message else None
    return bool(forms) if isinstance(forms, str | None) else all(forms)


def collect(code: str) -> int:
    """Add missing texts to the catalogue, empty, and drop those that are gone; returns the count
    of empty ones."""
    known, empty = catalogue(code), 0
    fresh = Catalog(locale=known.locale, fuzzy=False)
    for text, where in sorted(texts_of_project().items(), key=lambda item: (item[1], str(item[0]))):
        before = known.get(text if isinstance(text, str) else text[0])
        string = before.string if before else ""
        fresh.add(text, string or "", locations=[(where, 0)])
        empty += not _translated(known, text)
    path = po_file(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(code=code, plural=fresh.plural_forms).encode())
        write_po(file, fresh, width=100, omit_header=True, include_lineno=False)
    return empty


def source_of(code: str) -> Path:
    """The file that a compiled catalogue is made from; pseudo-languages are made from English."""
    return po_file("en" if code in settings.PSEUDO_LANGUAGES else code)


def compile_stale() -> list[str]:
    """Compile the catalogues that changed since they were compiled; returns their languages."""
    done = []
    for code in [*languages(), *settings.PSEUDO_LANGUAGES]:
        source, target = source_of(code), po_file(code).with_suffix(".mo")
        if not source.exists() or not is_stale(code):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        # written beside and renamed: several processes may start at once
        handle, name = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            write_mo(file, _compiled(code))
        os.chmod(name, 0o644)
        os.utime(name, ns=(source.stat().st_mtime_ns, source.stat().st_mtime_ns))
        os.replace(name, target)
        done.append(code)
    return done


def _compiled(code: str) -> Catalog:
    if code in settings.PSEUDO_LANGUAGES:
        return pseudo.catalogue(code, catalogue("en"))
    return catalogue(code)


def is_stale(code: str) -> bool:
    """The compiled catalogue is missing or of another time than its source."""
    source, target = source_of(code), po_file(code).with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime_ns != source.stat().st_mtime_ns
