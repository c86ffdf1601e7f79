"""Approving, holding back, taking back, correcting."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.actions import approve, approve_all, correct, draft_honorarium, unapprove
from honoraria.models import Honorarium
from honoraria.months import Month, Wanted, entries, totals
from interpreting.actions import confirm_report, return_report, submit_report
from tests import factories
from tests.factories import NOW
from tests.honoraria.closing.months_of import close
from tests.interpreting.reporting import START, confirmed, draft_of

NOVEMBER = Month(2026, 11)


@pytest.fixture
def tariff(city):
    """3,000 yen under two hours, 5,000 from there on."""
    return factories.TariffVersionFactory(tariff__organization=city)


@pytest.fixture
def entry(tariff, hana, coordinator):
    """A draft whose report the coordinator confirmed."""
    confirmed(hana, coordinator)
    return Honorarium.objects.get()


def code_of(attempt):
    with pytest.raises(ActionError) as refused:
        attempt()
    return refused.value.code


def state_of(entry):
    return Honorarium.objects.get(pk=entry.pk).state


def test_the_accountant_approves(entry, accountant):
    approve(entry, by=accountant, at=NOW)
    entry.refresh_from_db()
    assert (entry.state, entry.approved_by, entry.approved_at) == ("approved", accountant, NOW)
    assert AuditEntry.objects.get(verb="honorarium.approved").detail["total"] == 3000


def test_the_same_person_does_not_confirm_and_approve(tariff, hana, admin):
    confirmed(hana, admin)
    entry = Honorarium.objects.get()
    assert code_of(lambda: approve(entry, by=admin, at=NOW)) == "same_person"
    assert state_of(entry) == "draft"


def test_an_organization_of_one_may_allow_it_and_the_trail_says_so(city, tariff, hana, admin):
    city.policy = {"single_handed": True}
    city.save()
    confirmed(hana, admin)
    approve(Honorarium.objects.get(), by=admin, at=NOW)
    detail = AuditEntry.objects.get(verb="honorarium.approved").detail
    assert detail["single_handed"] is True


@pytest.mark.parametrize("value", ["true", 1, "false", None])
def test_only_a_clear_yes_allows_it(city, tariff, hana, admin, value):
    city.policy = {"single_handed": value}
    city.save()
    confirmed(hana, admin)
    assert code_of(lambda: approve(Honorarium.objects.get(), by=admin, at=NOW)) == "same_person"


def test_an_amount_that_changed_since_it_was_shown_is_not_approved(entry, accountant):
    assert code_of(lambda: approve(entry, by=accountant, at=NOW, seen_total=2999)) == (
        "changed_meanwhile"
    )
    assert state_of(entry) == "draft"


def test_a_draft_that_went_meanwhile_is_said_to_have_changed(entry, coordinator, accountant):
    return_report(entry.report, "理由", by=coordinator, at=NOW)
    assert code_of(lambda: approve(entry, by=accountant, at=NOW)) == "changed_meanwhile"


def test_an_approval_is_taken_back_until_the_month_is_closed(entry, accountant):
    approve(entry, by=accountant, at=NOW)
    unapprove(entry, by=accountant, at=NOW)
    entry.refresh_from_db()
    assert (entry.state, entry.approved_by, entry.approved_at) == ("draft", None, None)
    Honorarium.objects.update(state="closed", approved_by=accountant, approved_at=NOW)
    assert code_of(lambda: unapprove(entry, by=accountant, at=NOW)) == "wrong_state"


def test_approving_twice_is_refused(entry, accountant):
    approve(entry, by=accountant, at=NOW)
    assert code_of(lambda: approve(entry, by=accountant, at=NOW)) == "wrong_state"


# --- a whole month ---------------------------------------------------------------------------------


@pytest.fixture
def month(tariff, hana, minh, coordinator):
    """Four drafts in November and one in October."""
    for n in range(4):
        confirmed(hana if n % 2 else minh, coordinator, job={"start": START - timedelta(days=n)})
    confirmed(hana, coordinator, job={"start": START - timedelta(days=40)})
    return list(Honorarium.objects.between(NOVEMBER.first, NOVEMBER.last).order_by("pk"))


def test_a_month_is_approved_except_what_is_held_back(city, month, accountant):
    done = approve_all(city, NOVEMBER, by=accountant, at=NOW, hold=[month[1].pk])
    assert (done.count, done.total, done.same_person) == (3, 9000, [])
    assert [state_of(one) for one in month] == ["approved", "draft", "approved", "approved"]
    assert Honorarium.objects.drafts().count() == 2  # the held one and October's
    detail = AuditEntry.objects.get(verb="honoraria.approved").detail
    assert (detail["count"], detail["total"], detail["held"]) == (3, 9000, [month[1].pk])


def test_approving_a_month_twice_finds_nothing(city, month, accountant):
    approve_all(city, NOVEMBER, by=accountant, at=NOW)
    assert approve_all(city, NOVEMBER, by=accountant, at=NOW).count == 0
    assert AuditEntry.objects.filter(verb="honoraria.approved").count() == 1


def test_own_confirmations_stay_drafts(city, month, hana, admin):
    confirmed(hana, admin, job={"start": START - timedelta(days=10)})
    done = approve_all(city, NOVEMBER, by=admin, at=NOW)
    assert (done.count, len(done.same_person)) == (4, 1)


def test_the_page_approves_what_it_shows(client_of, accountant, month, clock):
    shown, hold = [one.pk for one in month[:3]], [month[0].pk]
    client_of(accountant).post(
        "/honoraria/approve/",
        {"month": "2026-11", "scope": "page", "shown": shown, "hold": [*hold, "x", "-4"]},
    )
    assert [state_of(one) for one in month] == ["draft", "approved", "approved", "draft"]


def test_the_page_approves_the_whole_month(client_of, accountant, month, clock):
    data = {"month": "2026-11", "scope": "month", "shown": [month[0].pk], "hold": [month[3].pk]}
    page = client_of(accountant).post("/honoraria/approve/", data, follow=True)
    assert [state_of(one) for one in month] == ["approved", "approved", "approved", "draft"]
    assert "3件、9,000円を承認しました" in page.content.decode()


def test_another_towns_entries_cannot_be_approved(client_of, town, month, clock):
    other = factories.MembershipFactory(organization=town, role="accountant").user
    data = {"month": "2026-11", "scope": "page", "shown": [one.pk for one in month]}
    client_of(other).post("/honoraria/approve/", data)
    assert {state_of(one) for one in month} == {"draft"}


@pytest.mark.parametrize("text", ["", "2026-13", "soon", "2026-11-01", "99999-01"])
def test_without_a_month_nothing_is_approved(client_of, accountant, month, text):
    assert client_of(accountant).post("/honoraria/approve/", {"month": text}).status_code == 404


# --- corrections -----------------------------------------------------------------------------------


def sums(city, month=NOVEMBER):
    found = totals(entries(city, Wanted(month=month)))
    return found.count, found.minutes, found.total


def test_a_correction_takes_the_entry_back_and_leaves_it_as_it_was(city, entry, accountant):
    approve(entry, by=accountant, at=NOW)
    reversal = correct(entry, "交通費の誤り", by=accountant, at=NOW)
    entry.refresh_from_db()
    assert (entry.state, entry.total) == ("approved", 3000)
    assert (reversal.kind, reversal.corrects, reversal.state) == ("reversal", entry, "draft")
    assert (reversal.minutes, reversal.total, reversal.reason) == (-90, -3000, "交通費の誤り")
    assert sum(line["amount"] for line in reversal.derivation) == -3000
    assert sums(city) == (2, 0, 0)


def test_after_a_correction_the_report_goes_back_and_is_priced_anew(
    city, entry, coordinator, accountant, admin
):
    approve(entry, by=accountant, at=NOW)
    reversal = correct(entry, "時間の誤り", by=accountant, at=NOW)
    report = return_report(entry.report, "時間をご確認ください", by=coordinator, at=NOW)
    approve(reversal, by=admin, at=NOW)
    job = report.assignment
    submit_report(job, draft_of(job, minutes=150), via="desk", by=coordinator, at=NOW)
    confirm_report(report, by=coordinator, at=NOW)
    anew = Honorarium.objects.latest("pk")
    assert (anew.corrects, anew.kind, anew.total, anew.state) == (reversal, "priced", 5000, "draft")
    assert sums(city) == (3, 150, 5000)
    assert draft_honorarium(report, accountant, NOW).pk == anew.pk


def test_an_entry_is_corrected_once(entry, accountant):
    approve(entry, by=accountant, at=NOW)
    reversal = correct(entry, "誤り", by=accountant, at=NOW)
    assert code_of(lambda: correct(entry, "誤り", by=accountant, at=NOW)) == "has_correction"
    assert code_of(lambda: unapprove(entry, by=accountant, at=NOW)) == "has_correction"
    assert code_of(lambda: correct(reversal, "誤り", by=accountant, at=NOW)) == "is_reversal"


def test_a_draft_is_not_corrected(entry, accountant):
    assert code_of(lambda: correct(entry, "誤り", by=accountant, at=NOW)) == "not_approved"


def test_a_correction_needs_a_reason(client_of, entry, accountant, clock):
    approve(entry, by=accountant, at=NOW)
    page = client_of(accountant).post(reverse("honoraria:correct", args=[entry.pk]), {"reason": ""})
    assert page.status_code == 422
    assert "理由を入力してください" in page.content.decode()
    assert Honorarium.objects.count() == 1


def test_a_closed_month_is_corrected_in_the_first_open_one(
    city, tariff, hana, coordinator, accountant
):
    confirmed(hana, coordinator, job={"start": START - timedelta(days=40)})
    entry = Honorarium.objects.get()
    approve(entry, by=accountant, at=NOW)
    close(city, Month(2026, 10), accountant, NOW)
    reversal = correct(entry, "誤り", by=accountant, at=NOW)
    assert entry.activity_date.month == 10
    assert reversal.activity_date == entry.activity_date
    assert reversal.booked_on == date(2026, 11, 1)
    assert sums(city, Month(2026, 10)) == (1, 90, 3000)
    assert sums(city) == (1, -90, -3000)
