"""What an administrator decides about money once: may one person act alone, when is a receipt needed.

Both are kept in ``Organization.policy``; every change has a reason and is logged with what held before.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Membership, Organization, Role, User
from interpreting.remarks import receipt_limit

MOST_YEN = 100_000  # above it nobody would ever be asked for a receipt


def decide_rules(
    organization: Organization,
    *,
    single_handed: bool,
    receipt_above_yen: int,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    """Store both; the same again is nothing.

    Raises ActionError: not_allowed (administrators only), reason_missing, out_of_range.
    """
    if not reason.strip():
        raise ActionError("reason_missing", "理由を入力してください。", field="reason", status=400)
    if not 0 <= receipt_above_yen <= MOST_YEN:
        text = "領収書の要る額は、0円から100,000円までで入力してください。"
        raise ActionError("out_of_range", text, field="receipt_above_yen", status=400)
    after = {"single_handed": single_handed, "receipt_above_yen": receipt_above_yen}
    with transaction.atomic():
        locked = Organization.objects.select_for_update().get(pk=organization.pk)
        admins = Membership.objects.filter(organization=locked, role=Role.ADMIN, active=True)
        if not admins.filter(user=by).exists():
            text = "お金の決まりの変更は、管理者だけができます。"
            raise ActionError("not_allowed", text, status=403)
        before = rules_of(locked)
        changed = {
            name: [before[name], after[name]] for name in after if before[name] != after[name]
        }
        if not changed:
            return
        locked.policy = {**locked.policy, **after}
        locked.save(update_fields=["policy"])
        record(
            f"organization:{locked.pk}",
            "organization.money_rules_changed",
            organization=locked,
            by=by,
            at=at,
            changed=changed,
            reason=reason.strip()[:300],
        )


def rules_of(organization: Organization) -> dict[str, object]:
    """What holds now, by the names of `decide_rules`."""
    return {
        "single_handed": organization.may_act_alone,
        "receipt_above_yen": receipt_limit(organization),
    }
