"""Secrets of a room: a guest's link, the cookie of the browser that took a seat, the tablet's code.

A secret names its seat and carries a checksum made with our key, so that an invented one is known
as such without a look into the database. Only hashes are stored; they go when the room ends.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from django.utils.crypto import constant_time_compare, salted_hmac

LINK, COOKIE = "interpreting.rooms.link", "interpreting.rooms.seat"
BYTES = 24
"""192 random bits in each link and cookie."""
MAC = 16
CODE_DIGITS, CODE_GROUP = 6, 2
_SHAPE = re.compile(r"(\d{1,12})-([A-Za-z0-9_-]{32})-([0-9a-f]{16})")


def new_secret(purpose: str, seat_id: int) -> str:
    """A secret for a seat, such as ``12-Xq…-9f…``; safe in an address and in a cookie."""
    body = f"{seat_id}-{secrets.token_urlsafe(BYTES)}"
    return f"{body}-{_mac(purpose, body)}"


def seat_named(purpose: str, secret: str) -> int | None:
    """The seat of a secret that we made ourselves once; None for anything else."""
    found = _SHAPE.fullmatch(secret)
    if found is None:
        return None
    body = f"{found[1]}-{found[2]}"
    return int(found[1]) if constant_time_compare(found[3], _mac(purpose, body)) else None


def hashed(secret: str) -> str:
    """What is stored of a secret."""
    return salted_hmac("interpreting.rooms", secret, algorithm="sha256").hexdigest()


def matches(stored: str | None, secret: str) -> bool:
    """Whether a secret is the one whose hash is stored; an empty hash matches nothing."""
    return bool(stored) and constant_time_compare(stored or "", hashed(secret))


def new_code() -> str:
    """Six digits for a tablet."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def read_code(typed: str) -> str:
    """Six digits however they were typed (full-width, with spaces); empty for anything else."""
    text = unicodedata.normalize("NFKC", typed[:40])
    digits = "".join(character for character in text if not character.isspace())
    return digits if re.fullmatch(r"[0-9]{6}", digits) else ""


def code_group(code: str) -> str:
    """The first digits: wrong tries are counted against the codes that begin alike."""
    return f"{code[:CODE_GROUP]}:"


def hashed_code(code: str) -> str:
    """What is stored of a code: its group in the open, the rest under our key."""
    return code_group(code) + hashed(f"code:{code}")[:48]


def _mac(purpose: str, body: str) -> str:
    return salted_hmac(purpose, body, algorithm="sha256").hexdigest()[:MAC]
