"""What the office enters so that an activity can be priced: facts of a report, kinds of requesters.

Both sides of the activity are priced anew at once. What was approved or issued does not change:
facts that would change it are refused.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from dispatch.models import RequestingBody
from honoraria.actions import draft_honorarium
from honoraria.actions.drafting import lock_books_of
from honoraria.actions.tariffs import reprice_all
from honoraria.charges.actions import draft_charge
from honoraria.charges.pricing import charge_of
from honoraria.closing.books import lock_books
from honoraria.models import Charge, Facts, Honorarium, RequesterTerms
from honoraria.pricing import Unpriced, price_report
from interpreting.models import Report

CHARGE_ISSUED = "発行済みの請求の額が変わります。先に請求を取り消してください。"
APPROVED = "承認済みの謝礼の額が変わります。先に承認を取り消すか、謝礼を訂正してください。"


def enter_facts(report: Report, values: dict[str, Any], *, by: User, at: datetime) -> Facts:
    """Note what tariffs ask about one activity. Raises ActionError: already_approved, issued."""
    with transaction.atomic():
        lock_books_of(report)
        Report.objects.select_for_update().get(pk=report.pk)
        facts, _ = Facts.objects.update_or_create(report=report, defaults=values)
        report = Report.objects.select_related(
            "facts", "assignment__request__organization", "assignment__request__body__terms"
        ).get(pk=report.pk)
        record(
            report.key,
            "report.facts_entered",
            organization=report.assignment.request.organization_id,
            by=by,
            at=at,
            facts=values,
        )
        if report.state == Report.State.CONFIRMED:
            _price_again(report, by, at)
    return facts


def _price_again(report: Report, by: User, at: datetime) -> None:
    standing = Honorarium.objects.standing().filter(report=report).first()
    if standing is None or standing.state == Honorarium.State.DRAFT:
        draft_honorarium(report, by, at)
    elif standing.total != _total(lambda: price_report(report).priced.total):
        raise ActionError("already_approved", APPROVED)
    charge = Charge.objects.standing().filter(report=report).first()
    if charge is None or charge.state == Charge.State.DRAFT:
        draft_charge(report, by, at)
        return
    charged = charge_of(report)
    if charged is None or charged.priced.total != charge.total:
        raise ActionError("already_issued", CHARGE_ISSUED)


def _total(price: Any) -> int | None:
    try:
        total: int = price()
    except Unpriced:
        return None
    return total


def enter_terms(
    body: RequestingBody, *, client: str, membership: str, by: User, at: datetime
) -> RequesterTerms:
    """Note a requesting body's kind and membership; drafts of both sides are priced anew."""
    with transaction.atomic():
        lock_books(body.organization_id)
        terms, _ = RequesterTerms.objects.update_or_create(
            body=body, defaults={"client": client, "membership": membership}
        )
        record(
            f"body:{body.pk}",
            "body.terms_changed",
            organization=body.organization_id,
            by=by,
            at=at,
            client=client,
            membership=membership,
        )
        reprice_all(body.organization)
    return terms
