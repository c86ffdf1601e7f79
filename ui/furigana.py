"""ふりがな over the kanji of pages in やさしい日本語.

The readings are a list of words (`readings.txt`), not marks in the catalogue: whoever translates
writes plain text, and messages, titles and labels for screen readers stay plain. Only the finished
page is annotated, and only where every kanji of a stretch is in a word of the list, so that a name
is left alone rather than misread. A reading is hidden from screen readers, which know the kanji.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.text import compress_string

LANGUAGE = "ja-simple"
COOKIE = "tsunagi_furigana"
OFF = "off"
WORDS = Path(__file__).with_name("readings.txt")
KANJI = "\u3005\u3400-\u4dbf\u4e00-\u9fff"
ENTRY = re.compile(rf"([^《》{KANJI}]*)([{KANJI}]+)《([^《》]+)》([^《》]*)")
# 24日 and 1人 are read together with their figure
STRETCH = re.compile(rf"(?<!\d)(\d{{1,2}})([日人])(?![{KANJI}])|([{KANJI}]+)")
MARKUP = re.compile(r"""<!--.*?-->|<(/?)([a-zA-Z][\w-]*)(?:[^<>"']|"[^"]*"|'[^']*')*>""", re.DOTALL)
# no markup inside these, or not ours
CLOSED = frozenset({"title", "script", "style", "textarea", "option", "svg", "ruby", "code"})
DAYS = {
    1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか",
    8: "ようか", 9: "ここのか", 10: "とおか", 14: "じゅうよっか", 20: "はつか",
    24: "にじゅうよっか",
}  # fmt: skip
PERSONS = {1: "ひとり", 2: "ふたり"}


class Word(NamedTuple):
    """One reading and what must stand around its kanji."""

    before: str
    kanji: str
    reading: str
    after: str

    def fits(self, text: str, start: int) -> bool:
        """The word stands in the text with its kanji at ``start``."""
        end = start + len(self.kanji)
        if not text.startswith(self.kanji + self.after, start) or end > len(text):
            return False
        if self.before == "#":
            return text[:start][-1:].isdigit()
        return text[:start].endswith(self.before)


@cache
def words() -> dict[str, list[Word]]:
    """First kanji → the words that begin with it, the longest first."""
    found: dict[str, list[Word]] = {}
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        for entry in [] if line.startswith("# ") else line.split():
            if not (match := ENTRY.fullmatch(entry)):
                raise ValueError(f"readings.txt: {entry}")
            word = Word(*(part.replace("_", " ") for part in match.groups()))
            found.setdefault(word.kanji[0], []).append(word)
    for same in found.values():
        same.sort(key=lambda w: (-len(w.kanji), -len(w.before + w.after), w.before == "#"))
    return found


def readings(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, reading) of each stretch with kanji; the reading is empty where none is known.

    >>> [(text[a:b], reading) for text in ["今日は 行けません"] for a, b, reading in readings(text)]
    [('今日', 'きょう'), ('行', 'い')]
    """
    for match in STRETCH.finditer(text):
        if match[3]:
            yield from _stretch(text, *match.span(3))
        else:
            yield _counted(text, match)


def _counted(text: str, match: re.Match[str]) -> tuple[int, int, str]:
    number, unit = int(match[1]), match[2]
    if unit == "人":
        start = match.start() if number in PERSONS else match.end() - 1
        return start, match.end(), PERSONS.get(number, "にん")
    if number == 1 and text[: match.start()][-1:] != "月":
        return match.start(), match.end(), "いちにち"
    if number in DAYS:
        return match.start(), match.end(), DAYS[number]
    return match.end() - 1, match.end(), "にち"


def _stretch(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """The words of a stretch of kanji; nothing is read unless all of it is."""
    found, at = [], start
    while at < end:
        fitting = (one for one in words().get(text[at], []) if at + len(one.kanji) <= end)
        word = next((one for one in fitting if one.fits(text, at)), None)
        if word is None:
            return [(start, end, "")]
        found.append((at, at + len(word.kanji), word.reading))
        at += len(word.kanji)
    return found


def annotated(text: str) -> str:
    """Text (or escaped text of a page) with <ruby>; nothing else of it changes."""
    done, at = [], 0
    for start, end, reading in readings(text):
        if reading:
            ruby = f'<ruby>{text[start:end]}<rt aria-hidden="true">{reading}</rt></ruby>'
            done += [text[at:start], ruby]
            at = end
    return "".join([*done, text[at:]])


def annotated_page(page: str) -> str:
    """A page or a fragment of one with <ruby> in its texts, not in attributes, titles, options.

    A text with readings stays one piece: a button lays its parts out side by side.
    """
    done, at, closed = [], 0, ""
    for tag in MARKUP.finditer(page):
        text = page[at : tag.start()]
        done += [text if closed else _in_one_piece(text), tag[0]]
        at = tag.end()
        name = (tag[2] or "").lower()
        if not closed and name in CLOSED and not tag[1] and not tag[0].endswith("/>"):
            closed = name
        elif name == closed and tag[1]:
            closed = ""
    rest = page[at:]
    return "".join([*done, rest if closed else _in_one_piece(rest)])


def _in_one_piece(text: str) -> str:
    read = annotated(text)
    return read if read == text else f'<span class="furigana">{read}</span>'


def wanted(request: HttpRequest) -> bool:
    """The reader has not switched the readings off."""
    return (request.GET.get("furigana") or request.COOKIES.get(COOKIE, "")) != OFF


def _annotate(response: HttpResponse) -> None:
    """Put the readings into a page, also into one that its view has compressed already."""
    packed = response.get("Content-Encoding") == "gzip"
    content = gzip.decompress(response.content) if packed else response.content
    content = annotated_page(content.decode(response.charset)).encode(response.charset)
    response.content = compress_string(content) if packed else content
    if response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))


def readings_over_kanji(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Annotate pages in やさしい日本語 (staff have none) and keep the reader's choice for a year."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        view = request.resolver_match.func if request.resolver_match else None
        if not isinstance(response, HttpResponse) or not is_page or hasattr(view, "roles"):
            return response
        if translation.get_language() == LANGUAGE and wanted(request):
            _annotate(response)
        if request.method == "GET" and (choice := request.GET.get("furigana")) in ("on", OFF):
            response.set_cookie(
                COOKIE, choice, max_age=31536000, samesite="Lax", secure=request.is_secure(),
                httponly=True,
            )  # fmt: skip
        return response

    return middleware
