"""Submitting a claim: what is said before, who may, the frozen snapshot, what differs since."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from honoraria.closing.checklist import checklist
from honoraria.grants import actions
from honoraria.grants.actions import Share
from honoraria.grants.claim import canonical, differences, digest, intact
from honoraria.grants.lines import lines
from honoraria.models import Claim
from honoraria.months import Month
from tests.factories import NOW
from tests.honoraria.grants import rows
from tests.honoraria.grants.claiming import pay, points, refused, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def grant(city):
    return rows.programme(city)


def test_an_administrator_submits_what_was_shown(client_of, admin, city, grant):
    rows.judged(grant, rows.entry(city))
    client = client_of(admin)
    page = client.get(f"/grants/{grant.pk}/claim/")
    found = page.context["found"]
    data = {"seen_eligible": found.eligible, "seen_grant": found.grant.yen, "note": "初回"}
    address = f"/grants/{grant.pk}/claim/submit/"
    refused_page = client.post(address, data)
    assert refused_page.status_code == 400
    assert "確認されていない注意" in refused_page.content.decode()
    accept = [one.code for one in page.context["remarks"]]
    assert client.post(address, data | {"accept": accept, "seen_grant": 1}).status_code == 409
    done = client.post(address, data | {"accept": accept})
    claim = Claim.objects.get()
    assert done.url == f"/grants/claims/{claim.pk}/"
    assert (claim.number, claim.eligible, claim.amount) == (1, 3460, 1000)
    assert {one["code"] for one in claim.snapshot["accepted"]} == set(accept)
    assert "違いはありません" in client.get(done.url).content.decode()


def test_two_people_make_a_claim(city, accountant, admin, grant):
    rows.judged(grant, rows.entry(city), decided_by=admin)
    refused("not_admin", submit, grant, accountant)
    refused("same_person", submit, grant, admin)
    city.policy = {**city.policy, "single_handed": True}
    city.save()
    grant.refresh_from_db()
    submit(grant, accountant)
    assert AuditEntry.objects.get(verb="grant.claimed").detail["single_handed"] is True


def test_nothing_is_no_claim(grant, admin):
    refused("nothing", submit, grant, admin)


def test_the_same_is_not_submitted_twice(city, grant, admin):
    rows.judged(grant, rows.entry(city))
    submit(grant, admin)
    refused("unchanged", submit, grant, admin)
    assert Claim.objects.count() == 1


def test_the_snapshot_is_canonical_and_kept_by_the_database(city, grant, admin):
    rows.judged(grant, rows.entry(city))
    claim = submit(grant, admin)
    claim.refresh_from_db()
    assert intact(claim)
    assert digest(claim.snapshot) == claim.sha256
    assert canonical({"b": 1, "a": date(2026, 4, 1)}) == b'{"a":"2026-04-01","b":1}'
    claim.snapshot["lines"][0]["eligible"] += 1
    assert not intact(claim)
    for change in (
        lambda: Claim.objects.filter(pk=claim.pk).update(amount=1),
        lambda: Claim.objects.filter(pk=claim.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_later_corrections_show_as_differences(client_of, city, grant, admin, accountant):
    kept, taken_back = rows.entry(city), rows.entry(city)
    dropped = rows.cost(city, state="approved")
    for one in (kept, taken_back, dropped):
        rows.judged(grant, one)
    claim = submit(grant, admin)
    assert differences(claim, lines(grant)) == []
    back = rows.reversal(taken_back)
    rows.judged(grant, back)
    half = Share(1, 2, "shared", "従事時間")
    actions.tag(grant, half, honoraria=[kept.pk], by=accountant, at=NOW)
    actions.untag(grant, costs=[dropped.pk], by=accountant, at=NOW)
    found = {(one.code, one.key): one.delta for one in differences(claim, lines(grant))}
    assert found == {
        ("changed", kept.pk): -1730,
        ("added", back.pk): -3460,
        ("gone", dropped.pk): -22_000,
    }
    assert points(grant)["corrected_after"].count == 3
    text = client_of(accountant).get(f"/grants/claims/{claim.pk}/").content.decode()
    assert "-27,190円" in text
    second = submit(grant, admin)
    assert second.number == 2
    assert second.eligible - claim.eligible == -27_190


def test_what_must_be_known_before_submitting(city, grant):
    old = rows.entry(city)
    pay(old, on=date(2026, 4, 1))
    rows.judged(grant, old)
    other = rows.programme(city, name="県の補助金")
    rows.judged(other, old, 1, 2, reason="shared", note="半分")
    cash = rows.entry(city)
    pay(cash, method="cash")
    rows.judged(grant, cash)
    rows.judged(grant, rows.cost(city, state="approved", paid_on=None))
    reversed_ = rows.entry(city)
    rows.judged(grant, reversed_)
    rows.judged(grant, rows.reversal(reversed_), 0, 1, reason="not_desk")
    rows.entry(city)
    rows.entry(city, state="draft")
    rows.cost(city)
    rows.cost(city, state="approved")
    values = {"rate_numerator": 1, "rate_denominator": 2, "rounding_unit": 1000}
    values |= {"cap": None, "decided_amount": None, "decided_on": date(2026, 5, 1)}
    values |= {"method": "joint", "completed_on": None, "source": ""}
    actions.add_terms(grant, values, by=rows.person(), at=NOW)
    found = {code: one.count for code, one in points(grant).items()}
    assert found == {
        "cap_missing": 1,
        "decision_missing": 1,
        "shares_missing": 1,
        "untagged_honoraria": 1,
        "untagged_costs": 1,
        "draft_honoraria": 1,
        "draft_costs": 1,
        "months_open": 1,
        "before_decision": 1,
        "double_funding": 1,
        "tax_credit": 1,
        "unpaid": 1,
        "no_evidence": 2,
        "reversal_differs": 1,
    }


def test_march_is_closed_knowing_what_nobody_judged(city, grant):
    rows.entry(city)
    rows.cost(city, state="approved")
    march = [one for one in checklist(city, Month(2027, 3), NOW) if one.code == "untagged"]
    assert [(one.count, one.blocks) for one in march] == [(2, False)]
    assert not [one for one in checklist(city, Month(2027, 2), NOW) if one.code == "untagged"]
