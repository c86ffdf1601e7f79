"""Handing out: two people, the sum of the face values, once per activity, back into the box."""

from __future__ import annotations

import pytest

from accounts.errors import ActionError
from honoraria.gift_cards import actions
from honoraria.gift_cards.overview import unchecked_moves
from honoraria.models import GiftCardKind, Honorarium, Payment, PaymentLine
from honoraria.payments.actions import (
    finish_batch,
    finish_payment,
    prepare_batch,
    release_batch,
)
from tests import factories
from tests.honoraria.gift_cards.box import (
    AT,
    DRAWN,
    ON,
    TODAY,
    assert_adds_up,
    books_open,
    cards_of,
    handed,
    ready,
)
from tests.honoraria.payments.paying import reversal_of

pytestmark = pytest.mark.usefixtures("november")


def stock(kind: GiftCardKind) -> int:
    return GiftCardKind.objects.get(pk=kind.pk).stock


def test_cards_pay_the_activities_and_stand_in_the_register(thousand, hana, accountant, admin):
    entries = [cards_of(hana, 1000), cards_of(hana, 2000)]
    payment = handed(hana, thousand, accountant, admin)
    assert (payment.net, payment.withheld, payment.state) == (3000, 0, "paid")
    assert payment.paid_on == TODAY
    assert payment.batch.state == "paid"
    assert {Honorarium.objects.get(pk=one.pk).state for one in entries} == {"paid"}
    move = thousand.moves.get(verb="handed_out")
    assert (move.change, move.balance, move.volunteer, move.payment) == (-3, 47, hana, payment)
    assert (move.handled_by, move.checked_by) == (accountant, admin)


def test_it_waits_for_the_second_person(thousand, hana, accountant, admin):
    cards_of(hana, 1000)
    payment = actions.prepare_hand_out(hana, on=TODAY, by=accountant, at=AT)
    with pytest.raises(ActionError) as caught:
        actions.hand_out(payment, {thousand.pk: 1}, on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "not_released"
    with pytest.raises(ActionError) as caught:
        release_batch(payment.batch, by=accountant, at=AT)
    assert caught.value.code == "same_person"
    release_batch(payment.batch, by=admin, at=AT)
    actions.hand_out(payment, {thousand.pk: 1}, on=TODAY, by=accountant, at=AT)


def test_one_person_hands_out_at_once_where_the_organization_allows_it(
    city, thousand, hana, accountant
):
    city.policy["single_handed"] = True
    city.save()
    cards_of(hana, 1000)
    payment = actions.prepare_hand_out(hana, on=TODAY, by=accountant, at=AT)
    assert payment.batch.state == "released"
    actions.hand_out(payment, {thousand.pk: 1}, on=TODAY, by=accountant, at=AT)
    assert stock(thousand) == 49


def test_only_what_was_closed_is_handed_out(thousand, hana, accountant):
    cards_of(hana, 1000, activity_date=TODAY, state="approved")
    cards_of(hana, 1000, paid_by="cash")
    with pytest.raises(ActionError) as caught:
        actions.prepare_hand_out(hana, on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "nothing_to_pay"


def test_an_activity_is_paid_in_cards_once(thousand, hana, accountant, admin):
    cards_of(hana, 1000)
    payment = handed(hana, thousand, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.prepare_hand_out(hana, on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "nothing_to_pay"
    with pytest.raises(ActionError) as caught:
        actions.hand_out(payment, {thousand.pk: 1}, on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "wrong_state"
    assert stock(thousand) == 49


@pytest.mark.parametrize(("cards", "words"), [(2, "500円不足"), (3, "500円超過")])
def test_face_values_that_miss_the_sum_are_told(thousand, hana, accountant, admin, cards, words):
    cards_of(hana, 2500)
    payment = ready(hana, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.hand_out(payment, {thousand.pk: cards}, on=TODAY, by=accountant, at=AT)
    assert (caught.value.code, caught.value.field) == ("difference", "difference")
    assert words in caught.value.text
    assert stock(thousand) == 50
    actions.hand_out(
        payment, {thousand.pk: cards}, on=TODAY, difference="端数は現金", by=accountant, at=AT
    )
    move = thousand.moves.last()
    assert move.reason == f"{words}：端数は現金"
    assert (move.checked_at, move.checked_by) == (None, None)  # who released has not seen it
    assert move in unchecked_moves(hana.organization)
    with pytest.raises(ActionError) as caught:
        actions.check_move(move, by=accountant, at=AT)
    assert caught.value.code == "same_person"
    assert actions.check_move(move, by=admin, at=AT).checked_by == admin


@pytest.mark.parametrize(
    ("yen", "cards", "code"),
    [(500, 40, "too_many_yen"), (2500, 4, "too_many_yen"), (1000, 2, "too_many_yen"),
     (50_000, 1, "too_few_yen"), (2500, 1, "too_few_yen"), (2000, 1, "too_few_yen")],
)  # fmt: skip
def test_a_whole_card_is_no_difference_whatever_is_said(
    thousand, hana, accountant, admin, yen, cards, code
):
    cards_of(hana, yen)
    payment = ready(hana, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.hand_out(
            payment, {thousand.pk: cards}, on=TODAY, difference="x", by=accountant, at=AT
        )
    assert caught.value.code == code
    assert (stock(thousand), Payment.objects.get().state) == (50, "planned")


def test_the_smallest_card_in_use_says_what_a_difference_is(
    thousand, five_hundred, hana, accountant, admin
):
    cards_of(hana, 2500)
    payment = ready(hana, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.hand_out(
            payment, {thousand.pk: 2}, on=TODAY, difference="現金", by=accountant, at=AT
        )
    assert caught.value.code == "too_few_yen"
    assert "500円" in caught.value.text


def test_nobody_checks_the_cards_they_got(thousand, hana, accountant, admin):
    cards_of(hana, 2500)
    payment = ready(hana, accountant, admin)
    [move] = actions.hand_out(
        payment, {thousand.pk: 3}, on=TODAY, difference="端数", by=accountant, at=AT
    )
    hana.user = admin
    hana.save()
    with pytest.raises(ActionError) as caught:
        actions.check_move(move, by=admin, at=AT)
    assert caught.value.code == "own_money"


def test_several_kinds_make_up_a_sum(thousand, five_hundred, hana, accountant, admin):
    cards_of(hana, 2500)
    payment = ready(hana, accountant, admin)
    moves = actions.hand_out(
        payment, {thousand.pk: 2, five_hundred.pk: 1}, on=TODAY, by=accountant, at=AT
    )
    assert [move.change for move in moves] == [-2, -1]
    assert all(move.reason == "" for move in moves)


def test_when_one_kind_is_short_no_card_leaves_the_box(
    thousand, five_hundred, hana, accountant, admin
):
    cards_of(hana, 8000)
    payment = ready(hana, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.hand_out(
            payment, {thousand.pk: 2, five_hundred.pk: 12}, on=TODAY, by=accountant, at=AT
        )
    assert caught.value.code == "insufficient_stock"
    assert (stock(thousand), stock(five_hundred)) == (50, 10)
    assert Payment.objects.get().state == "planned"


@pytest.mark.parametrize("cards", [{}, {"own": 0}, {"own": -1}, {"own": 3, "foreign": -2}])
def test_no_cards_are_no_hand_out(thousand, hana, accountant, admin, cards):
    cards_of(hana, 1000)
    payment = ready(hana, accountant, admin)
    chosen = {thousand.pk if key == "own" else 0: count for key, count in cards.items()}
    with pytest.raises(ActionError) as caught:
        actions.hand_out(payment, chosen, on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "no_cards"


def test_another_towns_cards_are_not_handed_out(thousand, town, hana, accountant, admin):
    theirs = actions.add_kind(town, "図書カード", 1000, by=accountant, at=AT)
    actions.open_stock(theirs, 9, on=ON, by=accountant, at=AT)
    cards_of(hana, 1000)
    payment = ready(hana, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.hand_out(payment, {theirs.pk: 1}, on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "unknown_kind"
    assert stock(theirs) == 9


def test_a_reversal_is_netted(thousand, hana, accountant, admin):
    entry = cards_of(hana, 3000)
    with books_open():
        reversal_of(entry)
    cards_of(hana, 1000)
    assert handed(hana, thousand, accountant, admin).net == 1000


def test_taxed_cards_arrive_in_full_and_the_organization_bears_the_tax(
    city, thousand, hana, accountant, admin
):
    city.policy["gift_cards_taxed"] = True
    city.save()
    cards_of(hana, 3000)
    payment = ready(hana, accountant, admin)
    assert (payment.gross, payment.withheld, payment.net) == (3341, 341, 3000)
    line = payment.lines.get()
    assert (line.fee, line.taxable) == (3000, 3000)
    actions.hand_out(payment, {thousand.pk: 3}, on=TODAY, by=accountant, at=AT)
    assert thousand.moves.last().reason == ""


def test_a_decision_about_the_tax_that_changed_meanwhile_stops_the_release(
    city, thousand, hana, accountant, admin
):
    cards_of(hana, 3000)
    payment = actions.prepare_hand_out(hana, on=TODAY, by=accountant, at=AT)
    city.policy["gift_cards_taxed"] = True
    city.save()
    with pytest.raises(ActionError) as caught:
        release_batch(payment.batch, by=admin, at=AT)
    assert caught.value.code == "tax_changed"


def test_cards_that_come_back_free_the_activities(thousand, hana, accountant, admin):
    entry = cards_of(hana, 2000)
    payment = handed(hana, thousand, accountant, admin)
    back = actions.return_cards(payment, "本人が辞退", on=TODAY, by=accountant, at=AT)
    assert [(move.verb, move.change, move.balance) for move in back] == [("returned", 2, 50)]
    payment.refresh_from_db()
    assert (payment.state, payment.return_reason) == ("returned", "本人が辞退")
    assert Honorarium.objects.get(pk=entry.pk).state == "closed"
    assert not PaymentLine.objects.filter(stands=True).exists()
    with pytest.raises(ActionError):
        actions.return_cards(payment, "もう一度", on=TODAY, by=accountant, at=AT)
    assert handed(hana, thousand, accountant, admin).net == 2000
    assert_adds_up(thousand)


def test_cards_do_not_come_back_before_they_left(thousand, hana, accountant, admin):
    cards_of(hana, 1000)
    payment = ready(hana, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.return_cards(payment, "辞退", on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "wrong_state"


def test_a_batch_of_several_people_is_finished_by_the_last(
    city, thousand, hana, minh, accountant, admin
):
    cards_of(hana, 1000)
    cards_of(minh, 2000)
    batch = prepare_batch(city, "gift_card", TODAY, by=accountant, at=AT)
    release_batch(batch, by=admin, at=AT)
    for payment, state in zip(batch.payments.all(), ["released", "paid"], strict=True):
        count = payment.net // 1000
        actions.hand_out(payment, {thousand.pk: count}, on=TODAY, by=accountant, at=AT)
        batch.refresh_from_db()
        assert batch.state == state


def test_a_bank_payment_takes_no_cards(city, thousand, hana, accountant, admin):
    cards_of(hana, 1000, paid_by="cash")
    batch = prepare_batch(city, "cash", TODAY, by=accountant, at=AT)
    release_batch(batch, by=admin, at=AT)
    payment = batch.payments.get()
    for run in (
        lambda: actions.hand_out(payment, {thousand.pk: 1}, on=TODAY, by=admin, at=AT),
        lambda: actions.return_cards(payment, "x", on=TODAY, by=admin, at=AT),
    ):
        with pytest.raises(ActionError) as caught:
            run()
        assert caught.value.code == "not_cards"


def test_nothing_is_handed_out_before_the_month_was_closed(thousand, hana, accountant, admin):
    cards_of(hana, 1000)
    payment = ready(hana, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.hand_out(payment, {thousand.pk: 1}, on=ON, by=accountant, at=AT)
    assert caught.value.code == "paid_on"


def test_a_receipt_is_given_once_and_only_for_what_was_handed_out(
    thousand, hana, accountant, admin
):
    cards_of(hana, 1000)
    payment = ready(hana, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.sign(payment, path=DRAWN, by=None, at=AT)
    assert caught.value.code == "not_handed_out"
    actions.hand_out(payment, {thousand.pk: 1}, on=TODAY, by=accountant, at=AT)
    actions.sign(payment, path=DRAWN, by=None, at=AT)
    for again in (
        lambda: actions.sign(payment, name="山田 花", by=None, at=AT),
        lambda: actions.tick_paper(payment, on=TODAY, by=accountant, at=AT),
    ):
        with pytest.raises(ActionError) as caught:
            again()
        assert caught.value.code == "already_received"
    payment.refresh_from_db()
    assert (payment.signature, payment.receipt_how) == (DRAWN, "phone")


def test_a_slip_is_not_dated_before_the_cards_left(thousand, hana, accountant, admin):
    cards_of(hana, 1000)
    payment = handed(hana, thousand, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.tick_paper(payment, on=ON, by=accountant, at=AT)
    assert caught.value.code == "receipt_day"
    assert actions.tick_paper(payment, on=TODAY, by=accountant, at=AT).receipt_how == "paper"


def test_somebody_without_cards_coming_is_said(town, thousand, accountant):
    stranger = factories.VolunteerFactory(organization=thousand.organization)
    with pytest.raises(ActionError) as caught:
        actions.prepare_hand_out(stranger, on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "nothing_to_pay"


def test_cards_are_never_paid_past_the_register(thousand, hana, accountant, admin):
    cards_of(hana, 1000)
    payment = ready(hana, accountant, admin)
    for past in (
        lambda: finish_batch(payment.batch, TODAY, by=accountant, at=AT),
        lambda: finish_payment(payment, TODAY, by=accountant, at=AT),
    ):
        with pytest.raises(ActionError) as caught:
            past()
        assert caught.value.code == "cards"
    assert Payment.objects.get().state == "planned"
