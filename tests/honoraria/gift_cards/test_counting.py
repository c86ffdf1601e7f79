"""Counting the box: with a second person, the difference as a line, and the month's checklist."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from accounts.errors import ActionError
from honoraria.closing.checklist import checklist
from honoraria.gift_cards import actions
from honoraria.gift_cards.overview import counts_of
from honoraria.models import GiftCardKind, GiftCardMove
from honoraria.months import Month
from tests.honoraria.gift_cards.box import AT, ON, TODAY, assert_adds_up, cards_of, handed

DECEMBER = Month(2026, 12)


def test_a_difference_becomes_a_line_when_somebody_else_has_counted(thousand, accountant, admin):
    made = actions.count(thousand, DECEMBER, 48, reason="紛失", by=accountant, at=AT)
    assert thousand.moves.count() == 1
    with pytest.raises(ActionError) as caught:
        actions.check_count(made, by=accountant, at=AT, seen=48)
    assert caught.value.code == "same_person"
    done = actions.check_count(made, by=admin, at=AT, seen=48)
    assert (done.move.verb, done.move.change, done.move.balance) == ("counted", -2, 48)
    assert (done.move.handled_by, done.move.checked_by) == (accountant, admin)
    assert_adds_up(thousand)
    for again in (
        lambda: actions.check_count(made, by=admin, at=AT, seen=48),
        lambda: actions.count(thousand, DECEMBER, 48, by=accountant, at=AT),
    ):
        with pytest.raises(ActionError):
            again()


def test_last_month_is_held_against_its_last_day(city, accountant, admin):
    late = datetime(2026, 11, 30, 1, tzinfo=UTC)
    kind = actions.add_kind(city, "図書カード", 1000, by=accountant, at=late)
    actions.open_stock(kind, 10, on=date(2026, 11, 30), by=accountant, at=late)
    actions.buy(kind, 50, on=ON, unit_cost=1000, reason="No.1", by=accountant, at=AT)
    made = actions.count(kind, Month(2026, 11), 10, by=accountant, at=AT)
    assert (made.expected, made.counted) == (10, 10)
    assert actions.check_count(made, by=admin, at=AT, seen=10).move is None
    missing = actions.count(kind, DECEMBER, 58, reason="紛失", by=accountant, at=AT)
    assert missing.expected == 60


def test_a_difference_of_last_month_is_a_line_of_this_one(city, accountant, admin):
    late = datetime(2026, 11, 30, 1, tzinfo=UTC)
    kind = actions.add_kind(city, "図書カード", 1000, by=accountant, at=late)
    actions.open_stock(kind, 10, on=date(2026, 11, 30), by=accountant, at=late)
    actions.buy(kind, 50, on=ON, unit_cost=1000, reason="No.1", by=accountant, at=AT)
    made = actions.count(kind, Month(2026, 11), 9, reason="紛失", by=accountant, at=AT)
    done = actions.check_count(made, by=admin, at=AT, seen=9)
    assert (done.move.on, done.move.change, done.move.balance) == (TODAY, -1, 59)
    assert_adds_up(kind)


def test_the_page_shows_the_register_of_the_months_end(client_of, clock, city, accountant):
    late = datetime(2026, 11, 30, 1, tzinfo=UTC)
    kind = actions.add_kind(city, "図書カード", 1000, by=accountant, at=late)
    actions.open_stock(kind, 10, on=date(2026, 11, 30), by=accountant, at=late)
    actions.buy(kind, 50, on=ON, unit_cost=1000, reason="No.1", by=accountant, at=AT)
    clock.at = AT
    page = client_of(accountant).get("/gift-cards/counts/?month=2026-11").content.decode()
    assert "その後の増減 +50枚、今の残数 60枚" in page


def test_what_agrees_leaves_no_line(thousand, accountant, admin):
    made = actions.count(thousand, DECEMBER, 50, reason="要らない", by=accountant, at=AT)
    assert made.reason == ""
    assert actions.check_count(made, by=admin, at=AT, seen=50).move is None
    assert thousand.moves.count() == 1


def test_a_difference_needs_a_reason(thousand, accountant):
    with pytest.raises(ActionError) as caught:
        actions.count(thousand, DECEMBER, 51, by=accountant, at=AT)
    assert (caught.value.code, caught.value.field) == ("reason_missing", "reason")


def test_counting_again_replaces_what_nobody_checked(thousand, accountant, admin):
    first = actions.count(thousand, DECEMBER, 48, reason="紛失", by=accountant, at=AT)
    actions.count(thousand, DECEMBER, 50, by=accountant, at=AT)
    with pytest.raises(ActionError) as caught:
        actions.check_count(first, by=admin, at=AT, seen=48)
    assert caught.value.code == "changed_meanwhile"
    assert actions.check_count(first, by=admin, at=AT, seen=50).move is None


def test_cards_that_left_after_the_count_do_not_change_the_difference(thousand, accountant, admin):
    made = actions.count(thousand, DECEMBER, 49, reason="紛失", by=accountant, at=AT)
    actions.spoil(thousand, 10, on=TODAY, reason="破れ", by=accountant, at=AT)
    assert actions.check_count(made, by=admin, at=AT, seen=49).move.balance == 39
    assert_adds_up(thousand)


@pytest.mark.parametrize("month", [Month(2026, 10), Month(2027, 1)])
def test_only_this_month_and_the_last_are_counted(thousand, accountant, month):
    with pytest.raises(ActionError) as caught:
        actions.count(thousand, month, 50, by=accountant, at=AT)
    assert caught.value.code == "bad_month"


def points(city, month=DECEMBER) -> dict[str, tuple[int, bool]]:
    found = checklist(city, month, AT)
    return {one.code: (one.count, one.blocks) for one in found if one.code.startswith("gift_cards")}


def test_the_months_checklist_warns_of_what_is_not_counted_and_not_receipted(
    city, thousand, five_hundred, hana, accountant, admin, november
):
    cards_of(hana, 1000)
    payment = handed(hana, thousand, accountant, admin)
    assert points(city) == {
        "gift_cards_uncounted": (2, False),
        "gift_cards_unreceipted": (1, False),
        "gift_cards_unchecked": (2, False),
    }
    for move in GiftCardMove.objects.filter(checked_at=None):
        actions.check_move(move, by=admin, at=AT)
    actions.tick_paper(payment, on=TODAY, by=accountant, at=AT)
    for kind in (thousand, five_hundred):
        stock = GiftCardKind.objects.get(pk=kind.pk).stock
        made = actions.count(kind, DECEMBER, stock, by=accountant, at=AT)
        actions.check_count(made, by=admin, at=AT, seen=stock)
    assert points(city) == {}


def test_a_month_before_the_register_began_has_nothing_to_count(city, town, thousand):
    assert counts_of(city, Month(2026, 11)) == []
    assert points(city, Month(2026, 11)) == {}
    assert points(town) == {}


def test_an_empty_box_is_counted_only_in_the_month_it_was_emptied(city, thousand, accountant):
    actions.spoil(thousand, 50, on=ON, reason="水濡れ", by=accountant, at=AT)
    assert len(counts_of(city, DECEMBER)) == 1
    assert counts_of(city, DECEMBER.after) == []
    assert thousand.moves.last().on == date(2026, 12, 1)
