"""Two people at one box at the same moment; each race has a control that shows it unguarded."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from honoraria.gift_cards import actions, ledger
from honoraria.models import GiftCardKind, GiftCardMove, Payment
from tests.honoraria.at_once import in_threads
from tests.honoraria.gift_cards.box import AT, ON, TODAY, assert_adds_up, cards_of, ready

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three(city, accountant):
    """Three cards."""
    kind = actions.add_kind(city, "図書カード", 1000, by=accountant, at=AT)
    actions.open_stock(kind, 3, on=ON, by=accountant, at=AT)
    return kind


def take(kind: GiftCardKind, accountant) -> Callable[[], object]:
    return lambda: actions.spoil(kind, 1, on=TODAY, reason="破れ", by=accountant, at=AT)


def test_of_six_who_take_one_of_three_cards_three_are_refused(three, accountant):
    outcomes = in_threads(*[take(three, accountant)] * 6)
    assert outcomes == ["done"] * 3 + ["insufficient_stock"] * 3
    assert GiftCardKind.objects.get().stock == 0
    assert_adds_up(three)


def test_without_the_lock_the_database_still_keeps_the_second_out(three, accountant, monkeypatch):
    """The control: both read the stock before either writes, so the second's balance is wrong."""
    both = threading.Barrier(2, timeout=20)

    def read_without_lock(organization, keys):
        found = {row.pk: row for row in GiftCardKind.objects.filter(pk__in=set(keys))}
        both.wait()
        return found

    monkeypatch.setattr(ledger, "lock_kinds", read_without_lock)
    assert in_threads(*[take(three, accountant)] * 2) == ["IntegrityError", "done"]
    assert [move.balance for move in GiftCardMove.objects.order_by("id")] == [3, 2]
    assert_adds_up(three)


def test_two_people_hand_out_the_same_payment_once(three, hana, accountant, admin, november):
    cards_of(hana, 1000)
    payment = ready(hana, accountant, admin)
    hand = lambda: actions.hand_out(payment, {three.pk: 1}, on=TODAY, by=admin, at=AT)
    assert in_threads(hand, hand) == ["done", "wrong_state"]
    assert GiftCardMove.objects.filter(verb="handed_out").count() == 1
    assert_adds_up(three)


def test_the_last_cards_go_to_one_of_two_people(three, hana, minh, accountant, admin, november):
    jobs = []
    for person in (hana, minh):
        cards_of(person, 2000)
        payment = ready(person, accountant, admin)
        jobs.append(
            lambda payment=payment: actions.hand_out(
                payment, {three.pk: 2}, on=TODAY, by=accountant, at=AT
            )
        )
    assert in_threads(*jobs) == ["done", "insufficient_stock"]
    assert sorted(Payment.objects.values_list("state", flat=True)) == ["paid", "planned"]
    assert_adds_up(three)


def test_an_activity_is_prepared_once_when_two_people_press(
    three, hana, accountant, admin, november
):
    cards_of(hana, 1000)
    jobs = [
        lambda by=by: actions.prepare_hand_out(hana, on=TODAY, by=by, at=AT)
        for by in (accountant, admin)
    ]
    assert in_threads(*jobs) == ["done", "nothing_to_pay"]
    assert Payment.objects.count() == 1


def test_a_volunteer_who_presses_twice_signs_once(three, hana, accountant, admin, november):
    cards_of(hana, 1000)
    payment = ready(hana, accountant, admin)
    actions.hand_out(payment, {three.pk: 1}, on=TODAY, by=accountant, at=AT)
    sign = lambda: actions.sign(payment, name="山田 花", by=None, at=AT)
    assert in_threads(sign, sign) == ["already_received", "done"]
