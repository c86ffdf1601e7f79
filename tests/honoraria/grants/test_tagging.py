"""Judging entries and costs: by filter, as suggested, with reasons; pairs stay together."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.grants import actions
from honoraria.grants.actions import Share
from honoraria.grants.suggestions import suggest_costs, suggest_honoraria
from honoraria.models import Honorarium, Tag
from tests.factories import NOW
from tests.honoraria.grants import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
WHOLE = {"do": "share", "share": "whole", "reason": "desk_work", "scope": "all"}


@pytest.fixture
def grant(city):
    return rows.programme(city)


def shares(grant):
    found = Tag.objects.filter(programme=grant).order_by("honorarium_id", "cost_id")
    return [(one.numerator, one.denominator, one.reason) for one in found]


def test_what_is_not_of_the_year_or_not_approved_is_not_there(client_of, accountant, city, grant):
    wanted = rows.entry(city, on=date(2026, 4, 1)), rows.entry(city, on=date(2027, 3, 31))
    rows.entry(city, on=date(2026, 3, 31))
    rows.entry(city, on=date(2027, 4, 1))
    rows.entry(city, state="draft")
    rows.entry(city, paid_by="requester")
    page = client_of(accountant).get(f"/grants/{grant.pk}/tags/")
    assert [row["entry"] for row in page.context["rows"]] == list(wanted)


def test_untagged_rows_come_first(client_of, accountant, city, grant):
    first, second = rows.entry(city, on=date(2026, 5, 1)), rows.entry(city, on=date(2026, 6, 1))
    rows.judged(grant, first)
    page = client_of(accountant).get(f"/grants/{grant.pk}/tags/")
    assert [row["entry"] for row in page.context["rows"]] == [second, first]


def test_many_are_judged_by_filter_and_it_is_logged(client_of, accountant, city, grant):
    desk = rows.entry(city)
    away = rows.entry(city, desk=None)
    chosen = str(desk.report.assignment.request.desk_id)
    data = WHOLE | {"desk": chosen, "kind": "honoraria"}
    page = client_of(accountant).post(f"/grants/{grant.pk}/tags/save/", data)
    assert page.status_code == 302
    assert Tag.objects.get().honorarium == desk
    line = AuditEntry.objects.get(verb="grant.tagged")
    assert line.detail["entries"] == [desk.pk]
    assert not away.tags.exists()


def test_a_later_judgement_says_what_was_before(city, accountant, grant):
    one = rows.entry(city)
    actions.tag(grant, Share(1, 1, "desk_work"), honoraria=[one.pk], by=accountant, at=NOW)
    part = Share(1, 3, "shared", "従事時間")
    assert actions.tag(grant, part, honoraria=[one.pk], by=accountant, at=NOW) == 1
    assert actions.tag(grant, part, honoraria=[one.pk], by=accountant, at=NOW) == 0
    line = AuditEntry.objects.filter(verb="grant.tagged").last()
    assert line.detail["before"] == {str(one.pk): "1/1 desk_work"}
    assert actions.untag(grant, honoraria=[one.pk], by=accountant, at=NOW) == 1
    assert shares(grant) == []


def test_a_reversal_is_judged_with_its_entry_whichever_is_chosen(city, accountant, grant):
    one = rows.entry(city)
    back = rows.reversal(one)
    part = Share(1, 3, "shared", "従事時間")
    assert actions.tag(grant, part, honoraria=[back.pk], by=accountant, at=NOW) == 2
    bought = rows.cost(city, state="approved")
    gone = rows.cost(city, state="approved", amount=-22_000, consumption_tax=0, corrects=bought)
    none = Share(0, 1, "give_away")
    assert actions.tag(grant, none, costs=[bought.pk], by=accountant, at=NOW) == 2
    assert Tag.objects.get(cost=gone).numerator == 0


def test_foreign_and_unapproved_rows_are_left_out(city, town, accountant, grant):
    other, draft = rows.entry(town), rows.entry(city, state="draft")
    keys = [other.pk, draft.pk, 0]
    assert actions.tag(grant, Share(1, 1, "desk_work"), honoraria=keys, by=accountant, at=NOW) == 0


@pytest.mark.parametrize(
    ("share", "code"),
    [
        (Share(0, 1, "desk_work"), "wrong_reason"),
        (Share(1, 1, "give_away"), "wrong_reason"),
        (Share(1, 2, "shared"), "note_missing"),
        (Share(1, 1, "other"), "note_missing"),
        (Share(3, 2, "shared", "x"), "bad_share"),
        (Share(1, 0, "shared", "x"), "bad_share"),
        (Share(1, 1, "desk_work", tax_credit=2_001), "tax_credit"),
    ],
)
def test_a_judgement_without_sense_is_refused(city, accountant, grant, share, code):
    bought = rows.cost(city, state="approved")
    with pytest.raises(ActionError) as error:
        actions.tag(grant, share, costs=[bought.pk], by=accountant, at=NOW)
    assert error.value.code == code
    assert shares(grant) == []


def test_a_refusal_is_shown_beside_what_was_typed(client_of, accountant, city, grant):
    one = rows.entry(city)
    data = {"do": "share", "share": "part", "reason": "shared", "pick": [one.pk]}
    client = client_of(accountant)
    for more, words in (
        ({}, "按分のときは入力してください"),
        ({"numerator": "1", "denominator": "3"}, "按分の根拠"),
        ({"share": "none", "reason": "desk_work"}, "対象外とする理由"),
        ({"share": ""}, "区分を選んでください"),
        ({"pick": []}, "対象にする行を選んでください"),
    ):
        page = client.post(f"/grants/{grant.pk}/tags/save/", data | more)
        assert page.status_code == 422
        assert words in page.content.decode()
    assert shares(grant) == []


def test_suggestions_are_taken_for_what_is_untagged(client_of, accountant, city, grant):
    mine, away = rows.entry(city), rows.entry(city, desk=None)
    done = rows.entry(city)
    rows.judged(grant, done, 1, 2, reason="shared", note="従事時間")
    data = {"do": "suggest", "scope": "all"}
    client_of(accountant).post(f"/grants/{grant.pk}/tags/save/", data)
    found = {tag.honorarium: (tag.numerator, tag.reason) for tag in grant.tags.all()}
    assert found == {mine: (1, "desk_work"), away: (0, "not_desk"), done: (1, "shared")}


def test_what_is_suggested_and_why(city, grant):
    entries = {
        "desk_work": rows.entry(city),
        "not_desk": rows.entry(city, desk=None),
        "other": rows.entry(city, payer="body"),
        "before_decision": rows.entry(city, on=date(2026, 4, 2)),
        "other_grant": rows.entry(city),
    }
    rows.judged(rows.programme(city, name="県の補助金"), entries["other_grant"])
    found = suggest_honoraria(grant, entries.values(), date(2026, 4, 3))
    assert {one: found[row.pk].reason for one, row in entries.items()} == {
        one: one for one in entries
    }
    costs = {
        "desk_work": rows.cost(city),
        "give_away": rows.cost(city, description="啓発品（ボールペン）"),
        "for_japanese": rows.cost(city, description="やさしい日本語講座（日本人住民向け）"),
        "before_decision": rows.cost(city, paid_on=date(2026, 3, 1)),
    }
    found = suggest_costs(grant, costs.values(), date(2026, 4, 3))
    assert {one: found[row.pk].reason for one, row in costs.items()} == {one: one for one in costs}


def test_a_judgement_goes_with_a_draft_that_is_taken_back(city, grant):
    one = rows.entry(city)
    rows.judged(grant, one)
    Honorarium.objects.filter(pk=one.pk).update(state="draft")
    Honorarium.objects.get(pk=one.pk).delete()
    assert not Tag.objects.exists()


def test_costs_have_a_page_of_their_own_with_their_tax(client_of, accountant, city, grant):
    bought = rows.cost(city, state="approved")
    client = client_of(accountant)
    data = WHOLE | {"kind": "costs", "tax_credit": "2000", "note": "一般課税のため控除"}
    client.post(f"/grants/{grant.pk}/tags/save/", data)
    assert bought.tags.get().tax_credit == 2_000
    page = client.get(f"/grants/{grant.pk}/tags/?kind=costs")
    assert page.context["rows"][0]["eligible"] == 20_000


@pytest.mark.parametrize("query", ["desk=x", "tariff=999999", "state=1", "field=zz", "page=x"])
def test_a_filter_that_makes_no_sense_shows_everything(client_of, accountant, city, grant, query):
    rows.entry(city)
    page = client_of(accountant).get(f"/grants/{grant.pk}/tags/?{query}")
    assert len(page.context["rows"]) == 1
