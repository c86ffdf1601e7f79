"""The audit trail: one line for every state change, in the same transaction as the change.

`record` adds a line; `seal` (run by the worker every few seconds) numbers new lines and chains
their hashes per organization; `verify` finds the first line that does not fit. Sealing apart from
recording keeps two busy requests from waiting for each other's chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import AuditEntry, Organization, User

SYSTEM = "自動処理"
# verbs in words, for the page; the floors above add theirs with `WORDS.update`
WORDS = {
    "organization.created": "団体を登録",
    "organization.changed": "団体の情報を変更",
    "member.added": "担当者を登録",
    "member.invited_again": "招待を再送",
    "member.joined": "パスワードを設定",
    "member.role_changed": "役割を変更",
    "member.deactivated": "利用を停止",
    "member.reactivated": "利用を再開",
    "member.passkeys_removed": "ボランティアとしてのパスキーを取り消し",
    "member.second_factor_reset": "二段階認証を解除",
    "token.created": "トークンを発行",
    "token.revoked": "トークンを無効化",
}


def verb_in_words(verb: str) -> str:
    """How the page calls a verb; unknown ones stay as they are."""
    return WORDS.get(verb, verb)


def verbs_meaning(text: str) -> list[str]:
    """Verbs whose words contain what somebody typed."""
    return [verb for verb, words in WORDS.items() if text in words]


def record(
    subject: str,
    verb: str,
    *,
    organization: Organization | int,
    by: User | None,
    at: datetime,
    label: str = "",
    **detail: Any,
) -> AuditEntry:
    """Add one line about ``subject`` (such as ``request:12``); call it last in an action.

    ``by`` is None for the system and for people without a login, who are named by ``label``.
    ``detail`` must be JSON without personal data of residents.
    """
    return AuditEntry.objects.create(
        organization_id=organization if isinstance(organization, int) else organization.pk,
        at=at,
        actor=by,
        actor_label=label or (str(by) if by else SYSTEM),
        verb=verb,
        subject=subject,
        detail=detail,
    )


def record_each(
    lines: Iterable[tuple[str, dict[str, Any]]],
    verb: str,
    *,
    organization: Organization,
    by: User | None,
    at: datetime,
) -> None:
    """Add one line per (subject, detail), as `record` does, for what happens to many rows at once."""
    label = str(by) if by else SYSTEM
    AuditEntry.objects.bulk_create(
        AuditEntry(
            organization=organization,
            at=at,
            actor=by,
            actor_label=label,
            verb=verb,
            subject=subject,
            detail=detail,
        )
        for subject, detail in lines
    )


def seal(limit: int = 2000) -> int:
    """Number and chain committed lines that have no number yet; returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        # one sealer at a time: a second one finds the lock taken and leaves the work to the first
        cursor.execute("SELECT pg_try_advisory_xact_lock(720801)")
        if not cursor.fetchone()[0]:
            return 0
        entries = list(AuditEntry.objects.filter(number=None).order_by("id")[:limit])
        heads: dict[int, tuple[int, str]] = {}
        for entry in entries:
            number, previous = heads.get(entry.organization_id) or _head(entry.organization_id)
            entry.number, entry.hash = number + 1, _digest(previous, number + 1, entry)
            heads[entry.organization_id] = entry.number, entry.hash
        AuditEntry.objects.bulk_update(entries, ["number", "hash"], batch_size=500)
    return len(entries)


def verify(organization: Organization) -> int | None:
    """The number of the first line that breaks the chain, or None when all is well."""
    previous, expected = "", 1
    sealed = AuditEntry.objects.filter(organization=organization, number__isnull=False)
    for entry in sealed.order_by("number").iterator(chunk_size=2000):
        if entry.number != expected or entry.hash != _digest(previous, expected, entry):
            return expected
        previous, expected = entry.hash, expected + 1
    return None


def _head(organization_id: int) -> tuple[int, str]:
    last = (
        AuditEntry.objects.filter(organization_id=organization_id, number__isnull=False)
        .order_by("-number")
        .values_list("number", "hash")
        .first()
    )
    return last or (0, "")  # type: ignore[return-value]


def _digest(previous: str, number: int, entry: AuditEntry) -> str:
    line = [
        previous,
        number,
        entry.organization_id,
        entry.at.isoformat(),
        entry.actor_id,
        entry.actor_label,
        entry.verb,
        entry.subject,
        entry.detail,
    ]
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
