"""Cards that come back: all of them, or some against others; what was receipted needs two people."""

from __future__ import annotations

import pytest

from accounts.errors import ActionError
from honoraria.gift_cards import actions
from honoraria.gift_cards.slips import slip
from honoraria.models import GiftCardKind, Honorarium, Payment
from tests.honoraria.gift_cards.box import AT, DRAWN, TODAY, assert_adds_up, cards_of, handed

pytestmark = pytest.mark.usefixtures("november")


def stock(kind: GiftCardKind) -> int:
    return GiftCardKind.objects.get(pk=kind.pk).stock


@pytest.fixture
def three(thousand, five_hundred, hana, accountant, admin) -> Payment:
    """Three cards of 1,000 yen in somebody's hands."""
    cards_of(hana, 3000)
    return handed(hana, thousand, accountant, admin)


def swap(payment, back, instead, by, **more):
    return actions.exchange(payment, back, instead, "磁気不良", on=TODAY, by=by, at=AT, **more)


def test_a_card_is_exchanged_for_another(three, thousand, accountant, admin):
    moves = swap(three, {thousand.pk: 1}, {thousand.pk: 1}, accountant)
    assert [(one.verb, one.change, one.checked_by) for one in moves] == [
        ("returned", 1, None), ("handed_out", -1, None),
    ]  # fmt: skip
    assert "磁気不良" in moves[1].reason
    three.refresh_from_db()
    assert three.state == "paid"
    assert stock(thousand) == 47
    assert_adds_up(thousand)
    assert actions.check_move(moves[0], by=admin, at=AT).checked_by == admin


def test_a_large_card_is_exchanged_for_small_ones(three, thousand, five_hundred, accountant):
    swap(three, {thousand.pk: 1}, {five_hundred.pk: 2}, accountant)
    assert (stock(thousand), stock(five_hundred)) == (48, 8)
    assert slip(three)["cards"] == [["図書カード 1,000円", 2], ["図書カード 500円", 2]]
    assert slip(three)["value"] == 3000


@pytest.mark.parametrize(
    ("back", "instead", "code"),
    [
        (0, 1, "no_cards"),
        (-1, 0, "no_cards"),
        (4, 4, "not_theirs"),
        (1, 0, "too_few_yen"),
        (1, 2, "too_many_yen"),
        (1, 60, "too_many_yen"),
    ],
)
def test_what_is_kept_must_be_what_is_paid(three, thousand, accountant, back, instead, code):
    with pytest.raises(ActionError) as caught:
        swap(three, {thousand.pk: back}, {thousand.pk: instead}, accountant, difference="x")
    assert caught.value.code == code
    assert stock(thousand) == 47


def test_one_card_too_many_comes_back(thousand, hana, accountant, admin):
    from tests.honoraria.gift_cards.box import ready

    cards_of(hana, 2500)
    payment = ready(hana, accountant, admin)
    actions.hand_out(payment, {thousand.pk: 3}, on=TODAY, difference="端数", by=accountant, at=AT)
    with pytest.raises(ActionError) as caught:
        swap(payment, {thousand.pk: 1}, {}, accountant)
    assert caught.value.code == "difference"
    swap(payment, {thousand.pk: 1}, {}, accountant, difference="500円は現金")
    assert stock(thousand) == 48


def test_after_a_receipt_only_cards_of_the_same_value_are_exchanged(
    thousand, hana, accountant, admin
):
    from tests.honoraria.gift_cards.box import ready

    cards_of(hana, 2500)
    payment = ready(hana, accountant, admin)
    actions.hand_out(payment, {thousand.pk: 3}, on=TODAY, difference="端数", by=accountant, at=AT)
    actions.sign(payment, path=DRAWN, by=None, at=AT)
    with pytest.raises(ActionError) as caught:
        swap(payment, {thousand.pk: 1}, {}, accountant, difference="500円は現金")
    assert caught.value.code == "receipted"
    swap(payment, {thousand.pk: 1}, {thousand.pk: 1}, accountant, difference="端数")


def test_all_come_back_after_an_exchange(three, thousand, five_hundred, accountant):
    swap(three, {thousand.pk: 1}, {five_hundred.pk: 2}, accountant)
    back = actions.return_cards(three, "辞退", on=TODAY, by=accountant, at=AT)
    assert {one.kind_id: one.change for one in back} == {thousand.pk: 2, five_hundred.pk: 2}
    assert (stock(thousand), stock(five_hundred)) == (50, 10)
    assert Honorarium.objects.get().state == "closed"
    with pytest.raises(ActionError) as caught:
        swap(three, {thousand.pk: 1}, {thousand.pk: 1}, accountant)
    assert caught.value.code == "not_handed_out"


def test_receipted_cards_are_declared_returned_by_somebody_else(three, thousand, accountant, admin):
    actions.sign(three, path=DRAWN, by=None, at=AT)
    with pytest.raises(ActionError) as caught:
        actions.return_cards(three, "渡していない", on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "receipted"
    assert Honorarium.objects.get().state == "paid"
    actions.return_cards(three, "本人が辞退", on=TODAY, by=admin, at=AT)
    assert Honorarium.objects.get().state == "closed"


def test_the_page_exchanges(client_of, clock, three, thousand, accountant):
    clock.at = AT
    page = f"/gift-cards/payments/{three.pk}/"
    assert "一部だけ返却・交換する" in client_of(accountant).get(page).content.decode()
    data = {f"back_{thousand.pk}": "1", f"instead_{thousand.pk}": "1", "reason": "汚れ"}
    client_of(accountant).post(f"{page}exchange/", data | {"on": f"{TODAY}"})
    assert list(thousand.moves.values_list("change", flat=True))[-2:] == [1, -1]
    client_of(accountant).post(f"{page}exchange/", data)
    assert thousand.moves.count() == 4
