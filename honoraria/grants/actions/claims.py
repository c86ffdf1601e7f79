"""Submitting a claim: what stands on the screen is frozen, with its hash, for good.

An administrator submits what somebody else judged; an organization of one may switch that off
(``single_handed``), which is logged each time. A later claim gets the next number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Membership, Role, User
from honoraria.actions import single_handed
from honoraria.closing.books import lock_books
from honoraria.grants.actions.programmes import lock_programme
from honoraria.grants.claim import Picture, differences, digest, picture, snapshot_of
from honoraria.grants.lines import frozen_numbers
from honoraria.grants.remarks import Remark, remarks
from honoraria.models import Claim, EvidenceNumber, Programme, Tag

NOT_ADMIN = "実績報告は、管理者が提出します。内容を確認したら、管理者に提出を依頼してください。"
SAME_PERSON = "対象区分をすべて決めた人と提出する人は、別の人にしてください。"


def submit_claim(
    programme: Programme,
    *,
    accept: Collection[str],
    seen: tuple[int, int],
    note: str = "",
    by: User,
    at: datetime,
) -> Claim:
    """Freeze the claim. ``seen``: eligible yen and grant on the screen; ``accept``: remark codes.

    Raises ActionError: not_admin, same_person, nothing, changed_meanwhile, unchanged, not_accepted.
    """
    with transaction.atomic():
        lock_books(programme.organization_id)  # no entry is approved or closed meanwhile
        locked = lock_programme(programme)
        found = picture(locked)
        last = locked.claims.first()
        if not any(line.counts for line in found.lines):
            raise ActionError("nothing", "対象にした謝礼・経費がありません。")
        alone = _check_person(locked, by)
        if seen != (found.eligible, found.grant.yen):
            text = "表示のあとに金額が変わりました。画面を更新してご確認ください。"
            raise ActionError("changed_meanwhile", text)
        if last and last.terms_id == found.terms.pk and not differences(last, found.lines):
            text = f"第{last.number}回の提出から変わっていないため、提出できません。"
            raise ActionError("unchanged", text)
        points = remarks(found, last)
        if left := [one for one in points if one.code not in accept]:
            text = f"確認されていない注意が{len(left)}件あります。内容を確認してください。"
            raise ActionError("not_accepted", text, field="accept", status=400)
        return _freeze(found, points, note, alone=alone, by=by, at=at)


def _freeze(
    found: Picture, points: Sequence[Remark], note: str, *, alone: bool, by: User, at: datetime
) -> Claim:
    programme, accepted = found.programme, [one.as_detail() for one in points]
    last = programme.claims.first()
    snapshot = snapshot_of(found, accepted, at)
    claim = Claim.objects.create(
        programme=programme,
        terms=found.terms,
        number=last.number + 1 if last else 1,
        eligible=found.eligible,
        amount=found.grant.yen,
        snapshot=snapshot,
        sha256=digest(snapshot),
        submitted_at=at,
        submitted_by=by,
        note=note.strip()[:200],
    )
    _keep_numbers(found)
    more: dict[str, Any] = {"single_handed": True} if alone else {}
    record(
        programme.key,
        "grant.claimed",
        organization=programme.organization_id,
        by=by,
        at=at,
        number=claim.number,
        eligible=claim.eligible,
        amount=claim.amount,
        lines=len(found.lines),
        sha256=claim.sha256,
        accepted=accepted,
        **more,
    )
    return claim


def _keep_numbers(found: Picture) -> None:
    """What was submitted under a number keeps it for good."""
    known = frozen_numbers(found.programme)
    EvidenceNumber.objects.bulk_create(
        (
            EvidenceNumber(
                programme=found.programme, kind=line.kind, key=line.key, number=line.number
            )
            for line in found.lines
            if line.number and line.identity not in known
        ),
        batch_size=2000,
    )


def _check_person(programme: Programme, by: User) -> bool:
    """Whether one person does both, where the organization allows that."""
    admin = Membership.objects.filter(
        organization=programme.organization_id, user=by, role=Role.ADMIN, active=True
    ).exists()
    judged_alone = not Tag.objects.filter(programme=programme).exclude(decided_by=by).exists()
    if single_handed(programme.organization):
        return judged_alone or not admin
    if not admin:
        raise ActionError("not_admin", NOT_ADMIN, status=403)
    if judged_alone:
        raise ActionError("same_person", SAME_PERSON)
    return False
