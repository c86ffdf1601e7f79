"""The page on which an administrator decides whether one person may act alone, and about receipts."""

from __future__ import annotations

import pytest

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.actions import single_handed
from honoraria.actions.rules import decide_rules
from interpreting.remarks import receipt_limit
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("clock")
URL = "/settings/money/"
GIVEN = {"single_handed": "on", "receipt_above_yen": "３，０００", "reason": "職員が1人のため"}


def test_both_are_changed_with_a_reason_that_is_logged(client_of, city, admin):
    client = client_of(admin)
    assert client.post(URL, GIVEN).url == URL
    city.refresh_from_db()
    assert (single_handed(city), receipt_limit(city)) == (True, 3000)
    line = AuditEntry.objects.get(verb="organization.money_rules_changed")
    assert line.detail == {
        "changed": {"single_handed": [False, True], "receipt_above_yen": [2000, 3000]},
        "reason": "職員が1人のため",
    }
    page = client.get(URL).content.decode()
    assert "職員が1人のため" in page
    assert "2,000円→3,000円" in page
    client.post(URL, {"receipt_above_yen": "3000", "reason": "2人になった"})
    city.refresh_from_db()
    assert (single_handed(city), receipt_limit(city)) == (False, 3000)


@pytest.mark.parametrize(
    "changes", [{"reason": "  "}, {"receipt_above_yen": "-1"}, {"receipt_above_yen": "100001"}]
)
def test_what_does_not_do_is_said_beside_the_field(client_of, city, admin, changes):
    page = client_of(admin).post(URL, GIVEN | changes)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == set(changes)
    city.refresh_from_db()
    assert not single_handed(city)


def test_the_same_again_is_no_change(client_of, city, admin):
    client_of(admin).post(URL, {"receipt_above_yen": "2000", "reason": "念のため"})
    assert not AuditEntry.objects.filter(verb="organization.money_rules_changed").exists()


def test_other_decisions_stay(client_of, city, admin):
    city.policy = {"gift_cards_taxed": True}
    city.save()
    client_of(admin).post(URL, GIVEN)
    city.refresh_from_db()
    assert city.policy["gift_cards_taxed"] is True


def test_an_accountant_reads_them_without_a_form(client_of, city, accountant):
    page = client_of(accountant).get(URL)
    text = page.content.decode()
    assert page.status_code == 200
    assert "2,000円を超えるとき" in text
    assert 'name="reason"' not in text
    assert "変更は、管理者だけができます" in text


def test_an_accountant_changes_nothing(client_of, city, accountant):
    assert client_of(accountant).post(URL, GIVEN).status_code in {403, 404}
    with pytest.raises(ActionError) as refused:
        decide_rules(
            city, single_handed=True, receipt_above_yen=0, reason="x", by=accountant, at=NOW
        )
    assert refused.value.code == "not_allowed"
