"""What stands under a person's picture, in the language of whoever looks.

Pseudonyms and role words are said in the reader's language; a name shown by consent, a desk's name
and a word that the desk typed stay as they are. The desk itself reads what is stored.
"""

from __future__ import annotations

import re

from interpreting import guest_texts
from interpreting.models import Seat

_GIVEN_BY_US = re.compile(
    rf"(?:{'|'.join(str(label) for label in Seat.Role.labels)})(?:\s*(\d+)番?)?"
)


def label_for(seat: Seat, language: str) -> str:
    """«通訳 12番» for ``ja``, «Interpreter 12» for ``en``; ``language`` is a tag of guest texts."""
    if language == guest_texts.SOURCE:
        return seat.label or str(seat.get_role_display())
    given = _GIVEN_BY_US.fullmatch(seat.label)
    if seat.label and (given is None or seat.role == Seat.Role.DESK):
        return seat.label
    word = guest_texts.texts(language)[f"role_{seat.role}"]
    number = given[1] if given else None
    return f"{word} {number}" if number else word
