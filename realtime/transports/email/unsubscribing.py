"""The address in every e-mail under which its reader gets no more of them (RFC 8058).

It names the recipient with a signature, so nobody can sign others off by guessing, and it works for
as long as the mail is kept.
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

SALT = "email-unsubscribe"


def address_for(recipient: str, language: str) -> str:
    """The absolute address for a recipient such as ``volunteer:12``; the page is in the language."""
    token = signing.Signer(salt=SALT).sign_object(recipient)
    address = settings.PUBLIC_BASE_URL + reverse("hooks:email_unsubscribe", args=[token])
    spoken = language != "ja" and language in dict(settings.LANGUAGES)
    return f"{address}?lang={language}" if spoken else address


def recipient_of(token: str) -> str:
    """Whom a token names; empty when it is not ours."""
    try:
        return str(signing.Signer(salt=SALT).unsign_object(token))
    except (signing.BadSignature, ValueError):
        return ""
