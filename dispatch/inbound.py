"""What a short text from a volunteer's telephone means: codes, a bare yes or no, stop, or unclear.

Pure: text in, meaning out. A text is understood only if nothing of it is left over; «no but I can
in two hours» and «A1 but late» are for a person to read. Whom a code belongs to is decided by
`dispatch.actions.inbox`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of codes: without I, L and O, which look like the digits 1 and 0."""
LONGEST = 120
"""A text with more characters than this is no answer, whatever it says."""


@dataclass(frozen=True)
class Answer:
    """Yes or no to the offer with this code; an empty code stands for a bare yes or no."""

    code: str
    yes: bool


@dataclass(frozen=True)
class Command:
    """Wants no more messages on this channel, or wants them again.

    ``by_provider``: a word that the provider of SMS itself obeys, and confirms.
    """

    stop: bool
    by_provider: bool


@dataclass(frozen=True)
class Unclear:
    """A person has to read it; ``why``: empty, long, words, both (yes and no at once)."""

    why: str


YES: Final = (
    "はい", "はーい", "ハイ", "うん", "了解", "了解です", "了解しました", "了解いたしました",
    "りょうかい", "りょうかいです", "承知しました", "承知いたしました", "承諾", "承諾します",
    "行けます", "いけます", "行ける", "いける", "行きます", "いきます", "行くことができます",
    "いくことができます", "出られます", "でられます", "出ることができます", "できます", "出来ます",
    "できる", "可能", "可能です", "受けます", "うけます", "引き受けます", "引受けます",
    "ひきうけます", "やります", "参加します", "オーケー", "オッケー", "オーケーです",
    "オッケーです", "yes", "yes i can", "yes i will", "y", "ok", "okay", "i can", "i will", "sure",
    "yep", "yeah", "i accept", "accept",
)  # fmt: skip
NO: Final = (
    "いいえ", "いえ", "無理", "無理です", "むり", "むりです", "行けません", "いけません", "行けない",
    "いけない", "行けないです", "行くことができません", "いくことができません", "出られません",
    "でられません", "できません", "出来ません", "できない", "できないです", "不可", "不可です",
    "だめ", "だめです", "駄目", "駄目です", "辞退", "辞退します", "辞退いたします", "お断りします",
    "おことわりします", "断ります", "no", "no i can't", "no i cannot", "n", "nope", "i can't",
    "i cannot", "can't", "cannot", "cant", "i cant", "decline", "i decline",
)  # fmt: skip
FILLERS: Final = (
    "です", "で", "と", "お願いします", "おねがいします", "お願いいたします", "よろしくお願いします",
    "よろしくおねがいします", "よろしくお願いいたします", "宜しくお願いします", "すみません",
    "すいません", "ごめんなさい", "申し訳ありません", "申し訳ございません", "ありがとうございます",
    "ありがとうございました", "ありがとう", "please", "thanks", "thank you", "sorry", "and",
)  # fmt: skip
PROVIDER_STOPS: Final = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "optout", "opt out",
     "revoke"}
)  # fmt: skip
PROVIDER_STARTS: Final = frozenset({"start", "unstop"})
STOPS: Final = frozenset(
    {"停止", "停止します", "停止してください", "停止希望", "配信停止", "配信停止希望",
     "配信を停止してください", "ストップ", "すとっぷ", "送信停止", "受信拒否", "とめてください",
     "止めてください"}
)  # fmt: skip
STARTS: Final = frozenset(
    {"再開", "再開します", "再開してください", "再開希望", "配信再開", "スタート", "すたーと"}
)

_CODE = re.compile(rf"([{LETTERS}]{{1,2}})[\s\-_.,:・ー‐-―−]*([12])(?![0-9])", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s、,。.;:/・&+!~〜\-_'\"「」()ー‐-―−]+")
_DIGIT = re.compile(r"([12])(?![0-9])")


def _phrase_key(phrase: str) -> str:
    return "".join(phrase.split())


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """The longest of the phrases at a place, with any spacing inside and no Latin letter after."""
    ordered = sorted(phrases, key=lambda one: len(_phrase_key(one)), reverse=True)
    spaced = [r"\s*".join(map(re.escape, _phrase_key(one))) for one in ordered]
    return re.compile(f"(?:{'|'.join(spaced)})(?![a-z])")


_YES, _NO, _FILLERS = _pattern(YES), _pattern(NO), _pattern(FILLERS)


def parse(text: str) -> tuple[Answer, ...] | Command | Unclear:
    """What a text says; several answers at most one per code, in the order they were written."""
    plain = normal(text)
    if not plain:
        return Unclear("empty")
    if len(plain) > LONGEST:
        return Unclear("long")
    if command := _command(plain):
        return command
    found = _read(plain)
    return found if isinstance(found, Unclear) else _without_repeats(found)


def normal(text: str) -> str:
    """The text in one width and case, without invisible characters and friendly smileys."""
    wide = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    return "".join(one for one in wide if one.isspace() or _counts(one)).strip()


def _counts(character: str) -> bool:
    return character not in _FRIENDLY and unicodedata.category(character) not in _INVISIBLE


_INVISIBLE: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Sk", "Mn"})
_FRIENDLY: Final = frozenset("👍👌🙆🙏🙇😊🙂😀😃😄😁☺💪✨✅⭕♀♂")


def _command(plain: str) -> Command | None:
    word = " ".join(_SEPARATORS.sub(" ", plain).split()) or plain
    if word in PROVIDER_STOPS | STOPS:
        return Command(stop=True, by_provider=word in PROVIDER_STOPS)
    if word in PROVIDER_STARTS | STARTS:
        return Command(stop=False, by_provider=word in PROVIDER_STARTS)
    return None


def _read(plain: str) -> tuple[Answer, ...] | Unclear:
    """Eat the text from its beginning; whatever cannot be eaten makes all of it unclear."""
    answers: list[Answer] = []
    place = 0
    while place < len(plain):
        if match := _CODE.match(plain, place):
            answers.append(Answer(match[1].upper(), match[2] == "1"))
        elif match := _longest(plain, place):
            if match.re is not _FILLERS:
                answers.append(Answer("", match.re is _YES))
        elif match := _DIGIT.match(plain, place):
            answers.append(Answer("", match[1] == "1"))
        elif not (match := _SEPARATORS.match(plain, place)):
            return Unclear("words")
        place = match.end()
    return tuple(answers) if answers else Unclear("words")


def _longest(plain: str, place: int) -> re.Match[str] | None:
    """The longest known phrase at a place; «no» must not be found in a longer filler."""
    found = [match for one in (_YES, _NO, _FILLERS) if (match := one.match(plain, place))]
    return max(found, key=lambda match: match.end(), default=None)


def _without_repeats(answers: tuple[Answer, ...]) -> tuple[Answer, ...] | Unclear:
    """Each code once. A bare word beside codes only repeats them, else nobody knows what it is to."""
    said: dict[str, bool] = {}
    for one in answers:
        if said.setdefault(one.code, one.yes) != one.yes:
            return Unclear("both")
    if "" in said and len(said) > 1:
        bare = said.pop("")
        if set(said.values()) != {bare}:
            return Unclear("both")
    return tuple(Answer(code, yes) for code, yes in said.items())
