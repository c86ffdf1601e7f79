"""What a call says besides the message itself: which keys there are, and what a key led to.

The words are in ``spoken.toml``, per language with the voice that speaks it. A message is read in its
own language (``ja``, ``ja-simple``, ``en``); whoever speaks another one hears the fixed words in that
language, too. やさしい日本語 is read slowly.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from twilio.twiml.voice_response import Gather, Say, VoiceResponse

FILE = Path(__file__).with_name("spoken.toml")
ALIASES = {
    "zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-SG": "zh-Hans", "zh-TW": "zh-Hant",
    "zh-HK": "zh-Hant", "pt": "pt-BR", "tl": "fil",
}  # fmt: skip
SLOWLY = "slow"
LINK = re.compile(r"https?://\S+")
LONG_NUMBER = re.compile(r"(?<!\d)\d{6}(?!\d)")  # a sign-in code


@dataclass(frozen=True)
class Spoken:
    """A text, the language and the voice as the provider calls them, and how fast."""

    text: str
    language: str
    voice: str
    rate: str = ""


def languages() -> list[str]:
    """Tags whose fixed texts can be spoken."""
    return list(_texts())


def known(tag: str) -> str:
    """The tag under which a language (BCP 47) is spoken here, or an empty string."""
    primary = tag.partition("-")[0]
    tries = (tag, ALIASES.get(tag, ""), primary, ALIASES.get(primary, ""))
    return next((one for one in tries if one in _texts()), "")


def words(key: str, tag: str, own: str = "") -> list[Spoken]:
    """A fixed text for a reader of ``tag``, then in the language ``own`` if that is another one."""
    first = known(tag) or "ja"
    tags = [first]
    second = known(own)
    # whoever reads Japanese as it is spoken needs no second language
    if first != "ja" and second and second not in {first, "ja", "ja-simple"}:
        tags.append(second)
    return [_spoken(_texts()[one][key], one) for one in tags]


def read_aloud(text: str, tag: str) -> Spoken:
    """A message's own text: without links, which nobody can hear, and with codes digit by digit."""
    heard = LONG_NUMBER.sub(lambda found: "、".join(found[0]), LINK.sub("", text))
    return _spoken(heard.strip(), known(tag) or "ja")


def say(into: VoiceResponse | Gather, spoken: list[Spoken]) -> None:
    """Append what is said, one after the other."""
    for one in spoken:
        verb = Say(None if one.rate else one.text, language=one.language, voice=one.voice)
        if one.rate:
            verb.prosody(one.text, rate=one.rate)
        into.append(verb)


def _spoken(text: str, tag: str) -> Spoken:
    entry = _texts()[tag]
    return Spoken(text, entry["language"], entry["voice"], entry.get("rate", ""))


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
