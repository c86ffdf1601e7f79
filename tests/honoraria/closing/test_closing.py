"""Closing a month and opening it again: what is refused, what is kept, what it does to entries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.actions import approve, approve_all, correct, draft_honorarium, unapprove
from honoraria.closing.actions import close_month, reopen_month
from honoraria.closing.books import booking_day, check_open, closed_through, lock_books
from honoraria.closing.checklist import checklist, first_open
from honoraria.models import (
    Books,
    Claim,
    Closing,
    Honorarium,
    Payment,
    PaymentBatch,
    PaymentLine,
)
from interpreting.actions import confirm_report, return_report
from tests import factories
from tests.factories import NOW
from tests.honoraria.closing.months_of import (
    AFTER,
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    close,
    entry_on,
)
from tests.honoraria.grants.rows import programme
from tests.interpreting.reporting import START, confirmed, reported

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 30)


def code_of(attempt):
    with pytest.raises(ActionError) as refused:
        attempt()
    return refused.value.code


@pytest.fixture
def november(hana, minh):
    """Two approved entries in November."""
    return [entry_on(hana, date(2026, 11, 2)), entry_on(minh, date(2026, 11, 30), fee=5000)]


def pay(entry, by, *, stands=True):
    """The entry is in a payment, as the bank file had it."""
    batch = PaymentBatch.objects.create(
        organization=entry.organization, method="bank", value_date=date(2026, 12, 10),
        created_at=AFTER, created_by=by,
    )  # fmt: skip
    payment = Payment.objects.create(
        organization=entry.organization, batch=batch, volunteer=entry.volunteer,
        decided_on=AFTER.date(), gross=entry.total, taxable=0, withheld=0, net=entry.total,
    )  # fmt: skip
    return PaymentLine.objects.create(
        payment=payment, honorarium=entry, fee=entry.fee, stands=stands
    )


# --- the books -------------------------------------------------------------------------------------


def test_books_are_made_once_and_locked(city):
    with transaction.atomic():
        assert lock_books(city).closed_through is None
        assert lock_books(city.pk) == lock_books(city)
    assert Books.objects.count() == 1
    assert closed_through(city) is None


def test_the_day_of_booking_is_the_activitys_until_its_month_is_closed(city):
    books = Books(organization=city, closed_through=date(2026, 9, 30))
    today = date(2026, 11, 24)
    assert booking_day(books, date(2026, 10, 1), today) == date(2026, 10, 1)
    assert booking_day(books, date(2026, 9, 30), today) == date(2026, 10, 1)
    assert booking_day(books, date(2024, 2, 29), today) == date(2026, 10, 1)
    assert booking_day(Books(organization=city), date(2024, 2, 29), today) == date(2024, 2, 29)


def test_nothing_is_booked_ahead_of_time(city):
    books = Books(organization=city, closed_through=date(2026, 11, 30))
    assert code_of(lambda: booking_day(books, date(2026, 11, 5), NOW.date())) == "month_closed"


def test_a_closed_day_is_refused_in_words(city):
    books = Books(organization=city, closed_through=SEPTEMBER)
    check_open(books, date(2026, 10, 1))
    with pytest.raises(ActionError, match="2026年9月は締め済み"):
        check_open(books, SEPTEMBER)


def test_books_never_stand_in_the_middle_of_a_month(city):
    for day in (date(2026, 2, 28), date(2028, 2, 29), date(2026, 12, 31)):
        Books.objects.update_or_create(organization=city, defaults={"closed_through": day})
    with pytest.raises(IntegrityError, match="closed_through_ends_a_month"):
        Books.objects.update(closed_through=date(2028, 2, 28))


# --- closing ---------------------------------------------------------------------------------------


def test_closing_fixes_the_entries_of_the_month(city, november, hana, accountant):
    later = entry_on(hana, date(2026, 12, 1))
    closing = close(city, NOVEMBER, accountant)
    assert (closing.count, closing.minutes, closing.total) == (2, 180, 8000)
    assert (closing.month, closing.closed_by, closing.closed_at) == (
        NOVEMBER.first,
        accountant,
        AFTER,
    )
    assert closed_through(city) == date(2026, 11, 30)
    states = dict(Honorarium.objects.values_list("pk", "state"))
    assert [states[one.pk] for one in (*november, later)] == ["closed", "closed", "approved"]
    detail = AuditEntry.objects.get(verb="month.closed").detail
    assert (detail["count"], detail["total"]) == (2, 8000)


def test_another_town_goes_on(city, town, november, accountant):
    other = entry_on(factories.VolunteerFactory(organization=town), date(2026, 11, 5))
    close(city, NOVEMBER, accountant)
    other.refresh_from_db()
    assert other.state == "approved"
    assert closed_through(town) is None


def test_a_month_is_closed_once(city, november, accountant):
    close(city, NOVEMBER, accountant)
    assert code_of(lambda: close(city, NOVEMBER, accountant)) == "already_closed"
    assert code_of(lambda: close(city, OCTOBER, accountant)) == "already_closed"
    assert Closing.objects.count() == 1


def test_a_month_that_is_not_over_is_not_closed(city, november, accountant):
    assert code_of(lambda: close(city, NOVEMBER, accountant, NOW)) == "open_points"
    assert closed_through(city) is None


def test_months_close_in_order_also_empty_ones(city, november, hana, accountant):
    close(city, NOVEMBER, accountant)
    january = type(NOVEMBER)(2027, 1)
    later = JANUARY + timedelta(days=40)
    assert code_of(lambda: close(city, january, accountant, later)) == "open_points"
    assert close(city, DECEMBER, accountant, later).count == 0
    close(city, january, accountant, later)


def test_the_first_month_ever_closed_is_the_first_with_an_entry(city, november, hana, accountant):
    entry_on(hana, date(2026, 10, 5))
    assert code_of(lambda: close(city, NOVEMBER, accountant)) == "open_points"
    close(city, OCTOBER, accountant)
    close(city, NOVEMBER, accountant)


def test_a_warning_nobody_saw_stops_the_closing(city, november, accountant):
    Honorarium.objects.filter(pk=november[0].pk).update(approved_by=accountant)
    november[0].report.confirmed_by = accountant
    november[0].report.save()
    shut = lambda accept: close_month(city, NOVEMBER, by=accountant, at=AFTER, accept=accept)
    assert code_of(lambda: shut([])) == "warnings_open"
    assert code_of(lambda: shut(["single_handed:2", "receipt"])) == "warnings_open"
    assert {one.state for one in Honorarium.objects.all()} == {"approved"}
    closing = shut(["single_handed:1"])
    assert closing.warnings == [{"code": "single_handed", "count": 1}]
    assert AuditEntry.objects.get(verb="month.closed").detail["accepted"] == {"single_handed": 1}


# --- reopening -------------------------------------------------------------------------------------


def test_an_administrator_reopens_the_last_month_with_a_reason(city, november, accountant, admin):
    close(city, NOVEMBER, accountant)
    closing = reopen_month(city, NOVEMBER, "金額の誤り", by=admin, at=AFTER)
    assert (closing.reopened_by, closing.reason) == (admin, "金額の誤り")
    assert closed_through(city) is None
    assert {one.state for one in Honorarium.objects.all()} == {"approved"}
    assert AuditEntry.objects.get(verb="month.reopened").detail["reason"] == "金額の誤り"
    close(city, NOVEMBER, accountant)
    assert Closing.objects.filter(month=NOVEMBER.first).count() == 2


def test_reopening_leaves_the_months_before_closed(city, november, hana, accountant, admin):
    entry_on(hana, date(2026, 10, 5))
    close(city, OCTOBER, accountant)
    close(city, NOVEMBER, accountant)
    assert code_of(lambda: reopen_month(city, OCTOBER, "誤り", by=admin, at=AFTER)) == "not_last"
    reopen_month(city, NOVEMBER, "誤り", by=admin, at=AFTER)
    assert closed_through(city) == date(2026, 10, 31)
    assert Honorarium.objects.get(activity_date__month=10).state == "closed"


def test_nobody_else_reopens_and_nobody_without_a_reason(
    city, november, accountant, coordinator, admin, outsider
):
    close(city, NOVEMBER, accountant)
    for person in (accountant, coordinator, outsider):
        refused = code_of(lambda p=person: reopen_month(city, NOVEMBER, "誤り", by=p, at=AFTER))
        assert refused == "not_allowed"
    assert code_of(lambda: reopen_month(city, NOVEMBER, "  ", by=admin, at=AFTER)) == (
        "reason_missing"
    )
    city.memberships.filter(user=admin).update(active=False)
    assert code_of(lambda: reopen_month(city, NOVEMBER, "誤り", by=admin, at=AFTER)) == (
        "not_allowed"
    )
    assert closed_through(city) == date(2026, 11, 30)


def test_a_month_in_payment_stays_closed(city, november, accountant, admin):
    close(city, NOVEMBER, accountant)
    line = pay(november[0], admin)
    assert code_of(lambda: reopen_month(city, NOVEMBER, "誤り", by=admin, at=AFTER)) == "paid"
    line.stands = False
    line.save()
    reopen_month(city, NOVEMBER, "誤り", by=admin, at=AFTER)


# --- what is booked afterwards ---------------------------------------------------------------------


@pytest.fixture
def tariff(city):
    """3,000 yen under two hours, 5,000 from there on."""
    return factories.TariffVersionFactory(tariff__organization=city)


@pytest.fixture
def closed(city, tariff, hana, coordinator, accountant):
    """An entry that was confirmed, approved and closed in November."""
    confirmed(hana, coordinator)
    entry = Honorarium.objects.get()
    approve(entry, by=accountant, at=NOW)
    close(city, NOVEMBER, accountant)
    entry.refresh_from_db()
    return entry


def test_a_report_confirmed_late_comes_into_the_open_month(closed, hana, coordinator):
    report = reported(hana, job={"start": START - timedelta(days=3)}, at=AFTER)
    confirm_report(report, by=coordinator, at=AFTER)
    entry = Honorarium.objects.latest("pk")
    assert (entry.activity_date, entry.booked_on) == (date(2026, 11, 17), date(2026, 12, 1))
    draft_honorarium(report, coordinator, JANUARY)
    entry.refresh_from_db()
    assert entry.booked_on == date(2026, 12, 1)


def test_a_closed_entry_is_corrected_in_the_open_month(closed, accountant):
    reversal = correct(closed, "誤り", by=accountant, at=AFTER)
    assert (reversal.activity_date, reversal.booked_on) == (date(2026, 11, 20), date(2026, 12, 1))
    assert reversal.state == "draft"
    closed.refresh_from_db()
    assert (closed.state, closed.total) == ("closed", 3000)


def test_a_paid_entry_is_corrected_in_the_open_month(closed, accountant, coordinator, admin):
    pay(closed, accountant)
    Honorarium.objects.filter(pk=closed.pk).update(state="paid")
    closed.refresh_from_db()
    reversal = correct(closed, "誤り", by=accountant, at=AFTER)
    approve(reversal, by=admin, at=AFTER)
    draft = draft_honorarium(closed.report, coordinator, AFTER)
    assert [one.booked_on for one in (reversal, draft)] == [date(2026, 12, 1)] * 2
    assert (draft.activity_date, draft.total) == (date(2026, 11, 20), 3000)


def test_a_closed_entry_is_neither_approved_nor_taken_back(city, closed, accountant, coordinator):
    assert code_of(lambda: approve(closed, by=accountant, at=AFTER)) == "month_closed"
    assert code_of(lambda: unapprove(closed, by=accountant, at=AFTER)) == "month_closed"
    assert code_of(lambda: approve_all(city, NOVEMBER, by=accountant, at=AFTER)) == "month_closed"
    returned = lambda: return_report(closed.report, "理由", by=coordinator, at=AFTER)
    assert code_of(returned) == "already_approved"


def test_a_draft_moved_on_stays_where_it_is_when_the_month_is_opened_again(
    city, closed, hana, coordinator, admin
):
    report = reported(hana, job={"start": START - timedelta(days=3)}, at=AFTER)
    confirm_report(report, by=coordinator, at=AFTER)
    reopen_month(city, NOVEMBER, "誤り", by=admin, at=AFTER)
    draft_honorarium(report, coordinator, AFTER)
    assert Honorarium.objects.get(report=report).booked_on == date(2026, 12, 1)


# --- reports without a price -----------------------------------------------------------------------


@pytest.fixture
def unpriced(city, hana, coordinator):
    """A confirmed report of October that was never priced, and a tariff that would price it."""
    report = confirmed(hana, coordinator, job={"start": START - timedelta(days=40)})
    factories.TariffVersionFactory(tariff__organization=city)
    return report


def test_the_first_month_is_that_of_a_report_without_a_price(city, hana, unpriced):
    entry_on(hana, date(2026, 11, 9))
    assert first_open(city) == OCTOBER
    found = {one.code for one in checklist(city, NOVEMBER, AFTER) if one.blocks}
    assert found == {"earlier_open"}


def test_reports_before_the_first_tariff_hold_nothing_up(city, hana, unpriced):
    factories.TariffVersion.objects.update(valid_from=date(2026, 11, 1))
    entry_on(hana, date(2026, 11, 9), tariff_version=factories.TariffVersion.objects.get())
    assert first_open(city) == NOVEMBER


def test_a_report_without_a_price_of_a_closed_month_is_named(city, hana, unpriced, accountant):
    entry_on(hana, date(2026, 11, 9))
    Books.objects.update(closed_through=OCTOBER.last)
    found = {one.code: one for one in checklist(city, NOVEMBER, AFTER)}
    late = found["late_unpriced"]
    assert (late.count, late.blocks, late.who) == (1, False, "経理")
    assert late.url.endswith("?month=2026-10")
    draft_honorarium(unpriced, None, AFTER)
    assert "late_unpriced" not in {one.code for one in checklist(city, NOVEMBER, AFTER)}


def test_reopening_after_the_claim_says_so_on_the_page_and_in_the_log(
    client_of, city, hana, accountant, admin
):
    entry_on(hana, date(2026, 11, 9))
    close(city, NOVEMBER, accountant)
    grant = programme(city, name="受入環境整備交付金")
    claim = Claim.objects.create(
        programme=grant, terms=grant.terms.get(), number=1, eligible=0, amount=0, snapshot={},
        sha256="0" * 64, submitted_at=AFTER, submitted_by=admin,
    )  # fmt: skip
    page = client_of(admin).get(f"/months/{NOVEMBER}/").content.decode()
    assert "「受入環境整備交付金」の実績報告（第1回）は提出済みです" in page
    reopen_month(city, NOVEMBER, "誤り", by=admin, at=AFTER)
    assert AuditEntry.objects.get(verb="month.reopened").detail["claims"] == [claim.pk]
