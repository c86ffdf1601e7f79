"""What may be kept as a signature: a drawn line, or the own name typed. Values in, values out.

A drawn line is a path of ``M`` and ``L`` with whole numbers inside the field and nothing else, so
that it can stand in a page or a PDF without being trusted. Whoever cannot draw types the name as
it stands in the register.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from accounts.errors import ActionError

WIDTH: Final = 600
HEIGHT: Final = 240
LONGEST: Final = 20_000
"""Characters of a path; a long signature with a finger has about 3,000."""
INK: Final = 60
"""The least length of a line, in units of the field: a tap is no signature."""
TYPED: Final = "name:"
"""What a typed name begins with where it is stored."""
PATH: Final = re.compile(r"M[0-9]{1,3} [0-9]{1,3}(?:[ML][0-9]{1,3} [0-9]{1,3})*")
STEP: Final = re.compile(r"([ML])([0-9]+) ([0-9]+)")


def drawn(text: str) -> str:
    """The path, as it may be stored. Raises ActionError: signature_invalid, signature_empty."""
    if len(text) > LONGEST or PATH.fullmatch(text) is None:
        raise ActionError("signature_invalid", _("署名を読み取れません。もう一度書いてください。"))
    steps = [(command, int(x), int(y)) for command, x, y in STEP.findall(text)]
    if any(x > WIDTH or y > HEIGHT for _command, x, y in steps):
        raise ActionError("signature_invalid", _("署名を読み取れません。もう一度書いてください。"))
    if _ink(steps) < INK:
        raise ActionError("signature_empty", _("署名が短すぎます。もう一度書いてください。"))
    return text


def typed(text: str, names: Iterable[str]) -> str:
    """The typed name, as it may be stored; it must be one of ``names``, blanks apart.

    Raises ActionError: signature_empty, signature_other_name.
    """
    given = " ".join(unicodedata.normalize("NFKC", text[:200]).split())
    if not given:
        raise ActionError("signature_empty", _("署名を書くか、お名前を入力してください。"))
    if _plain(given) not in {_plain(name) for name in names if name}:
        text = _("登録されているお名前と違います。登録のとおりに入力してください。")
        raise ActionError("signature_other_name", text)
    return f"{TYPED}{given}"


def given(path: str, name: str, names: Iterable[str]) -> str:
    """What somebody signed with: the drawn ``path``, else the typed ``name``.

    Raises ActionError: those of `drawn` and `typed`.
    """
    return drawn(path) if path else typed(name, names)


def path_of(stored: str) -> str:
    """The line of a stored signature that was drawn, else an empty string."""
    return stored if PATH.fullmatch(stored) else ""


def name_of(stored: str) -> str:
    """The name of a stored signature that was typed, else an empty string."""
    return stored.removeprefix(TYPED) if stored.startswith(TYPED) else ""


def _ink(steps: list[tuple[str, int, int]]) -> int:
    length, at = 0, (0, 0)
    for command, x, y in steps:
        if command == "L":
            length += max(abs(x - at[0]), abs(y - at[1]))
        at = (x, y)
    return length


def _plain(name: str) -> str:
    """Without blanks and dots between the parts of a name, and in one case."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in text if letter not in " ・.-'’" and not letter.isspace())
