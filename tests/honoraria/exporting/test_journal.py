"""The journal of payments that came back: what was booked once stays, and is booked back later."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.times import instant
from honoraria.exporting import runs
from honoraria.exporting.datasets import DATASETS
from honoraria.exporting.shapes import shipped
from honoraria.exporting.wishes import Wish
from honoraria.gift_cards import ledger
from honoraria.gift_cards.actions.returning import kept_by
from honoraria.models import GiftCardKind, Payment
from honoraria.months import Month
from tests import factories
from tests.factories import NOW
from tests.honoraria.exporting.paying import paid
from tests.honoraria.exporting.test_examples import content_of

JOURNAL = DATASETS["journal"]
FIRST = date(2026, 10, 1)


def came_back(payment: Payment, on: date) -> Payment:
    """The bank sent it back; recorded ``on``."""
    payment.state, payment.returned_on = "returned", on
    payment.save()
    return payment


def lines(organization: Any, month: str) -> list[dict[str, Any]]:
    """The journal of a month, by the names of its columns; accounts by their keys."""
    names = [column.name for column in JOURNAL.columns]
    rows = JOURNAL.rows(organization, Wish.read({"month": month}))
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_a_transfer_that_came_back_is_booked_back_on_the_day_it_was_recorded(city):
    payment = came_back(paid(organization=city), date(2026, 12, 4))
    before, after = lines(city, "2026-11"), lines(city, "2026-12")
    assert [(one["paid"], one["debit"], one["credit"], one["amount"]) for one in before] == [
        (date(2026, 11, 30), "expense", "bank", 6501),
        (date(2026, 11, 30), "expense", "withheld", 739),
    ]
    assert [(one["paid"], one["debit"], one["credit"], one["amount"]) for one in after] == [
        (date(2026, 12, 4), "bank", "expense", 6501),
        (date(2026, 12, 4), "withheld", "expense", 739),
    ]
    assert {one["payment"] for one in before + after} == {payment.pk}
    assert [one["purpose"] for one in after] == ["振込不能の戻し ", "振込不能の戻し 源泉所得税 "]


def test_a_return_on_the_day_of_payment_is_an_entry_of_its_own(city):
    came_back(paid(organization=city), date(2026, 11, 30))
    assert [one["serial"] for one in lines(city, "2026-11")] == [1, 1, 2, 2]
    assert sum(one["signed"] for one in lines(city, "2026-11")) == 0


def test_cards_that_were_given_back_go_back_into_the_stock(city):
    given_back = paid(organization=city, method="gift_card", gross=2000, withheld=0)
    came_back(given_back, date(2026, 12, 4))
    [line] = lines(city, "2026-12")
    assert (line["debit"], line["credit"], line["purpose"]) == (
        "gift_card",
        "expense",
        "支払の戻し ",
    )


def accounts_of(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Debits less credits by account, zero sums left out."""
    sums = Counter[str]()
    for row in rows:
        sums[row["debit"]] += row["amount"]
        sums[row["credit"]] -= row["amount"]
    return {account: yen for account, yen in sums.items() if yen}


def test_transport_is_booked_as_travel_as_in_the_claim(city):
    paid(organization=city, gross=7240, transport=240, withheld=739)
    rows = lines(city, "2026-11")
    wanted = {"expense": 7000, "travel": 240, "bank": -6501, "withheld": -739}
    assert accounts_of(rows) == wanted
    assert [one["purpose"] for one in rows] == ["", "交通費 ", "源泉所得税 "]


@pytest.mark.parametrize(
    ("gross", "transport", "withheld"),
    [
        (460, 460, 46),  # nothing but transport, which is taxed as well
        (1000, 950, 102),  # a fee that is smaller than the tax
        (980, 880, 100),  # … and as large
        (4700, -300, 479),  # the transport of another month was taken back
        (400, 3400, 40),  # the fee was
    ],
)
def test_whatever_was_netted_every_line_is_positive_and_the_accounts_agree(
    city, gross, transport, withheld
):
    paid(organization=city, gross=gross, transport=transport, withheld=withheld)
    rows = lines(city, "2026-11")
    assert all(one["amount"] > 0 for one in rows)
    wanted = {"expense": gross - transport, "travel": transport, "bank": withheld - gross}
    wanted = {key: yen for key, yen in wanted.items() if yen}
    assert accounts_of(rows) == wanted | {"withheld": -withheld}
    assert sum(one["signed"] for one in rows if one["purpose"] != "取消しの差引き ") == gross
    deals = Counter[str]()
    for one in rows:
        deals[one["deal_account"]] += one["deal_amount"]
    assert sum(deals.values()) == rows[0]["settle_amount"] == gross - withheld
    assert deals["travel"] == transport


@pytest.mark.parametrize(
    ("cards", "wanted"),
    [
        ({1000: 2, 500: 1}, {"expense": 2500, "gift_card": -2500}),
        ({1000: 3}, {"expense": 2500, "difference": 500, "gift_card": -3000}),
        ({1000: 2}, {"expense": 2500, "gift_card": -2000, "payable": -500}),
    ],
)
def test_cards_leave_the_stock_by_their_face_value(city, accountant, cards, wanted):
    payment = paid(organization=city, method="gift_card", gross=2500, withheld=0)
    for value, count in cards.items():
        kind = GiftCardKind.objects.create(organization=city, name="図書カード", face_value=value)
        more = {"by": accountant, "at": instant(payment.paid_on, 720), "on": payment.paid_on}
        ledger.write(kind, "opening", count, **more)
        ledger.write(kind, "handed_out", -count, payment=payment, **more)
    rows = lines(city, "2026-11")
    assert accounts_of(rows) == wanted
    assert sum(one["deal_amount"] for one in rows) == rows[0]["settle_amount"]
    assert rows[0]["settle_amount"] == -wanted["gift_card"]
    return_all(payment, date(2026, 12, 4), accountant)
    back = lines(city, "2026-12")
    assert accounts_of(back) == {account: -yen for account, yen in wanted.items()}
    assert accounts_of(lines(city, "2026-11")) == wanted


def return_all(payment: Payment, on: date, by: Any) -> None:
    """All cards are back in the box."""
    for key, count in kept_by(payment).items():
        kind = GiftCardKind.objects.get(pk=key)
        at = instant(on, 720)
        ledger.write(kind, "returned", count, on=on, by=by, at=at, payment=payment)
    came_back(payment, on)


EXCHANGES = [  # cards handed out, what the exchange moves, what it does to the accounts
    ({1000: 2, 500: 1}, {1000: 1}, {1000: -1}, {}),  # one that nobody can read
    ({1000: 2, 500: 1}, {500: 1}, {1000: -1}, {"difference": 500, "gift_card": -500}),
    ({1000: 3}, {1000: 1}, {500: -1}, {"difference": -500, "gift_card": 500}),
    ({1000: 2}, {1000: 1}, {1000: -1, 500: -1}, {"payable": 500, "gift_card": -500}),
    ({1000: 2}, {1000: 1}, {1000: -2}, {"payable": 500, "difference": 500, "gift_card": -1000}),
    ({1000: 3}, {1000: 1}, {}, {"payable": -500, "difference": -500, "gift_card": 1000}),
]


@pytest.mark.parametrize(("cards", "back", "instead", "change"), EXCHANGES)
@pytest.mark.parametrize("later", [False, True])
def test_an_exchange_books_the_change_of_the_face_value_on_its_day(
    city, accountant, cards, back, instead, change, later
):
    payment = paid(organization=city, method="gift_card", gross=2500, withheld=0)
    kinds = {}
    for value in (1000, 500):
        kinds[value] = GiftCardKind.objects.create(
            organization=city, name="図書カード", face_value=value
        )

    def move(verb: str, value: int, change: int, on: date, minute: int, of: Any = payment) -> None:
        at = instant(on, minute)
        ledger.write(kinds[value], verb, change, by=accountant, at=at, on=on, payment=of)

    day = payment.paid_on
    for value in kinds:
        move("opening", value, 9, day, 600, None)
    for value, count in cards.items():
        move("handed_out", value, -count, day, 720)
    before = accounts_of(lines(city, "2026-11"))
    swap = date(2026, 12, 2) if later else day
    for value, count in back.items():
        move("returned", value, count, swap, 730)
    for value, count in instead.items():
        move("handed_out", value, count, swap, 730)

    both = accounts_of(lines(city, "2026-11"))
    if later:
        assert both == before  # what was taken in stays right
        assert accounts_of(lines(city, "2026-12")) == change
        assert {one["purpose"] for one in lines(city, "2026-12")} <= {"交換 額面との差額 "}
    rows = lines(city, "2026-12" if later else "2026-11")
    whole = Counter(before)
    whole.update(change)
    found = Counter(both)
    found.update(accounts_of(lines(city, "2026-12")) if later else {})
    assert {key: yen for key, yen in found.items() if yen} == {
        key: yen for key, yen in whole.items() if yen
    }
    assert all(one["amount"] > 0 for one in rows)
    for serial in {one["serial"] for one in rows}:
        deal = [one for one in rows if one["serial"] == serial]
        assert sum(one["deal_amount"] for one in deal) == deal[0]["settle_amount"] >= 0
    return_all(payment, date(2027, 1, 7), accountant)
    last = accounts_of(lines(city, "2027-01"))
    assert {account: -yen for account, yen in last.items()} == {
        key: yen for key, yen in whole.items() if yen
    }


@pytest.mark.parametrize("code", ["yayoi", "moneyforward", "freee"])
def test_every_shipped_form_can_write_a_return(city, code):
    came_back(paid(organization=city), date(2026, 11, 30))
    user = factories.MembershipFactory(organization=city, role="accountant").user
    shape = shipped()[code]
    run = runs.start(city, "journal", {"month": "2026-11"}, shape, "csv", by=user, at=NOW)
    assert (run.state, run.rows) == ("done", 4), run.error
    text = content_of(run).decode(shape.encoding)
    assert text.count("振込不能の戻し") == 2
    if code == "freee":  # the deal the other way round, its lines still sum to what came in
        _, _, _, deal, tax = [line.split(",") for line in text.splitlines()]
        assert (deal[0], tax[0]) == ("収入", "")
        assert int(deal[8]) + int(tax[8]) == 6501


PAYMENTS = st.lists(
    st.tuples(
        st.integers(1, 90_000),  # gross
        st.integers(0, 60),  # paid so many days after the first
        st.none() | st.integers(0, 60),  # came back so many days later
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(found=PAYMENTS)
def test_the_sums_of_the_months_agree_with_what_was_paid_and_came_back(city, found):
    from django.db import transaction

    with transaction.atomic():
        wanted, before, made = Counter[str](), Counter[str](), []
        for number, (gross, after, back) in enumerate(found):
            on = FIRST + timedelta(days=after)
            tax = gross * 1021 // 10000
            made.append(
                (paid(organization=city, number=500 + number, gross=gross + 240, transport=240,
                      withheld=tax, on=on), back)
            )  # fmt: skip
            wanted[f"{on:%Y-%m}"] += gross + 240
        before.update(_sums(city))
        assert before == wanted
        for payment, back in made:
            if back is not None:
                day = payment.paid_on + timedelta(days=back)
                came_back(payment, day)
                wanted[f"{day:%Y-%m}"] -= payment.gross
        assert {key: n for key, n in _sums(city).items() if n} == {
            key: n for key, n in wanted.items() if n
        }
        standing = Payment.objects.filter(organization=city, state="paid")
        assert sum(_sums(city).values()) == sum(one.gross for one in standing)
        transaction.set_rollback(True)


def _sums(organization: Any) -> Counter[str]:
    """Yen of expense by month of the journal, what came back taken off."""
    sums, month = Counter[str](), Month.of(FIRST)
    for _ in range(6):
        rows = lines(organization, str(month))
        sums[str(month)] += sum(one["signed"] for one in rows)
        accounts = accounts_of(rows)
        spent = accounts.get("expense", 0) + accounts.get("travel", 0)
        assert spent == sum(one["signed"] for one in rows)
        month = month.after
    return sums
