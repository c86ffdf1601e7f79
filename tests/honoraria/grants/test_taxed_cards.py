"""Where gift cards are taxed, the claim has what the organization spent: the cards and the tax."""

from __future__ import annotations

from honoraria.grants.claim import picture
from honoraria.grants.proofs import proofs_of
from tests.honoraria.gift_cards.box import books_open, cards_of, ready
from tests.honoraria.grants import rows
from tests.honoraria.payments.paying import close_november, reversal_of


def test_the_tax_on_top_is_shared_among_the_lines_to_the_yen(city, hana, accountant, admin):
    city.policy["gift_cards_taxed"] = True
    city.save()
    grant = rows.programme(city)
    close_november(city, admin)
    entries = [cards_of(hana, yen) for yen in (1000, 2000, 500, 700)]
    entries.append(cards_of(hana, 800, tax="expenses"))
    for one in entries:
        rows.judged(grant, one)
    before = picture(grant).lines
    assert [(line.amount, line.on_top) for line in before][:2] == [(1000, 0), (2000, 0)]
    payment = ready(hana, accountant, admin)
    lines = picture(grant).lines
    assert payment.net == 5000
    assert sum(line.on_top for line in lines) == payment.withheld == 477
    assert [line.on_top for line in lines][-1] == 0
    assert sum(line.amount for line in lines) == payment.gross
    said = [row for proof in proofs_of(city, lines) for part in proof.parts for row in part[1]]
    assert any("カードの分を団体が負担" in row[1] for row in said)


def test_a_reversal_takes_its_share_back(city, hana, accountant, admin):
    city.policy["gift_cards_taxed"] = True
    city.save()
    grant = rows.programme(city)
    close_november(city, admin)
    gone = cards_of(hana, 3000)
    kept = cards_of(hana, 2000)
    with books_open():
        back = reversal_of(gone)
    for one in (gone, kept, back):
        rows.judged(grant, one)
    payment = ready(hana, accountant, admin)
    lines = picture(grant).lines
    assert sum(line.amount for line in lines) == payment.gross == 2227
