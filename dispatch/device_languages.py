"""Languages that translation devices usually know, as an organization may change them.

The list of one's own device belongs into the policy as ``device_languages`` (BCP 47 tags); until
somebody enters it the list below holds, which is what common devices of 2024 to 2026 have in common
(desks report 70 to 84 languages). Sign language is never on it. Pure.
"""

from __future__ import annotations

from typing import Any

from volunteers.languages import matches

USUAL: tuple[str, ...] = (
    "en", "zh", "zh-TW", "yue", "ko", "vi", "ne", "fil", "pt", "pt-BR", "pt-PT", "es", "my", "id",
    "th", "si", "bn", "mn", "hi", "ur", "ru", "uk", "fr", "de", "it", "km", "lo", "ms", "ar", "fa",
    "tr", "ta", "te", "ml", "mr", "gu", "pa", "kn", "uz", "kk", "ka", "az", "hy", "sw", "am", "so",
    "zu", "af", "ro", "pl", "nl", "sv", "no", "da", "fi", "is", "hu", "cs", "sk", "sl", "hr", "sr",
    "bs", "bg", "mk", "sq", "el", "lt", "lv", "et", "he", "ca", "jv", "ps",
)  # fmt: skip


def device_languages(policy: dict[str, Any]) -> tuple[str, ...]:
    """The tags of the organization's device; the usual ones when none are stored."""
    stored = policy.get("device_languages")
    if isinstance(stored, list) and all(isinstance(tag, str) for tag in stored):
        return tuple(dict.fromkeys(stored))
    return USUAL


def on_device(tag: str, listed: tuple[str, ...]) -> bool:
    """Whether the device serves a request for the language, another dialect included."""
    return any(matches(tag, one) for one in listed)
