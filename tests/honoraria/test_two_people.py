"""Whoever answers for an entry, or is paid by it, does not approve it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.actions import approve, approve_all, correct
from honoraria.models import Honorarium
from honoraria.months import Month
from interpreting.actions import confirm_report
from tests import factories
from tests.factories import NOW
from tests.interpreting.reporting import confirmed, reported

pytestmark = pytest.mark.usefixtures("clock")
NOVEMBER = Month(2026, 11)


@pytest.fixture
def entry(city, hana, coordinator):
    factories.TariffVersionFactory(tariff__organization=city)
    confirmed(hana, coordinator)
    return Honorarium.objects.get()


def volunteering(volunteer, user):
    volunteer.user = user
    volunteer.save()


def code_of(attempt):
    with pytest.raises(ActionError) as refused:
        attempt()
    return refused.value.code


def test_who_makes_a_reversal_does_not_approve_it(city, entry, accountant, admin):
    approve(entry, by=accountant, at=NOW)
    reversal = correct(entry, "誤り", by=accountant, at=NOW)
    assert code_of(lambda: approve(reversal, by=accountant, at=NOW)) == "same_person"
    done = approve_all(city, NOVEMBER, by=accountant, at=NOW)
    assert (done.count, done.same_person) == (0, [reversal.pk])
    approve(reversal, by=admin, at=NOW)
    reversal.refresh_from_db()
    assert (reversal.recorded_by, reversal.approved_by) == (accountant, admin)


def test_who_confirmed_the_report_may_approve_the_reversal(
    city, hana, coordinator, admin, accountant
):
    factories.TariffVersionFactory(tariff__organization=city)
    confirmed(hana, admin)
    entry = approve(Honorarium.objects.get(), by=accountant, at=NOW)
    approve(correct(entry, "誤り", by=accountant, at=NOW), by=admin, at=NOW)


def test_nobody_approves_what_pays_themselves(client_of, city, hana, entry, accountant, admin):
    client = client_of(accountant)  # signed in as staff, before there is anything to volunteer
    volunteering(hana, accountant)
    assert code_of(lambda: approve(entry, by=accountant, at=NOW)) == "same_person"
    assert approve_all(city, NOVEMBER, by=accountant, at=NOW).same_person == [entry.pk]
    page = client.get(reverse("honoraria:detail", args=[entry.pk])).content.decode()
    assert "自分が受け取る謝礼は、ほかの人が承認してください。" in page
    assert "本人のため承認できません" in client.get("/honoraria/?month=2026-11").content.decode()
    approve(entry, by=admin, at=NOW)


def test_nobody_confirms_their_own_report(city, hana, coordinator):
    volunteering(hana, coordinator)
    report = reported(hana)
    assert code_of(lambda: confirm_report(report, by=coordinator, at=NOW)) == "own_report"
    report.refresh_from_db()
    assert report.state == "submitted"


def test_an_organization_of_one_pays_itself_and_the_trail_says_so(city, hana, coordinator, admin):
    factories.TariffVersionFactory(tariff__organization=city)
    city.policy["single_handed"] = True
    city.save()
    volunteering(hana, admin)
    confirmed(hana, admin)
    approve(Honorarium.objects.get(), by=admin, at=NOW)
    for verb in ("report.confirmed", "honorarium.approved"):
        assert AuditEntry.objects.get(verb=verb).detail["single_handed"] is True


@pytest.mark.parametrize("seen", [None, "", "abc", "9" * 30, "2999"])
def test_only_the_amount_that_was_shown_is_approved(client_of, entry, accountant, seen):
    data = {} if seen is None else {"seen_total": seen}
    url = reverse("honoraria:approve", args=[entry.pk])
    page = client_of(accountant).post(url, data, follow=True)
    assert "状態が変わったため" in page.content.decode()
    entry.refresh_from_db()
    assert entry.state == "draft"
