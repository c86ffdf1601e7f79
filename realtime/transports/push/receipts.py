"""The address at which a browser's service worker says that a push has arrived.

It is a path with a signature over the message's number: short, because a push has little room, and
worth nothing to others: all it can do is to confirm this one message.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "push-receipt"
MARK = 24
"""Hexadecimal digits of the signature that are used (96 bits)."""


def provider_id(message_id: int) -> str:
    """What stands for the push services' name of a message; they have none that we could ask by."""
    return f"push-{message_id}"


def path_for(message_id: int) -> str:
    """The path to POST to."""
    return reverse("hooks:push_receipt", args=[message_id, _mark(message_id)])


def is_genuine(message_id: int, mark: str) -> bool:
    """Whether we made this path."""
    return constant_time_compare(mark, _mark(message_id))


def _mark(message_id: int) -> str:
    return salted_hmac(SALT, str(message_id), algorithm="sha256").hexdigest()[:MARK]
