"""Reads the languages of a cell with their levels: 英語◎、中国語（北京語）○ / タイ語.

Which word names which language is not decided here: `find_language` maps a name to a BCP 47 tag.
Levels are 3 (can interpret), 2 (everyday conversation), 1 (a little); None where none is written.
A dialect in brackets makes the tag narrower: 広東語 → yue, 台湾 → zh-TW, ブラジル → pt-BR.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from volunteers.importing.problems import Parsed, Problem
from volunteers.importing.text import is_nothing, plain, tight
from volunteers.importing.workbook import CellValue

FindLanguage = Callable[[str], str | None]

LEVELS: dict[str, int] = {
    "◎": 3, "○": 2, "〇": 2, "◯": 2, "o": 2, "△": 1, "▲": 1, "●": 2, "☆": 3, "★": 3,
    "a": 3, "b": 2, "c": 1, "3": 3, "2": 2, "1": 1,
    "上級": 3, "中級": 2, "初級": 1, "上": 3, "中": 2, "下": 1, "初": 1,
    "通訳可": 3, "通訳可能": 3, "通訳": 3, "通訳レベル": 3, "ビジネス": 3, "ネイティブ": 3, "母語": 3, "母国語": 3,
    "日常会話": 2, "日常会話程度": 2, "日常会話レベル": 2, "会話可": 2, "会話": 2, "日常": 2,
    "少し": 1, "片言": 1, "あいさつ程度": 1, "挨拶程度": 1, "簡単な会話": 1, "少々": 1,
    "native": 3, "fluent": 3, "advanced": 3, "intermediate": 2, "conversational": 2, "basic": 1, "beginner": 1,
}  # fmt: skip
_DIALECTS = {
    "北京語": "zh", "普通話": "zh", "標準語": "zh", "標準中国語": "zh", "簡体字": "zh", "簡体": "zh", "mandarin": "zh",
    "広東語": "yue", "廣東語": "yue", "cantonese": "yue", "上海語": "wuu", "閩南語": "nan", "福建語": "nan",
    "台湾語": "nan", "台湾": "zh-TW", "繁体字": "zh-TW", "繁体": "zh-TW", "台湾華語": "zh-TW", "客家語": "hak",
    "ブラジル": "pt-BR", "伯": "pt-BR", "ポルトガル": "pt-PT", "中南米": "es-419", "南米": "es-419",
    "ダリー語": "fa-AF",
    "フィリピノ語": "fil", "フィリピン語": "fil", "タガログ語": "fil",
}  # fmt: skip
_MARKS = "◎○〇◯△▲●☆★"
_SEPARATORS = "、,;/・|＋+&"
_MARK_AT_END = re.compile(rf"(.*?)\s*[:=]?\s*([{_MARKS}])")
_MARK_AT_START = re.compile(rf"([{_MARKS}])\s*(.+)")
_LEVEL_WORDS = sorted(
    (word for word in LEVELS if len(word) > 1 or word in "abc"), key=len, reverse=True
)
_WORD_AT_END = re.compile(
    rf"(.+?)[\s:=\-]+({'|'.join(_LEVEL_WORDS)}|[123])|(.*[^a-z\s])({'|'.join(_LEVEL_WORDS)})", re.I
)
_BRACKETS = re.compile(r"(.*?)\s*[(\[【「〈<]([^()\[\]】」〉>]*)[)\]】」〉>]\s*(.*)", re.S)
_OPEN, _CLOSE = "([【「〈<", ")]】」〉>"


@dataclass(frozen=True, slots=True)
class LanguageValue:
    """A language (BCP 47), its level 3, 2, 1 or None, and the words it was read from."""

    tag: str
    level: int | None
    original: str


def parse_languages(
    value: CellValue, find_language: FindLanguage, levels: Mapping[str, int] | None = None
) -> Parsed[tuple[LanguageValue, ...]]:
    """Read a cell's languages. `levels` adds or changes marks, e.g. {"A": 3}. Never raises."""
    original = "" if value is None else str(value)
    if is_nothing(original):
        return Parsed(())
    table = {**LEVELS, **{tight(mark): level for mark, level in (levels or {}).items()}}
    found: list[LanguageValue] = []
    unknown: list[str] = []
    for piece in _split(plain(original)):
        read = _read_piece(piece, find_language, table)
        if read is None and " " in piece:
            parts = [_read_piece(part, find_language, table) for part in piece.split()]
            read = [one for part in parts for one in part or ()] if all(parts) else None
        if read is None:
            unknown.append(piece)
        else:
            found.extend(read)
    return _result(found, unknown, original)


def _result(
    found: list[LanguageValue], unknown: list[str], original: str
) -> Parsed[tuple[LanguageValue, ...]]:
    problems = [
        Problem("language_unknown", f"「{piece}」がどの言語か分かりません。", original)
        for piece in unknown
    ]
    best: dict[str, LanguageValue] = {}
    twice = False
    for skill in found:
        known = best.setdefault(skill.tag, skill)
        if known is not skill and known.level != skill.level:
            twice = True
            best[skill.tag] = max(known, skill, key=lambda one: one.level or 0)
    if twice:
        message = "同じ言語が違う程度で書かれています。高い方を採りました。"
        problems.append(Problem("language_twice", message, original))
    if any(skill.level is None for skill in best.values()):
        problems.append(
            Problem("level_missing", "程度（◎○△など）が書かれていません。", original, "info")
        )
    return Parsed(tuple(best.values()), tuple(problems), original if unknown or twice else "")


def _split(text: str) -> Iterator[str]:
    """Split at separators and newlines outside brackets."""
    depth = 0
    piece = ""
    for char in text:
        depth = max(0, depth + (char in _OPEN) - (char in _CLOSE))
        if char == "\n" or (not depth and char in _SEPARATORS):
            if piece.strip():
                yield piece.strip()
            piece, depth = "", 0
        else:
            piece += char
    if piece.strip():
        yield piece.strip()


def _read_piece(
    piece: str, find_language: FindLanguage, levels: Mapping[str, int]
) -> list[LanguageValue] | None:
    """Read 中国語(北京語・広東語)◎ as one value per dialect; None if any part is not understood."""
    name, level = _split_level(piece, levels)
    if match := _BRACKETS.fullmatch(name):
        return _read_bracket(piece, match, level, find_language, levels)
    if tag := _tag(name, find_language):
        return [LanguageValue(tag, level, piece)]
    whole = find_language(piece)  # a name that only looks as if it ended in a level
    return [LanguageValue(whole, None, piece)] if whole else None


def _read_bracket(
    piece: str,
    match: re.Match[str],
    level: int | None,
    find_language: FindLanguage,
    levels: Mapping[str, int],
) -> list[LanguageValue] | None:
    outer, inner, after = match[1], match[2].strip(), match[3]
    if after.strip():
        level = levels.get(tight(after))
        if level is None:
            return None
    if level is None:
        outer, level = _split_level(outer, levels)  # 中国語◎（北京語）
    base = _tag(outer, find_language)
    if tight(inner) in levels and base:
        return [LanguageValue(base, levels[tight(inner)], piece)]
    dialects = [
        _tag(part, find_language)
        for part in re.split(rf"[{re.escape(_SEPARATORS)}]", inner)
        if part.strip()
    ]
    if not base or not all(dialects):
        return None
    return [LanguageValue(tag, level, piece) for tag in dict.fromkeys(dialects or [base]) if tag]


def _split_level(piece: str, levels: Mapping[str, int]) -> tuple[str, int | None]:
    if (match := _MARK_AT_END.fullmatch(piece)) and match[1]:
        return match[1], levels.get(match[2])
    if match := _MARK_AT_START.fullmatch(piece):
        return match[2], levels.get(match[1])
    if match := _WORD_AT_END.fullmatch(piece):
        name, word = (match[1], match[2]) if match[1] else (match[3], match[4])
        return name, levels.get(tight(word))
    return piece, None


def _tag(name: str, find_language: FindLanguage) -> str | None:
    return _DIALECTS.get(tight(name)) or find_language(name.strip())


def parse_level(value: CellValue, levels: Mapping[str, int] | None = None) -> Parsed[int | None]:
    """Read a cell that holds nothing but a level (◎, A, 通訳可). × and empty cells mean none."""
    original = "" if value is None else str(value)
    word = tight(original)
    if is_nothing(original) or word in ("×", "✕", "x", "不可"):
        return Parsed(None)
    table = {**LEVELS, **{tight(mark): level for mark, level in (levels or {}).items()}}
    if word.removesuffix(".0") in table:
        return Parsed(table[word.removesuffix(".0")])
    problem = Problem("level_unknown", f"「{original}」がどの程度か分かりません。", original)
    return Parsed(None, (problem,), original)
