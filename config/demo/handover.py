"""``var/demo.json``: links, tokens and phones, for people and programs that try the demo.

Secrets are stored as hashes only, so the file is the one place where they can be read; what it held
at the last start is used again while it still works, otherwise replaced and the old one revoked.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.urls import reverse

from accounts.actions import revoke_token
from accounts.codes import find_link, issue_link
from accounts.models import ApiToken, Membership, SignInCode, User
from accounts.sign_in import VOLUNTEER_PREFIX, ensure_user_for
from accounts.tokens import create_token, find_token
from config.demo import cast, phones
from volunteers.models import Volunteer

LABEL = "デモ"
VOLUNTEER = "volunteer"
DEMO = SignInCode.Purpose.DEMO


def write(path: Path, base_url: str, at: datetime) -> dict[str, Any]:
    """Write the file (readable by its owner only, never half) and return what it holds."""
    before = _read(path)
    links, tokens = _earlier(before, "sign_in_links"), _earlier(before, "tokens")
    content = {
        "base_url": base_url,
        "sign_in_links": _links(links, base_url, at),
        "tokens": {
            part.key: _token(cast.player(part.key), tokens.get(part.key, ""), at)
            for part in cast.PARTS
        },
        "phones": [_phone(volunteer, base_url) for volunteer in phones.named()],
    }
    _replace(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return content


def _links(earlier: dict[str, str], base_url: str, at: datetime) -> dict[str, str]:
    secrets = {
        part.key: _secret(cast.player(part.key), "", earlier.get(part.key, ""), at)
        for part in cast.PARTS
    }
    volunteer = phones.named()[0]
    user = _user_of(volunteer)
    secrets[VOLUNTEER] = _secret(
        user, f"{VOLUNTEER_PREFIX}{volunteer.pk}", earlier.get(VOLUNTEER, ""), at
    )
    return {
        key: base_url + reverse("accounts:demo-sign-in", args=[secret])
        for key, secret in secrets.items()
    }


def _user_of(volunteer: Volunteer) -> User:
    user = ensure_user_for(volunteer.name, volunteer.message_language, volunteer.user)
    if volunteer.user_id != user.pk:
        volunteer.user = user
        volunteer.save(update_fields=["user"])
    return user


def _secret(user: User, subject: str, url: str, at: datetime) -> str:
    """The secret in an earlier link that still works for this person, else a new one."""
    secret = url.rstrip("/").rpartition("/")[2]
    link = find_link(secret, DEMO, at=at) if secret else None
    if link is not None and link.user_id == user.pk and link.subject == subject:
        return secret
    SignInCode.objects.filter(purpose=DEMO, user=user, subject=subject).delete()
    return issue_link(user, DEMO, at=at, subject=subject)


def _token(user: User, text: str, at: datetime) -> str:
    """An earlier token that still works for this person, else a new one."""
    token = find_token(text) if text else None
    if token is not None and token.membership.user_id == user.pk:
        return text
    for old in ApiToken.objects.filter(membership__user=user, label=LABEL, revoked_at=None):
        revoke_token(old, by=None, at=at)
    membership = Membership.objects.get(user=user)
    return create_token(membership, LABEL, by=None, at=at)[1]


def _phone(volunteer: Volunteer, base_url: str) -> dict[str, Any]:
    return {
        "id": volunteer.pk,
        "name": volunteer.name,
        "languages": [skill.language for skill in volunteer.skills.all()],
        "url": base_url + reverse("demo:phone", args=[volunteer.pk]),
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _earlier(content: dict[str, Any], part: str) -> dict[str, str]:
    found = content.get(part)
    pairs: Iterable[tuple[Any, Any]] = found.items() if isinstance(found, dict) else ()
    return {str(key): value for key, value in pairs if isinstance(value, str)}


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)
