"""The holder's name: from the register's reading to zengin letters, and whether the two agree. Pure.

A different name is a warning, never a refusal: accounts of people with several names are real, and
banks write foreign names in their own way.
"""

from __future__ import annotations

import unicodedata
from itertools import permutations
from typing import Final

from honoraria.banking.names import PAYEE_LIMIT, BankTextError, zengin_text

_SEPARATORS = str.maketrans("・･＝=,，、", " " * 7)

MOST_PARTS: Final = 5


def suggested(kana: str, name: str) -> str:
    """The register's reading (else a name in kana or Latin letters) in zengin letters, or ""."""
    return _written(kana) or _written(name)


def differs(holder: str, kana: str, name: str) -> bool:
    """The holder is neither the register's reading nor its name; False when there is nothing to
    compare with. The order of the parts and spaces do not matter."""
    known = [one for one in (_written(kana), _written(name)) if one]
    return bool(known) and not any(_same(holder, one) for one in known)


def readable(half: str) -> str:
    """Half-width kana as people read them: «ﾔﾏﾀﾞ ﾊﾅ» → «ヤマダ ハナ»."""
    return unicodedata.normalize("NFKC", half)


def _written(text: str) -> str:
    try:
        return zengin_text(" ".join(text.translate(_SEPARATORS).split()), PAYEE_LIMIT)
    except BankTextError:
        return ""


def _same(holder: str, known: str) -> bool:
    """«ヤマダ ハナ», «ハナ ヤマダ» and «ヤマダハナ» are one name."""
    parts = known.split()
    orders = permutations(parts) if len(parts) <= MOST_PARTS else [tuple(parts)]
    return "".join(holder.split()) in {"".join(one) for one in orders}
