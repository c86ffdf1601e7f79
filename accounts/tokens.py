"""Keys for the API: made once, shown once, kept only as a hash.

A token acts as one membership, so it can do exactly what that member may do on the pages. It stops
at once when it is revoked, or when the membership or the person is switched off.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request as ApiRequest

from accounts.audit import record
from accounts.models import ApiToken, Membership, User

KEYWORD = "Token"
PREFIX_LENGTH = 8


def create_token(
    membership: Membership, label: str, *, by: User | None, at: datetime
) -> tuple[ApiToken, str]:
    """A new key for ``membership`` and its text, which is never to be had again."""
    text = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        membership=membership,
        label=label,
        prefix=text[:PREFIX_LENGTH],
        key_hash=hash_key(text),
        created_at=at,
    )
    record(
        f"token:{token.pk}",
        "token.created",
        organization=membership.organization_id,
        by=by,
        at=at,
        label_of_token=label,
        member=membership.pk,
    )
    return token, text


def hash_key(text: str) -> str:
    """What is kept of a key; it has 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(text.encode()).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Token …``; sets ``membership`` on the API's and on Django's request."""

    def authenticate(self, request: ApiRequest) -> tuple[User, ApiToken] | None:
        """The person and the token; None without the header, 401 for a key that opens nothing."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != KEYWORD.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("Authorization: Token <key>", code="malformed_token")
        token = find_token(parts[1].decode("latin-1"))
        if token is None:
            raise AuthenticationFailed("このトークンは使えません。", code="invalid_token")
        membership = token.membership
        request.membership = membership  # type: ignore[attr-defined]
        request._request.membership = membership  # type: ignore[attr-defined]
        return membership.user, token

    def authenticate_header(self, request: ApiRequest) -> str:
        """Makes DRF answer 401 instead of 403."""
        return f'{KEYWORD} realm="api"'


def find_token(text: str) -> ApiToken | None:
    """The token of a key that still works."""
    return (
        ApiToken.objects.select_related("membership__user", "membership__organization")
        .filter(
            key_hash=hash_key(text),
            revoked_at=None,
            membership__active=True,
            membership__user__is_active=True,
        )
        .first()
    )


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the published description of the API names the tokens."""

    target_class = "accounts.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A key in a header; OpenAPI has no scheme of its own for ``Token``."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>`",
        }
