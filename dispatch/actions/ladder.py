"""Saving an organization's ladder. Requests under way keep the ladder they opened with.

The invariant: what is stored can be climbed; a ladder without rungs or with a rung that nobody
could read is refused here, whoever sends it. The trail keeps what was before and after.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import WORDS, record
from accounts.errors import ActionError
from accounts.models import Organization, User
from dispatch.device_languages import USUAL
from dispatch.policy import CLASSES, KINDS, SOUND

WORDS.update({"ladder.saved": "つなぎ段階を変更", "ladder.reset": "つなぎ段階を既定に戻す"})
MOST_RUNGS = 12


def fingerprint(organization: Organization) -> str:
    """Says which stored ladder somebody saw; another one after each change."""
    text = json.dumps(_stored(organization), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def save_ladder(
    organization: Organization,
    rungs: Sequence[dict[str, Any]],
    device_languages: Sequence[str] | None = None,
    *,
    seen: str | None = None,
    by: User | None,
    at: datetime,
) -> Organization:
    """Store rungs as `dispatch.policy` describes them, and the languages of the device.

    ``seen``: the `fingerprint` the writer started from. Raises ``no_rung``, ``too_many_rungs``,
    ``bad_rung`` and ``changed_meanwhile``.
    """
    _check(rungs)
    with transaction.atomic():
        locked = _lock(organization)
        if seen is not None and seen != fingerprint(locked):
            text = "ほかの人がつなぎ段階を変更しました。読み直してからやり直してください。"
            raise ActionError("changed_meanwhile", text)
        before = _stored(locked)
        policy = dict(locked.policy) if isinstance(locked.policy, dict) else {}
        policy["ladder"] = copy.deepcopy(list(rungs))
        if device_languages is not None:
            policy["device_languages"] = list(device_languages)
            if tuple(device_languages) == USUAL:
                del policy["device_languages"]
        _write(locked, policy, "ladder.saved", before, by=by, at=at)
    return locked


def reset_ladder(organization: Organization, *, by: User | None, at: datetime) -> Organization:
    """Back to the default ladder and the usual device languages."""
    with transaction.atomic():
        locked = _lock(organization)
        before = _stored(locked)
        policy = dict(locked.policy) if isinstance(locked.policy, dict) else {}
        policy.pop("ladder", None)
        policy.pop("device_languages", None)
        _write(locked, policy, "ladder.reset", before, by=by, at=at)
    return locked


def _lock(organization: Organization) -> Organization:
    return Organization.objects.select_for_update().get(pk=organization.pk)


def _stored(organization: Organization) -> dict[str, Any]:
    policy = organization.policy if isinstance(organization.policy, dict) else {}
    return {name: policy.get(name) for name in ("ladder", "device_languages")}


def _write(
    locked: Organization,
    policy: dict[str, Any],
    verb: str,
    before: dict[str, Any],
    *,
    by: User | None,
    at: datetime,
) -> None:
    locked.policy = policy
    after = _stored(locked)
    if after == before:
        return
    locked.save(update_fields=["policy"])
    record(
        f"organization:{locked.pk}",
        verb,
        organization=locked,
        by=by,
        at=at,
        before=before,
        after=after,
    )


def _check(rungs: Sequence[dict[str, Any]]) -> None:
    if not rungs:
        raise ActionError("no_rung", "段階を一つ以上入れてください。", status=422)
    if len(rungs) > MOST_RUNGS:
        raise ActionError("too_many_rungs", f"段階は{MOST_RUNGS}までです。", status=422)
    for number, rung in enumerate(rungs, start=1):
        complete = set(rung) == {"kind", *SOUND}
        sound = complete and all(is_sound(rung[name]) for name, is_sound in SOUND.items())
        times = rung.get("minutes")
        if (
            not sound
            or rung["kind"] not in KINDS
            or not isinstance(times, dict)
            or set(times) != set(CLASSES)
        ):
            text = f"{number}番目の段階の内容が正しくありません。"
            raise ActionError("bad_rung", text, status=422)
