"""Languages: what somebody typed → which language, and which known language serves an asked one.

A coordinator types while somebody waits, so Japanese, kana, romaji, English and a language's own
script all lead to the same row, also half-typed. A request for a language in general is served by
each of its dialects; a request for one dialect is served less well by the others (`DialectMatch`).
Pure: no database, no settings. The rows are in `language_table.py`; tags are BCP 47.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from volunteers.language_spelling import plain, romaji, sound
from volunteers.language_table import ROWS, SYNONYMS, Row


@dataclass(frozen=True)
class Language:
    """One language as people name it; ``tag`` is what is stored."""

    tag: str
    ja: str
    kana: str
    en: str
    own: str
    romaji: tuple[str, ...]
    """Spellings of ``ja`` as typed: chuugokugo, chugokugo, tyuugokugo, tyugokugo."""
    aliases: tuple[str, ...]
    hints: tuple[str, ...]
    """Words that find the language in a search but do not name it, such as a country."""
    group: str
    rtl: bool
    spoken: bool


class DialectMatch(IntEnum):
    """How well a known language serves an asked one; comparable, and false for none."""

    NONE = 0
    OTHER_DIALECT = 1
    EXACT = 2


# ---- The table ---------------------------------------------------------------------------------


def _language(row: Row) -> Language:
    return Language(
        tag=row.tag,
        ja=row.ja,
        kana=row.kana,
        en=row.en,
        own=row.own,
        romaji=romaji(row.kana),
        aliases=tuple(row.aliases.split("|")) if row.aliases else (),
        hints=tuple(row.hints.split("|")) if row.hints else (),
        group=row.group or row.tag,
        rtl=row.rtl,
        spoken=row.spoken,
    )


LANGUAGES: tuple[Language, ...] = tuple(_language(row) for row in ROWS)
_BY_TAG = {language.tag.lower(): language for language in LANGUAGES}
_SYNONYMS = {synonym.lower(): tag for synonym, tag in SYNONYMS.items()}

_NO_DIALECT_IN_GENERAL = {"fa"}
"""Tags that name one dialect although they head a group: fa is the Persian of Iran, not Dari."""


def canonical(tag: str) -> str:
    """The tag to store: synonyms resolved, an unlisted region or script dropped (en-US → en).

    A tag of a language that is not in the table comes back as it was.
    """
    parts = tag.strip().replace("_", "-").split("-")
    while parts:
        key = "-".join(parts).lower()
        if key in _SYNONYMS:
            return _SYNONYMS[key]
        if key in _BY_TAG:
            return _BY_TAG[key].tag
        parts.pop()
    return tag.strip()


def get(tag: str) -> Language | None:
    """The language of a BCP 47 tag, synonyms and regions included; None if the table lacks it."""
    return _BY_TAG.get(canonical(tag).lower())


def spoken_languages() -> list[Language]:
    """Every language but the signed ones, the most asked first."""
    return [language for language in LANGUAGES if language.spoken]


# ---- Looking up and searching ------------------------------------------------------------------


@dataclass(frozen=True)
class _Spellings:
    """The keys of one language: ``names`` mean it, ``hints`` only lead to it, ``sounds`` are kana
    and romaji in one form, ``tags`` are short codes that only count as a whole or a beginning."""

    language: Language
    tags: frozenset[str]
    names: frozenset[str]
    hints: frozenset[str]
    sounds: frozenset[str]


def _is_kana(text: str) -> bool:
    return bool(re.fullmatch(r"[\u3041-\u3096]+", text))


def _stems(spellings: Iterable[str]) -> Iterator[str]:
    """Each spelling, and without a final 語 or ご: ベトナム語 is also asked for as ベトナム."""
    for spelling in spellings:
        yield spelling
        if len(spelling) > 2 and spelling[-1] in "語ご":
            yield spelling[:-1]


def _spellings(language: Language) -> _Spellings:
    written = {plain(word) for word in (language.ja, language.kana, *language.aliases)}
    written |= {word[:-1] + "ご" for word in written if word[-1] == "語" and _is_kana(word[:-1])}
    names = set(_stems(written))
    sounds = {sound(name) for name in names if _is_kana(name)}
    names |= {plain(word) for word in (language.en, language.own, *language.romaji)}
    tags = {plain(tag) for tag, to in SYNONYMS.items() if to == language.tag}
    return _Spellings(
        language=language,
        tags=frozenset(tags | {plain(language.tag)}),
        names=frozenset(names),
        hints=frozenset(plain(hint) for hint in language.hints),
        sounds=frozenset(sounds),
    )


_INDEX = tuple(_spellings(language) for language in LANGUAGES)


def _exact_table() -> dict[str, Language]:
    """Spelling → language; written names win over tags, tags over sounds, then the more asked."""
    table: dict[str, Language] = {}
    for kind in ("names", "tags", "sounds"):
        for entry in _INDEX:
            for key in getattr(entry, kind):
                table.setdefault(key, entry.language)
    return table


_EXACT = _exact_table()
LONGEST_TYPED = 80
"""Nobody types a longer name; anything beyond is refused before it costs time."""

_BRACKETS = re.compile(r"^(.+?)[(（\[［〔](.+?)[)）\]］〕]$")


def _exact(text: str) -> Language | None:
    key = plain(text)
    for form in (key, sound(key)):
        for spelling in _stems((form,)):
            if spelling in _EXACT:
                return _EXACT[spelling]
    return None


def lookup(text: str) -> Language | None:
    """The one language that ``text`` names, in any script, or None: never a guess.

    A dialect in brackets counts when it belongs to the language before it: 中国語（台湾華語） is
    zh-TW, 中国語（英語） is nothing.
    """
    if len(text) > LONGEST_TYPED:
        return None
    whole = _exact(text)
    brackets = _BRACKETS.match(text.strip())
    if whole or not brackets:
        return whole
    outer, inner = _exact(brackets[1]), _exact(brackets[2])
    if outer and inner and outer.group == inner.group:
        return inner
    return None


class _Rank(IntEnum):
    EXACT, BEGINNING, INSIDE, NOT = range(4)


def _rank(entry: _Spellings, query: str, heard: str) -> _Rank:
    if query in entry.names or heard in entry.sounds:
        return _Rank.EXACT
    words = (*entry.names, *entry.hints, *entry.tags)
    if any(word.startswith(query) for word in words) or (
        heard and any(word.startswith(heard) for word in entry.sounds)
    ):
        return _Rank.BEGINNING
    # Two Latin letters or one kana are inside nearly everything; one kanji says something.
    telling = 3 if query.isascii() else 1 if query >= "\u4e00" else 2
    if len(query) >= telling and any(query in word for word in (*entry.names, *entry.hints)):
        return _Rank.INSIDE
    return _Rank.NOT


def _slips(typed: str, word: str) -> int:
    """Letters missing, added, wrong or swapped between ``typed`` and the beginning of ``word``."""
    rows = [list(range(len(word) + 1))]
    for i, char in enumerate(typed, 1):
        row = [i]
        for j, other in enumerate(word, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (char != other))
            if i > 1 and j > 1 and char == word[j - 2] and typed[i - 2] == other:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return min(rows[-1])


def _fewest_slips(entry: _Spellings, query: str, heard: str) -> int | None:
    """The fewest slips that lead from what was typed to this language, None if too many.

    One slip is forgiven from four letters on, two from seven.
    """
    counts = [
        count
        for typed, words in ((query, entry.names), (heard, entry.sounds))
        for word in words
        if (count := _slips(typed, word[: len(typed) + 2])) <= (len(typed) >= 4) + (len(typed) >= 7)
    ]
    return min(counts, default=None)


@lru_cache(maxsize=4096)
def _search(query: str, heard: str) -> tuple[Language, ...]:
    ranked = [(_rank(entry, query, heard), entry.language) for entry in _INDEX]
    found = [pair for pair in ranked if pair[0] is not _Rank.NOT]
    if not found:
        slips = [(_fewest_slips(entry, query, heard), entry.language) for entry in _INDEX]
        return tuple(
            language for count in (1, 2) for slipped, language in slips if slipped == count
        )
    return tuple(language for _, language in sorted(found, key=lambda pair: pair[0]))


def search(text: str, limit: int = 8) -> list[Language]:
    """Languages for what has been typed so far, best first: the whole name, its beginning, a part
    of it, and only if nothing fits, small typing slips. Equal ones in order of demand.

    Nothing typed finds nothing. A final 語 and an unfinished input (ちゅうg, べt) are understood.
    """
    query = plain(text)
    if not query or len(text) > LONGEST_TYPED:
        return []
    found = _search(query, sound(query))
    if not found and query.endswith("語"):
        found = _search(query[:-1], sound(query[:-1]))
    return list(found[:limit])


# ---- Names and dialects ------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def name(tag: str, reader_lang: str = "ja") -> str:
    """The language's name for a reader of ``reader_lang``; one's own language in its own words.

    Where no translation exists, the Japanese name, and for a tag nobody knows, the tag.
    """
    language = get(tag)
    reader = get(reader_lang)
    if language and reader:
        if reader.tag in ("ja", "jsl"):
            return language.ja
        if reader.tag == "en":
            return language.en
        if reader.group == language.group:
            return language.own
    translated = _cldr_name(language.tag if language else tag, reader.tag if reader else "ja")
    return translated or (language.ja if language else tag)


def _cldr_name(tag: str, reader: str) -> str | None:
    """CLDR's translation; where it has none for a dialect, the language with its region."""
    try:
        locale = Locale.parse(reader, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
    whole = locale.languages.get(tag.replace("-", "_"))
    if whole:
        return str(whole)
    base, _, region = tag.partition("-")
    parts = locale.languages.get(base), locale.territories.get(region)
    return f"{parts[0]} ({parts[1]})" if all(parts) else None


def _match(asked: Language, known: Language) -> DialectMatch:
    if asked.group != known.group:
        return DialectMatch.NONE
    general = asked.tag == asked.group and asked.tag not in _NO_DIALECT_IN_GENERAL
    if asked.tag == known.tag or general:
        return DialectMatch.EXACT
    return DialectMatch.OTHER_DIALECT


def matches(asked_tag: str, known_tag: str) -> DialectMatch:
    """How well somebody who knows ``known_tag`` serves a request for ``asked_tag``.

    A request in general (zh, pt) is met by every dialect; one for a dialect (zh-TW, pt-BR) is met
    by the same dialect and, as second best, by the language in general and its other dialects.
    Cantonese and Taiwanese are languages of their own; Persian and Dari are dialects to each other.
    """
    asked, known = get(asked_tag), get(known_tag)
    if asked and known:
        return _match(asked, known)
    same = canonical(asked_tag).lower() == canonical(known_tag).lower()
    return DialectMatch.EXACT if same else DialectMatch.NONE


@lru_cache(maxsize=4096)
def covering_tags(asked_tag: str) -> tuple[tuple[str, DialectMatch], ...]:
    """Every stored tag that serves a request for ``asked_tag``, the best first, for an SQL `IN`.

    Synonyms are included (fil brings tl); regions that the table does not list are not, so store
    `canonical` tags.
    """
    asked = get(asked_tag)
    if asked is None:
        return ((asked_tag.strip(), DialectMatch.EXACT),)
    found = [
        (tag, match)
        for tag in (*(row.tag for row in LANGUAGES), *SYNONYMS)
        if (match := matches(asked.tag, tag))
    ]
    return tuple(sorted(found, key=lambda pair: -pair[1]))
