"""What was deducted after a claim: the share of the grant in it goes back, and is on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.grants import actions
from honoraria.models import TaxReport
from tests.factories import NOW
from tests.honoraria.grants import files_of, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
FILED = date(2026, 11, 20)


@pytest.fixture
def claim(city, admin):
    grant = rows.programme(city)
    rows.judged(grant, rows.cost(city, state="approved", amount=110_000, consumption_tax=10_000))
    return files_of.submitted(grant, admin)


def refused(code, *given, **more):
    with pytest.raises(ActionError) as error:
        actions.report_tax(*given, at=NOW, **more)
    assert error.value.code == code


def test_half_of_what_was_deducted_goes_back(client_of, accountant, claim):
    client = client_of(accountant)
    address = f"/grants/claims/{claim.pk}/tax/"
    assert address in client.get(f"/grants/claims/{claim.pk}/").content.decode()
    typed = {"deductible": "１０，００１円", "filed_on": "2026-11-20", "note": "課税売上割合"}
    assert client.post(address, typed).url == address
    made = TaxReport.objects.get()
    assert (made.deductible, made.refund, made.reported_by) == (10_001, 5_000, accountant)
    text = client.get(address).content.decode()
    for words in ("返還額 5,000円", "10,001円 × 1/2 = 5,000円", "課税売上割合", "10,000<small>円"):
        assert words in text
    assert AuditEntry.objects.get(verb="grant.tax_reported").detail["refund"] == 5_000


def test_nothing_deducted_is_reported_too(claim, accountant):
    assert actions.report_tax(claim, 0, FILED, by=accountant, at=NOW).refund == 0
    refused("unchanged", claim, 0, FILED, by=accountant)


def test_no_more_than_the_grant_goes_back(city, admin, accountant):
    grant = rows.programme(city, decided_amount=3_000)
    rows.judged(grant, rows.cost(city, state="approved"))
    made = actions.report_tax(
        files_of.submitted(grant, admin), 20_000, FILED, by=accountant, at=NOW
    )
    assert made.refund == 3_000


def test_what_cannot_be_is_refused(client_of, claim, accountant, admin, city):
    refused("too_much", claim, 110_001, FILED, by=accountant)
    refused("in_future", claim, 1, NOW.date() + timedelta(days=1), by=accountant)
    page = client_of(accountant).post(
        f"/grants/claims/{claim.pk}/tax/", {"deductible": "110001", "filed_on": "2026-11-20"}
    )
    assert page.status_code == 422
    assert "対象経費を超えています" in page.content.decode()
    rows.judged(claim.programme, rows.cost(city, state="approved"))
    files_of.submitted(claim.programme, admin)
    refused("not_last", claim, 1, FILED, by=accountant)
    assert not TaxReport.objects.exists()
