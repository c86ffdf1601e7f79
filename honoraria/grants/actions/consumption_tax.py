"""Consumption tax that the organization deducted after a claim: reported, and part of the grant back.

The claim stays as it was submitted; each report stands beside it with what goes back.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from accounts.times import local
from honoraria.grants.actions.programmes import lock_programme
from honoraria.grants.calculation import refund_for_tax
from honoraria.grants.claim import rule_of
from honoraria.models import Claim, TaxReport


def report_tax(
    claim: Claim, deductible: int, filed_on: date, note: str = "", *, by: User, at: datetime
) -> TaxReport:
    """Keep what the tax return deducted of the claim's costs; zero is reported as well.

    The refund is never more than the grant. Raises ActionError: not_last, too_much, in_future,
    unchanged.
    """
    if filed_on > local(at).date():
        text = "申告日は、今日までの日付を入力してください。"
        raise ActionError("in_future", text, field="filed_on", status=400)
    if deductible > claim.eligible:
        text = "仕入控除税額が、対象経費を超えています。"
        raise ActionError("too_much", text, field="deductible", status=400)
    with transaction.atomic():
        programme = lock_programme(claim.programme)
        if programme.claims.filter(number__gt=claim.number).exists():
            raise ActionError("not_last", "最後に提出した回の画面から入力してください。")
        refund = min(refund_for_tax(deductible, rule_of(claim.terms)).yen, claim.amount)
        before = claim.tax_reports.first()
        if before and (before.deductible, before.filed_on) == (deductible, filed_on):
            raise ActionError("unchanged", "変更がありません。")
        made = TaxReport.objects.create(
            claim=claim,
            deductible=deductible,
            refund=refund,
            filed_on=filed_on,
            note=note.strip()[:200],
            reported_at=at,
            reported_by=by,
        )
        record(
            programme.key,
            "grant.tax_reported",
            organization=programme.organization_id,
            by=by,
            at=at,
            claim=claim.number,
            deductible=deductible,
            refund=refund,
        )
    return made
