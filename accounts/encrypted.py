"""Text that is encrypted in the database: contract numbers, PINs, account numbers.

AES-GCM with a key id in front, so that keys can be rotated, and with the name of the column as
associated data, so that a value copied into another column does not open. An empty text stays
empty. Not searchable: nothing in the product looks a row up by such a value.
"""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

NONCE_BYTES = 12


class EncryptedTextField(models.TextField):
    """A text column whose content only the program can read."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way into the database."""
        text = super().get_prep_value(value)
        return encrypt(text, self._column()) if text else text

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Decrypt on the way out."""
        return decrypt(value, self._column()) if value else value

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
    without it the key comes from SECRET_KEY."""
    named = [part.partition(":") for part in settings.FIELD_KEYS.split(",") if part.strip()]
    pairs = [(key_id.strip(), secret) for key_id, _, secret in named]
    pairs = pairs or [("s", settings.SECRET_KEY)]
    return {
        key_id: hashlib.sha256(b"fields" + secret.encode()).digest() for key_id, secret in pairs
    }
