"""A volunteer's honorarium for a booking that was called off: an entry without a report."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.errors import ActionError
from accounts.times import TOKYO
from dispatch.actions.requests import cancel_request
from dispatch.models import Request
from honoraria.actions import (
    approve,
    approve_all,
    change_version,
    correct,
    record_cancelled,
    remove_cancelled,
)
from honoraria.closing import points
from honoraria.closing.actions import close_month
from honoraria.closing.checklist import checklist
from honoraria.grants.lines import lines
from honoraria.models import Honorarium, PaymentLine
from honoraria.months import Month, missing
from honoraria.payments.actions import prepare_batch
from honoraria.tariff import preset
from tests import factories
from tests.honoraria.grants import rows
from tests.honoraria.payments.paying import paying_account
from tests.interpreting.reporting import job_of

pytestmark = pytest.mark.usefixtures("clock")
NOVEMBER = Month(2026, 11)
START = datetime(2026, 11, 30, 10, 0, tzinfo=TOKYO)
CALLED_OFF = datetime(2026, 11, 27, 17, 30, tzinfo=TOKYO)  # the whole fee
LATER = datetime(2026, 12, 3, 10, 0, tzinfo=TOKYO)
RULES = {**preset("kotosapo").rules, "role": "payout"}


@pytest.fixture
def version(city):
    return factories.TariffVersionFactory(
        tariff__organization=city, valid_from=datetime(2020, 4, 1).date(), rules=RULES
    )


def called_off(hana, at=CALLED_OFF, by="body", **job):
    booking = job_of(hana, start=START, minutes=120, **{"payer": "body", **job})
    cancel_request(booking.request, cancelled_by=by, reason="都合により", by=None, at=at)
    return booking


@pytest.fixture
def booking(hana, version):
    return called_off(hana)


@pytest.fixture
def entry(booking, accountant):
    return record_cancelled(booking, transport=1000, by=accountant, at=LATER)


@pytest.fixture
def second(city):
    person = factories.UserFactory()
    factories.MembershipFactory(user=person, organization=city, role="accountant")
    return person


def code_of(attempt):
    with pytest.raises(ActionError) as refused:
        attempt()
    return refused.value.code


def test_it_is_an_entry_of_the_booking_without_a_report(entry, booking, accountant, hana):
    assert (entry.kind, entry.report, entry.assignment) == ("cancelled", None, booking)
    assert (entry.fee, entry.transport, entry.total, entry.minutes) == (10000, 1000, 11000, 0)
    assert (entry.volunteer, entry.recorded_by) == (hana, accountant)
    assert entry.activity_date == entry.booked_on == START.date()
    assert entry.derivation[0]["text"] == "取消料 10,000円 × 100% = 10,000円"


def test_it_is_due_also_when_the_requester_pays_nothing(hana, version, accountant):
    booking = called_off(hana, payer="none")
    assert record_cancelled(booking, transport=0, by=accountant, at=LATER).fee == 10000


def test_it_is_recorded_once_also_by_the_database(entry, booking, accountant):
    again = lambda: record_cancelled(booking, transport=0, by=accountant, at=LATER)
    assert code_of(again) == "already_recorded"
    entry.pk = None
    with pytest.raises(IntegrityError, match="one_honorarium_per_cancelled"), transaction.atomic():
        entry.save()


def test_nothing_is_due_when_it_was_called_off_early(hana, version, accountant):
    booking = called_off(hana, at=START - timedelta(days=20))
    do = lambda: record_cancelled(booking, transport=0, by=accountant, at=LATER)
    assert code_of(do) == "nothing_due"


@pytest.mark.parametrize("who", [Request.CancelledBy.ORGANIZATION, Request.CancelledBy.INTERPRETER])
def test_what_the_desk_or_the_interpreter_called_off_pays_nothing(hana, version, accountant, who):
    booking = called_off(hana, by=who)
    do = lambda: record_cancelled(booking, transport=0, by=accountant, at=LATER)
    assert code_of(do) == "not_cancelled"


def test_a_booking_that_stands_pays_nothing(hana, version, accountant):
    booking = job_of(hana, start=START, minutes=120)
    do = lambda: record_cancelled(booking, transport=0, by=accountant, at=LATER)
    assert code_of(do) == "not_cancelled"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"kind": "priced"}, "priced_honorarium_has_a_report"),
        ({"minutes": 60}, "cancelled_honorarium_has_no_report"),
        ({"recorded_by": None}, "somebody_answers_for_an_honorarium"),
    ],
)
def test_the_database_keeps_its_shape(entry, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Honorarium.objects.filter(pk=entry.pk).update(**change)


def test_who_recorded_it_does_not_approve_it(entry, accountant, second, city):
    assert code_of(lambda: approve(entry, by=accountant, at=LATER)) == "same_person"
    done = approve_all(city, NOVEMBER, by=accountant, at=LATER)
    assert (done.count, done.same_person) == (0, [entry.pk])
    assert approve_all(city, NOVEMBER, by=second, at=LATER).total == 11000


def test_an_organization_of_one_may_and_the_closing_shows_it(entry, accountant, city):
    city.policy["single_handed"] = True
    city.save()
    entry.organization.refresh_from_db()
    approve(entry, by=accountant, at=LATER)
    found = Honorarium.objects.all()
    assert list(points.select(found, "single_handed", city)) == [entry]
    assert "single_handed" in {one.code for one in checklist(city, NOVEMBER, LATER)}


def test_a_draft_is_dropped_and_what_is_approved_is_reversed(
    entry, booking, accountant, second, city
):
    remove_cancelled(entry, by=accountant, at=LATER)
    assert not Honorarium.objects.exists()
    entry = record_cancelled(booking, transport=0, by=accountant, at=LATER)
    approve(entry, by=second, at=LATER)
    gone = lambda: remove_cancelled(entry, by=second, at=LATER)
    assert code_of(gone) == "changed_meanwhile"
    reversal = correct(entry, "二重に計上", by=accountant, at=LATER)
    assert (reversal.total, reversal.report, reversal.recorded_by) == (-10000, None, accountant)
    assert code_of(lambda: approve(reversal, by=accountant, at=LATER)) == "same_person"
    approve(reversal, by=second, at=LATER)
    again = record_cancelled(booking, transport=500, by=accountant, at=LATER)
    assert (again.corrects, again.total, again.reason) == (reversal, 10500, "二重に計上")


def test_a_draft_follows_its_tariff(entry, version, accountant):
    rules = {**RULES, "cancellation": {**RULES["cancellation"], "steps": [
        {**step, "rate": "1/2"} for step in RULES["cancellation"]["steps"]]}}  # fmt: skip
    change_version(version, valid_from=version.valid_from, rules=rules, by=accountant, at=LATER)
    entry.refresh_from_db()
    assert entry.fee == 5000
    none = {key: value for key, value in RULES.items() if key != "cancellation"}
    change_version(version, valid_from=version.valid_from, rules=none, by=accountant, at=LATER)
    assert not Honorarium.objects.exists()


def test_the_month_says_what_nobody_recorded(booking, accountant, city):
    assert ("cancelled", 1) in {(one.code, one.count) for one in missing(city, NOVEMBER, LATER)}
    assert ("cancelled", False) in {
        (one.code, one.blocks) for one in checklist(city, NOVEMBER, LATER)
    }
    record_cancelled(booking, transport=0, by=accountant, at=LATER)
    assert "cancelled" not in {one.code for one in missing(city, NOVEMBER, LATER)}
    assert "cancelled" not in {one.code for one in checklist(city, NOVEMBER, LATER)}


def test_after_the_closing_it_is_booked_into_the_open_month(booking, accountant, city):
    close_month(city, NOVEMBER, by=accountant, at=LATER, accept=["cancelled", "untagged"])
    entry = record_cancelled(booking, transport=0, by=accountant, at=LATER)
    assert (entry.activity_date.month, str(entry.booked_on)) == (11, "2026-12-01")


def test_every_page_that_shows_entries_shows_it(
    client_of, booking, accountant, second, city, hana, settings
):
    client = client_of(accountant)
    charges = client.get("/charges/?month=2026-11").content.decode()
    assert "通訳者に10,000円です" in charges
    do = reverse("honoraria:cancelled_honorarium", args=[booking.pk])
    client.post(do, {"transport": "1000"})
    entry = Honorarium.objects.get()
    assert entry.total == 11000
    assert "通訳者への謝礼 11,000円" in client.get("/charges/?month=2026-11").content.decode()
    month = client.get("/honoraria/?month=2026-11").content.decode()
    assert "記録者のため承認できません" in month
    detail = client.get(reverse("honoraria:detail", args=[entry.pk])).content.decode()
    assert "取消料を記録した人と謝礼を承認する人は" in detail
    assert "都合により" in detail
    answer = client.post(reverse("honoraria:export", args=["csv"]) + "?month=2026-11")
    text = b"".join(answer.streaming_content if answer.streaming else [answer.content])
    table = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert booking.request.number in table[1]
    assert "取消料" in table[1]


def test_it_is_paid_as_any_entry(entry, accountant, second, city, hana):
    factories.BankAccountFactory(volunteer=hana)
    approve(entry, by=second, at=LATER)
    close_month(city, NOVEMBER, by=accountant, at=LATER, accept=["untagged"])
    entry.refresh_from_db()
    assert entry.state == "closed"
    account = paying_account(city)
    batch = prepare_batch(
        city, "bank", LATER.date() + timedelta(days=7), account, by=accountant, at=LATER
    )
    line = PaymentLine.objects.get(payment__batch=batch)
    assert (line.honorarium, line.fee, line.transport) == (entry, 10000, 1000)


def test_it_counts_in_a_claim_with_what_stands_for_the_report(entry, second, city):
    approve(entry, by=second, at=LATER)
    grant = rows.programme(city)
    rows.judged(grant, entry)
    (line,) = lines(grant)
    assert (line.eligible, line.report) == (11000, None)
    assert line.description.endswith("取消料")
