"""The demo at its full size: how long it takes, and that its figures are believable."""

from __future__ import annotations

import time

import pytest
from django.db.models import Count

from accounts.models import Organization
from accounts.times import local
from config.demo import cast
from config.demo.seed import seed
from dispatch.models import Request
from honoraria.closing.checklist import checklist, first_open
from honoraria.grants.claim import picture
from honoraria.grants.remarks import remarks
from honoraria.models import (
    BankAccount,
    Budget,
    Charge,
    Closing,
    CostDocument,
    GiftCardCount,
    Payment,
    PaymentBatch,
    Programme,
)
from honoraria.months import Month
from honoraria.payments.planning import plan
from tests.demo.invariants import violations
from tests.factories import NOW
from volunteers.models import LanguageSkill


@pytest.mark.timeout(600)
@pytest.mark.django_db
def test_the_whole_world_is_made_in_under_a_minute() -> None:
    begin = time.process_time()
    seed(NOW)
    took = time.process_time() - begin
    city = Organization.objects.get(slug=cast.CITY)
    assert violations(city, NOW) == []
    assert city.volunteers.count() == 371
    skills = LanguageSkill.objects.filter(volunteer__organization=city)
    languages = skills.values("language").annotate(count=Count("volunteer"))
    assert len(languages) == 21
    assert Request.objects.of(city).count() >= 170
    met = Request.objects.of(city).filter(status="finished").count()
    assert met > 0.75 * Request.objects.of(city).filter(ends_at__lt=NOW).count()
    the_accountant_has_worked(city)
    assert took < 60, "seconds of computing; on a quiet machine the clock says about the same"


def the_accountant_has_worked(city: Organization) -> None:
    """Months closed and paid in every way, the last one with open points, a claim that is begun."""
    last = Month.of(local(NOW).date()).before
    assert first_open(city) == last
    assert Closing.objects.filter(organization=city).count() >= 2
    blocking = {one.code for one in checklist(city, last, NOW) if one.blocks}
    assert blocking == {"drafts", "waiting", "returned"}
    paid = PaymentBatch.objects.filter(organization=city, state="paid")
    assert set(paid.values_list("method", flat=True)) == {"bank", "cash", "gift_card"}
    assert all(batch.sha256 for batch in paid.filter(method="bank"))
    accounts = BankAccount.objects.filter(volunteer__organization=city)
    assert set(accounts.values_list("state", flat=True)) == {"checked", "entered"}
    held = {one.code for one in plan(city, "bank", last.after.last).held}
    assert held == {"no_account", "account_unchecked"}
    assert Payment.objects.filter(organization=city, residency="nonresident").exists()
    receipts = Payment.objects.filter(organization=city, batch__method="cash", state="paid")
    assert {bool(one.receipt_at) for one in receipts} == {True, False}
    assert GiftCardCount.objects.filter(kind__organization=city).count() >= 2
    states = set(Charge.objects.of(city).values_list("state", flat=True))
    assert states == {"draft", "issued", "settled"}
    assert CostDocument.objects.filter(cost__organization=city).count() == 5
    own, joint = Programme.objects.filter(organization=city).order_by("pk")
    assert picture(own).terms.cap is None
    assert {one.code for one in remarks(picture(own), None)} >= {"cap_missing", "untagged_costs"}
    assert [share.name for share in picture(joint).shares] == ["八王子市", "日野市", "多摩市"]
    assert sum(share.cost for share in picture(joint).shares) == picture(joint).eligible > 0
    assert Budget.objects.filter(organization=city).exists()
