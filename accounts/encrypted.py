"""Text that is encrypted in the database: contract numbers, PINs, account numbers.

AES-GCM with a key id in front, so that keys can be rotated, and with the name of the column as
associated data, so that a value copied into another column does not open. An empty text stays
empty. Not searchable: nothing in the product looks a row up by such a value. A value that no
configured key opens is read as `Unreadable`: it says so and is written back as it was.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

NONCE_BYTES = 12
UNNAMED = "s"
"""The key id of values written before `FIELD_KEYS` was set."""
logger = logging.getLogger(__name__)


class Unreadable(str):
    """What a value reads as that does not open; ``stored`` is kept when the row is saved again."""

    stored: str
    unreadable = True

    def __new__(cls, stored: str) -> Unreadable:
        """The sentence for whoever looks at it."""
        self = super().__new__(cls, "読み取れません。入力し直してください")
        self.stored = stored
        return self


class EncryptedTextField(models.TextField):
    """A text column whose content only the program can read."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way into the database."""
        if isinstance(value, Unreadable):
            return value.stored
        text = super().get_prep_value(value)
        return encrypt(text, self._column()) if text else text

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Decrypt on the way out; a lost key must not stop the page on which the row is shown."""
        try:
            return decrypt(value, self._column()) if value else value
        except (ImproperlyConfigured, ValueError) as error:
            logger.error("%s does not open: %s", self._column(), error)
            return Unreadable(value or "")

    def _column(self) -> str:
        return f"{self.model._meta.label}.{self.name}"


def encrypt(text: str, column: str) -> str:
    """``key id:base64`` of nonce and ciphertext, with the first of the configured keys."""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), column.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(value: str, column: str) -> str:
    """The text again; raises ImproperlyConfigured when no configured key opens it."""
    key_id, _, data = value.partition(":")
    key = _keys().get(key_id)
    if key is None:
        raise ImproperlyConfigured(f"FIELD_KEYS lacks the key {key_id!r}.")
    raw = base64.b64decode(data)
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], column.encode()).decode()
    except InvalidTag as error:
        raise ImproperlyConfigured(
            f"{column}: a value does not open with key {key_id!r}."
        ) from error


def _keys() -> dict[str, bytes]:
    """Key id → 256-bit key. ``FIELD_KEYS`` is ``id:secret,id:secret``, the first one writes;
    the key from SECRET_KEY always comes last: it still opens what was written before."""
    named = [part.partition(":") for part in settings.FIELD_KEYS.split(",") if part.strip()]
    pairs = [(key_id.strip(), secret) for key_id, _, secret in named]
    keys = {key_id: _derived(secret) for key_id, secret in pairs}
    keys.setdefault(UNNAMED, _derived(settings.SECRET_KEY))
    return keys


def _derived(secret: str) -> bytes:
    return hashlib.sha256(b"fields" + secret.encode()).digest()
