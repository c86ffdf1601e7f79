"""A ticket that the carrier is paid is claimed by its bill, once, and never with the honorarium."""

from __future__ import annotations

import pytest

from honoraria.grants.claim import picture
from honoraria.grants.proofs import proofs_of
from honoraria.grants.remarks import remarks
from tests.honoraria.grants import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def grant(city):
    return rows.programme(city)


@pytest.fixture
def travelled(city, grant):
    """3,000 yen to the person, a ticket of 460 yen that the organization bought."""
    entry = rows.entry(city, transport_to="carrier")
    rows.judged(grant, entry)
    return entry


def bill(city, grant, **more):
    found = rows.cost(city, state="approved", category="travel", consumption_tax=0, **more)
    rows.judged(grant, found)
    return found


def codes(grant):
    return {one.code: one for one in remarks(picture(grant), None)}


def test_the_claim_counts_what_the_payment_pays(grant, travelled):
    (line,) = picture(grant).lines
    assert (line.amount, line.eligible, line.transport, line.tickets) == (3_000, 3_000, 0, 460)


def test_transport_paid_to_the_person_counts(city, grant):
    rows.judged(grant, rows.entry(city))
    (line,) = picture(grant).lines
    assert (line.amount, line.eligible, line.transport, line.tickets) == (3_460, 3_460, 460, 0)
    assert not {"tickets_missing", "tickets_twice"} & set(codes(grant))


def test_a_ticket_without_a_bill_is_remarked(city, grant, travelled):
    said = codes(grant)["tickets_missing"]
    assert (said.count, said.numbers) == (1, ("H-0001",))
    assert "460円" in said.text
    bill(city, grant, amount=460)
    assert picture(grant).eligible == 3_460
    assert "tickets_missing" not in codes(grant)


def test_a_ride_that_both_may_pay_is_remarked(city, grant):
    rows.judged(grant, rows.entry(city))
    bill(city, grant, amount=460)
    said = codes(grant)["tickets_twice"]
    assert (said.count, said.numbers) == (1, ("K-0001",))


def test_a_reversal_takes_the_ticket_back(city, grant, travelled):
    rows.judged(grant, rows.reversal(travelled, transport_to="carrier"))
    assert picture(grant).total == 0
    assert "tickets_missing" not in codes(grant)


def test_sheet_and_judging_page_say_the_same(client_of, accountant, city, grant, travelled):
    (proof,) = proofs_of(city, picture(grant).lines)
    spent = dict(proof.parts[0][1])
    assert spent["支出額"] == "3,000円"
    assert spent["切符代"].startswith("460円")
    page = client_of(accountant).get(f"/grants/{grant.pk}/tags/")
    assert [(row["amount"], row["eligible"]) for row in page.context["rows"]] == [(3_000, 3_000)]
