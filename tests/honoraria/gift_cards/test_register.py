"""The register: what the project's examples say, balances, order of days, checks, corrections."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.gift_cards import actions
from honoraria.models import GiftCardCount, GiftCardKind, GiftCardMove, Payment
from honoraria.months import Month
from tests.honoraria.gift_cards.box import (
    AT,
    DRAWN,
    ON,
    TODAY,
    assert_adds_up,
    cards_of,
    handed,
    ready,
)

EXAMPLES = {
    one["id"]: one
    for one in json.loads((Path(__file__).parents[2] / "data/money_examples.json").read_text())[
        "examples"
    ]
    if one["fn"] == "giftcard.ledger"
}


def test_both_examples_are_there():
    assert sorted(EXAMPLES) == ["H38", "H39"]


@pytest.fixture
def ledger_of(city, accountant, admin, hana, minh, november):
    """Runs the events of an example against the real actions; returns the kind."""

    def run(example: dict) -> GiftCardKind:
        kind = actions.add_kind(city, "図書カード", 1000, by=accountant, at=AT)
        actions.open_stock(kind, example["opening"], on=ON, by=accountant, at=AT)
        receivers = iter([hana, minh, _third(city)])
        for event in example["events"]:
            if "in" in event:
                cost, reason = event["unit_cost"], event["reason"]
                actions.buy(
                    kind, event["in"], on=ON, unit_cost=cost, reason=reason, by=accountant, at=AT
                )
            elif "to" in event:
                person = next(receivers)
                cards_of(person, 1000 * event["out"])
                payment = handed(person, kind, accountant, admin)
                if event["receipt"]:
                    actions.sign(payment, path=DRAWN, by=None, at=AT)
            else:
                reason = event["reason"]
                actions.spoil(kind, event["out"], on=TODAY, reason=reason, by=accountant, at=AT)
        kind.refresh_from_db()
        return kind

    return run


def _third(city):
    from tests import factories

    return factories.VolunteerFactory(organization=city)


def test_h38_purchase_hand_outs_and_a_spoiled_card(ledger_of):
    expected = EXAMPLES["H38"]["expected"]
    kind = ledger_of(EXAMPLES["H38"]["input"])
    moves = list(kind.moves.order_by("id"))
    assert [move.balance for move in moves][1:] == expected["running"]
    assert kind.stock == expected["balance"]
    given_out = -sum(move.change for move in moves if move.verb == "handed_out")
    assert given_out == expected["issued_to_volunteers"]
    assert given_out * kind.face_value == expected["issued_value"]
    paid = Payment.objects.filter(state="paid")
    assert sum(one.net for one in paid) == expected["issued_value"]
    assert not paid.filter(receipt_at=None).exists()
    assert_adds_up(kind)


def test_h39_more_than_there_is_is_refused(ledger_of):
    expected = EXAMPLES["H39"]["expected"]
    with pytest.raises(ActionError) as caught:
        ledger_of(EXAMPLES["H39"]["input"])
    assert caught.value.code == expected["error"]
    kind = GiftCardKind.objects.get()
    assert kind.stock == expected["balance"]
    assert Payment.objects.get().state == "planned"  # nothing half-written
    assert_adds_up(kind)


def test_the_database_refuses_a_negative_stock_by_itself(thousand):
    with pytest.raises(IntegrityError), transaction.atomic():
        GiftCardKind.objects.filter(pk=thousand.pk).update(stock=-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        GiftCardMove.objects.filter(kind=thousand).update(balance=-1)


def refused(change) -> str:
    """The name of the rule by which the database refuses something."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        change()
    return caught.value.__cause__.diag.constraint_name


def test_the_database_keeps_every_line_as_it_was_written(thousand, accountant, admin):
    mine = GiftCardMove.objects.filter(kind=thousand)
    for change in ({"change": 5}, {"reason": "x"}, {"on": TODAY}, {"handled_by": admin}):
        assert refused(lambda change=change: mine.update(**change)) == "register_lines_stay"
    assert refused(mine.delete) == "register_lines_stay"
    actions.check_move(mine.get(), by=admin, at=AT)
    assert refused(lambda: mine.update(checked_by=accountant)) == "register_lines_stay"
    assert refused(lambda: mine.update(checked_at=None)) == "register_lines_stay"


def test_the_database_keeps_stock_and_register_together(thousand, accountant):
    kinds = GiftCardKind.objects.filter(pk=thousand.pk)
    assert refused(lambda: kinds.update(stock=51)) == "stock_is_the_last_balance"
    assert refused(lambda: kinds.update(face_value=500)) == "stock_is_the_last_balance"
    line = {"kind": thousand, "on": TODAY, "verb": "bought", "handled_at": AT}
    for change, balance in ((5, 54), (5, 5), (-1, 50)):
        new = GiftCardMove(change=change, balance=balance, handled_by=accountant, **line)
        assert refused(new.save) == "balances_follow_on"
    more = GiftCardKind(organization=thousand.organization, name="x", face_value=1, stock=3)
    assert refused(more.save) == "stock_is_the_last_balance"
    kinds.update(active=False, name="図書カードNEXT")


def test_the_database_keeps_a_checked_count(thousand, accountant, admin):
    made = actions.count(thousand, Month(2026, 12), 50, by=accountant, at=AT)
    mine = GiftCardCount.objects.filter(pk=made.pk)
    mine.update(counted_at=AT)
    actions.check_count(made, by=admin, at=AT, seen=50)
    assert refused(lambda: mine.update(counted=49, reason="x")) == "checked_counts_stay"
    assert refused(mine.delete) == "checked_counts_stay"


def test_a_line_never_stands_before_one_of_a_later_day(thousand, accountant):
    actions.spoil(thousand, 1, on=TODAY, reason="破れ", by=accountant, at=AT)
    with pytest.raises(ActionError) as caught:
        actions.buy(thousand, 5, on=ON, unit_cost=1000, reason="No.1", by=accountant, at=AT)
    assert (caught.value.code, caught.value.field) == ("day_order", "on")
    assert "2026年12月3日" in caught.value.text


def test_no_line_is_written_into_a_closed_month(thousand, accountant, admin, november, city):
    late = actions.add_kind(city, "QUOカード", 500, by=accountant, at=AT)
    day = date(2026, 11, 30)
    for write in (
        lambda: actions.open_stock(late, 5, on=day, by=accountant, at=AT),
        lambda: actions.buy(late, 5, on=day, unit_cost=1, reason="1", by=accountant, at=AT),
    ):
        with pytest.raises(ActionError) as caught:
            write()
        assert caught.value.code == "month_closed"
    assert not late.moves.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"count": 0}, "bad_count"),
        ({"count": -5}, "bad_count"),
        ({"count": 100_001}, "bad_count"),
        ({"on": TODAY + timedelta(days=1)}, "future_day"),
        ({"reason": "  "}, "reason_missing"),
        ({"unit_cost": -1}, "bad_cost"),
    ],
)
def test_what_cannot_have_been_bought_is_refused(thousand, accountant, change, code):
    fields = {"count": 5, "on": ON, "unit_cost": 990, "reason": "領収書 No.1"} | change
    count = fields.pop("count")
    with pytest.raises(ActionError) as caught:
        actions.buy(thousand, count, **fields, by=accountant, at=AT)
    assert caught.value.code == code
    assert_adds_up(thousand)


def test_carrying_over_is_only_for_the_first_line(thousand, accountant):
    with pytest.raises(ActionError) as caught:
        actions.open_stock(thousand, 5, on=ON, by=accountant, at=AT)
    assert caught.value.code == "register_begun"
    actions.take_back(thousand.moves.get(), "枚数の間違い", on=ON, by=accountant, at=AT)
    actions.open_stock(thousand, 5, on=ON, by=accountant, at=AT)
    assert GiftCardKind.objects.get().stock == 5
    assert_adds_up(thousand)


def test_the_same_kind_is_not_added_twice(city, thousand, accountant):
    with pytest.raises(ActionError) as caught:
        actions.add_kind(city, " 図書カード ", 1000, by=accountant, at=AT)
    assert caught.value.code == "kind_exists"


def test_a_kind_in_stock_stays_in_use(thousand, accountant):
    with pytest.raises(ActionError) as caught:
        actions.set_active(thousand, False, by=accountant, at=AT)
    assert caught.value.code == "still_in_stock"
    actions.spoil(thousand, 50, on=ON, reason="水濡れ", by=accountant, at=AT)
    assert not actions.set_active(thousand, False, by=accountant, at=AT).active
    with pytest.raises(ActionError) as caught:
        actions.buy(thousand, 5, on=ON, unit_cost=1, reason="No.1", by=accountant, at=AT)
    assert caught.value.code == "kind_ended"


def test_a_mistake_is_undone_once_by_a_second_line(thousand, accountant):
    bought = actions.buy(thousand, 1000, on=ON, unit_cost=1000, reason="No.1", by=accountant, at=AT)
    undone = actions.take_back(bought, "100の間違い", on=ON, by=accountant, at=AT)
    assert (undone.verb, undone.change, undone.balance) == ("bought", -1000, 50)
    for line in (bought, undone):
        with pytest.raises(ActionError) as caught:
            actions.take_back(line, "もう一度", on=ON, by=accountant, at=AT)
        assert caught.value.code in {"already_taken_back", "use_return"}
    assert_adds_up(thousand)


def test_a_purchase_that_was_handed_out_since_is_not_undone(
    thousand, accountant, admin, hana, november
):
    cards_of(hana, 1000)
    handed(hana, thousand, accountant, admin)
    with pytest.raises(ActionError) as caught:
        actions.take_back(thousand.moves.first(), "間違い", on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "insufficient_stock"
    with pytest.raises(ActionError) as caught:
        actions.take_back(thousand.moves.last(), "間違い", on=TODAY, by=accountant, at=AT)
    assert caught.value.code == "use_return"


def test_a_line_is_checked_by_somebody_else_once(thousand, accountant, admin):
    spoiled = actions.spoil(thousand, 1, on=ON, reason="破れ", by=accountant, at=AT)
    with pytest.raises(ActionError) as caught:
        actions.check_move(spoiled, by=accountant, at=AT)
    assert caught.value.code == "same_person"
    assert actions.check_move(spoiled, by=admin, at=AT).checked_by == admin
    with pytest.raises(ActionError) as caught:
        actions.check_move(spoiled, by=admin, at=AT)
    assert caught.value.code == "checked"


def test_one_person_may_check_where_the_organization_allows_it_and_it_is_said(
    city, thousand, accountant
):
    city.policy["single_handed"] = True
    city.save()
    spoiled = actions.spoil(thousand, 1, on=ON, reason="破れ", by=accountant, at=AT)
    actions.check_move(spoiled, by=accountant, at=AT)
    line = AuditEntry.objects.filter(verb="gift_cards.checked").get()
    assert line.detail["single_handed"] is True


def test_everything_is_in_the_audit_trail_in_words(thousand, accountant, admin, hana, november):
    from accounts import audit

    cards_of(hana, 1000)
    payment = ready(hana, accountant, admin)
    actions.hand_out(payment, {thousand.pk: 1}, on=TODAY, by=accountant, at=AT)
    actions.sign(payment, path=DRAWN, by=None, at=AT)
    exchanged = {thousand.pk: 1}
    actions.exchange(payment, exchanged, exchanged, "汚れ", on=TODAY, by=accountant, at=AT)
    actions.return_cards(payment, "辞退", on=TODAY, by=admin, at=AT)
    verbs = set(AuditEntry.objects.filter(verb__startswith="gift_cards").values_list("verb"))
    assert {verb for (verb,) in verbs} >= {
        "gift_cards.kind_added",
        "gift_cards.opening",
        "gift_cards.handed_out",
        "gift_cards.received",
        "gift_cards.returned",
        "gift_cards.exchanged",
    }
    assert all(verb in audit.WORDS for (verb,) in verbs)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "spoil", "undo", "count"]), st.integers(-3, 60), st.integers(0, 3)
    ),
    max_size=12,
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
def test_after_any_history_the_balance_is_the_sum_of_the_lines(city, accountant, admin, steps):
    """Refusals included: they leave nothing behind."""
    with transaction.atomic():
        kind = actions.add_kind(city, "商品券", 500, by=accountant, at=AT)
        for number, (verb, count, back) in enumerate(steps):
            at, on = AT + timedelta(days=number), TODAY + timedelta(days=number - back)
            before = kind.moves.count(), GiftCardKind.objects.get(pk=kind.pk).stock
            try:
                _step(kind, verb, count, on, at, accountant, admin)
            except ActionError:
                assert (
                    kind.moves.count(),
                    GiftCardKind.objects.get(pk=kind.pk).stock,
                ) == before
            assert_adds_up(kind)
        days = list(kind.moves.order_by("id").values_list("on", flat=True))
        assert days == sorted(days)
        transaction.set_rollback(True)


def _step(kind, verb, count, on: date, at, accountant, admin) -> None:
    if verb == "buy":
        actions.buy(kind, count, on=on, unit_cost=500, reason="No.", by=accountant, at=at)
    elif verb == "spoil":
        actions.spoil(kind, count, on=on, reason="破れ", by=accountant, at=at)
    elif verb == "undo":
        moves = list(kind.moves.order_by("id"))
        if moves:
            move = moves[count % len(moves)]
            actions.take_back(move, "間違い", on=on, by=accountant, at=at)
    else:
        from accounts.times import local
        from honoraria.months import Month

        month = Month.of(local(at).date())
        made = actions.count(kind, month, count, reason="不明", by=accountant, at=at)
        actions.check_count(made, by=admin, at=at, seen=made.counted)
