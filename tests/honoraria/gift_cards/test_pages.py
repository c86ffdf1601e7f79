"""The office's pages through HTTP: from the first card to the register, and who sees nothing."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pypdfium2
import pytest
from django.urls import reverse

from honoraria.gift_cards import actions
from honoraria.models import GiftCardCount, GiftCardKind, GiftCardMove, Payment, Remittance
from tests.honoraria.gift_cards.box import AT, DRAWN, ON, TODAY, cards_of, handed, ready

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def now():
    return AT


@pytest.fixture
def office(client_of, accountant):
    return client_of(accountant)


@pytest.fixture
def boss(client_of, admin):
    return client_of(admin)


def url(name: str, *args: object) -> str:
    return reverse(f"honoraria:gift_card_{name}", args=args)


def words(response) -> str:
    return response.content.decode()


def test_from_the_first_card_to_the_receipt(office, boss, hana, november):
    office.post(url("kind_new"), {"name": "図書カード", "face_value": "１，０００円"})
    kind = GiftCardKind.objects.get()
    assert (kind.name, kind.face_value, kind.stock) == ("図書カード", 1000, 0)
    day = {"on": "2026-12-03"}
    office.post(url("move", kind.pk, "open"), {**day, "count": "5"})
    office.post(
        url("move", kind.pk, "buy"), {**day, "count": "10", "unit_cost": "980", "reason": "No.1"}
    )
    kind.refresh_from_db()
    assert kind.stock == 15

    entry = cards_of(hana, 2000)
    page = words(office.get("/gift-cards/"))
    assert "山田 花" in page
    assert "窓口で渡す" in page
    to = office.post(url("prepare", hana.pk), {"seen_total": "2000"})
    payment = Payment.objects.get()
    assert to["Location"] == url("payment", payment.pk)
    assert "別の人がこの画面を開いて確認すると" in words(office.get(to["Location"]))
    seen = {"seen_total": "2000"}
    office.post(url("release", payment.pk), seen)
    payment.batch.refresh_from_db()
    assert payment.batch.state == "prepared"
    boss.post(url("release", payment.pk), seen)

    form = office.get(to["Location"]).context["form"]
    assert form[f"kind_{kind.pk}"].value() == 2  # proposed
    office.post(to["Location"], {**day, f"kind_{kind.pk}": "2"})
    entry.refresh_from_db()
    assert entry.state == "paid"
    assert "受領の確認がないもの" in words(office.get("/gift-cards/"))
    office.post(url("received", payment.pk), day)
    payment.refresh_from_db()
    assert payment.receipt_how == "paper"
    page = words(office.get(to["Location"]))
    assert "受領済み" in page
    assert "鈴木 誠" in page  # who recorded the slip


@pytest.mark.parametrize("seen", ["", "1000", "二千", "2000.0", None])
def test_nothing_is_prepared_or_checked_at_another_sum_than_was_shown(
    office, boss, thousand, hana, november, accountant, seen
):
    cards_of(hana, 2000)
    shown = {} if seen is None else {"seen_total": seen}
    page = words(office.post(url("prepare", hana.pk), shown, follow=True))
    assert "状態が変わったため、この操作はできません。" in page
    assert not Payment.objects.exists()
    office.post(url("prepare", hana.pk), {"seen_total": "2000"})
    payment = Payment.objects.get()
    assert 'name="seen_total" value="2000"' in words(boss.get(url("payment", payment.pk)))
    page = words(boss.post(url("release", payment.pk), shown, follow=True))
    assert "状態が変わったため、この操作はできません。" in page
    payment.batch.refresh_from_db()
    assert payment.batch.state == "prepared"


@pytest.mark.parametrize(
    ("cards", "words_of_it"),
    [
        ({}, "渡すカードの枚数を入力してください"),
        ({"count": "1"}, "1,000円不足"),
        ({"count": "51", "difference": "全部"}, "49,000円超過"),
        ({"count": "-1"}, "0以上の数を入力してください"),
        ({"count": "たくさん"}, "数字で入力してください"),
    ],
)
def test_a_hand_out_that_cannot_be_is_said_and_kept(
    office, thousand, hana, accountant, admin, november, cards, words_of_it
):
    cards_of(hana, 2000)
    payment = ready(hana, accountant, admin)
    data = {"on": "2026-12-03", "difference": cards.get("difference", "")}
    data[f"kind_{thousand.pk}"] = cards.get("count", "")
    page = office.post(url("payment", payment.pk), data)
    assert page.status_code == 422
    assert words_of_it in words(page)
    assert GiftCardKind.objects.get().stock == 50


@pytest.mark.parametrize("taxed", [True, False])
def test_taxed_cards_of_a_month_that_was_remitted_are_recorded_with_a_warning(
    city, office, thousand, hana, accountant, admin, november, taxed
):
    city.policy["gift_cards_taxed"] = taxed
    city.save()
    cards_of(hana, 3000)
    payment = ready(hana, accountant, admin)
    Remittance.objects.create(
        organization=city, month=TODAY.replace(day=1), residency="resident", amount=1,
        remitted_on=TODAY, recorded_at=AT, recorded_by=accountant,
    )  # fmt: skip
    data = {"on": "2026-12-03", f"kind_{thousand.pk}": "3"}
    page = words(office.post(url("payment", payment.pk), data, follow=True))
    assert ("今回の税額341円は、その納付額に入っていません。" in page) == taxed
    assert "交付を記録しました。" in page


def test_too_few_cards_are_warned_of(city, office, thousand, hana, november):
    cards_of(hana, 60_500)
    page = words(office.get("/gift-cards/"))
    assert "カードが10,500円分足りません" in page


def test_enough_cards_that_do_not_fit_are_warned_of(office, thousand, hana, november):
    cards_of(hana, 2500)
    assert "カードが500円分足りません" in words(office.get("/gift-cards/"))


def test_what_is_approved_in_an_open_month_counts_as_to_be_handed_out(
    office, thousand, hana, november
):
    cards_of(hana, 51_000, activity_date=TODAY, state="approved")
    page = words(office.get("/gift-cards/"))
    assert "カードが1,000円分足りません" in page
    assert "月を締めると渡せます" in page


def test_what_is_still_owed_of_cards_is_listed_until_it_was_given(
    city, office, thousand, five_hundred, hana, accountant, admin, november
):
    cards_of(hana, 2300)
    payment = ready(hana, accountant, admin)
    more = {"on": TODAY, "by": accountant, "at": AT}
    actions.hand_out(payment, {thousand.pk: 2}, difference="次回", **more)
    page = words(office.get("/gift-cards/"))
    assert "額面が足りないまま渡したもの" in page
    assert "300円不足" in page
    more["at"] = AT + timedelta(hours=1)
    actions.exchange(
        payment, {thousand.pk: 1}, {thousand.pk: 1, five_hundred.pk: 1}, "不足を渡した",
        difference="200円多い", **more,
    )  # fmt: skip
    assert "額面が足りないまま渡したもの" not in words(office.get("/gift-cards/"))


@pytest.fixture
def busy(thousand, hana, accountant, admin, november):
    """A register with a line of every kind."""
    actions.buy(thousand, 100, on=ON, unit_cost=990, reason="=HYPERLINK(1)", by=admin, at=AT)
    bought = actions.buy(thousand, 7, on=ON, unit_cost=990, reason="No.2", by=admin, at=AT)
    actions.take_back(bought, "二重", on=TODAY, by=admin, at=AT)
    cards_of(hana, 2000)
    payment = handed(hana, thousand, accountant, admin)
    actions.sign(payment, path=DRAWN, by=None, at=AT)
    cards_of(hana, 1000)
    back = handed(hana, thousand, accountant, admin)
    actions.return_cards(back, "辞退", on=TODAY, by=accountant, at=AT)
    actions.spoil(thousand, 3, on=TODAY, reason="破れ", by=accountant, at=AT)
    return thousand


def figures(page: str) -> list[str]:
    """Balances of the page's table, from top to bottom."""
    return re.findall(r'<td data-label="残" class="table__num">(?:<strong>)?([0-9,]+)', page)


def test_page_csv_and_pdf_say_the_same(office, busy):
    balances = [move.balance for move in busy.moves.order_by("id")]
    assert balances == [50, 150, 157, 150, 148, 147, 148, 145]

    page = words(office.get(url("register", busy.pk), {"month": "2026-12"}))
    shown = figures(page)
    assert shown == [str(one) for one in (0, *balances, 145)]  # carried over first, the sum last

    made = office.get(url("export", busy.pk, "csv"), {"month": "2026-12"}).content
    assert made.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert [row["残（枚）"] for row in rows] == shown[:-1]
    running = 0
    for row in rows:
        running += int(row["受入（枚）"] or 0) - int(row["払出（枚）"] or 0)
        assert running == int(row["残（枚）"])
        assert int(row["残高（円）"]) == running * 1000
    assert [row["摘要"] for row in rows][2] == "'=HYPERLINK(1)"
    assert [row["区分"] for row in rows] == [
        "前月繰越", "繰越", "購入", "購入", "購入の取消し", "交付", "交付", "返却", "汚損・破損",
    ]  # fmt: skip

    pdf = pypdfium2.PdfDocument(
        office.get(url("export", busy.pk, "pdf") + "?month=2026-12").content
    )
    text = "".join(part.get_textpage().get_text_range() for part in pdf)
    lines = [line.split() for line in text.splitlines() if line.startswith("2026/12/")]
    assert len(lines) == len(balances)
    for line, balance in zip(lines, balances, strict=True):
        assert str(balance) in line
    assert "145,000円" in text


def test_a_month_begins_with_what_the_one_before_left(office, busy):
    page = office.get(url("register", busy.pk), {"month": "2027-01"})
    assert page.context["register"].opening == 145
    assert page.context["register"].closing == 145
    assert (
        office.get(url("register", busy.pk), {"month": "2026-11"}).context["register"].opening == 0
    )


def test_an_export_is_recorded(office, busy, city):
    from accounts.models import AuditEntry

    office.get(url("export", busy.pk, "csv"), {"month": "2026-12"})
    line = AuditEntry.objects.get(verb="gift_cards.exported")
    assert line.detail["rows"] == 8
    assert len(line.detail["sha256"]) == 64
    assert office.get(url("export", busy.pk, "xlsx")).status_code == 404


def test_the_slip_names_person_cards_and_activities(office, hana, busy):
    payment = Payment.objects.filter(state="paid").get()
    made = office.get(url("slip", payment.pk))
    assert made["Content-Type"] == "application/pdf"
    text = pypdfium2.PdfDocument(made.content)[0].get_textpage().get_text_range()
    for part in ("受 領 証", "山田 花", "101", "図書カード", "2枚", "2,000円", "2026年11月"):
        assert part in text


def test_a_second_person_checks_and_counts(office, boss, thousand):
    spoiled = actions.spoil(thousand, 1, on=TODAY, reason="破れ", by=_user(office), at=AT)
    office.post(url("check", spoiled.pk))
    assert GiftCardMove.objects.get(pk=spoiled.pk).checked_by is None
    boss.post(url("check", spoiled.pk))
    assert GiftCardMove.objects.get(pk=spoiled.pk).checked_by is not None
    key = f"kind{thousand.pk}"
    data = {"kind": thousand.pk, "month": "2026-12", f"{key}-counted": "48"}
    refused = office.post(url("counts"), data)
    assert refused.status_code == 422
    assert "差異の理由を入力してください" in words(refused)
    office.post(url("counts"), {**data, f"{key}-reason": "紛失"})
    made = GiftCardCount.objects.get()
    assert "48枚あることを確認する" not in words(office.get(url("counts"), {"month": "2026-12"}))
    assert "48枚あることを確認する" in words(boss.get(url("counts"), {"month": "2026-12"}))
    boss.post(url("count_check", made.pk), {"seen": "48"})
    thousand.refresh_from_db()
    assert thousand.stock == 48


def _user(client):
    from accounts.models import User

    return User.objects.get(pk=client.session["_auth_user_id"])


@pytest.mark.parametrize("text", ["2026-13", "x", "9" * 40])
def test_a_month_that_cannot_be_read_is_said(office, thousand, text):
    page = office.get(url("register", thousand.pk), {"month": text})
    assert page.status_code == 200
    assert "2026-11 のように" in words(page)
    assert office.get(url("counts"), {"month": text}).status_code == 200


def test_another_towns_box_is_closed(client_of, town, busy):
    from tests import factories

    stranger = client_of(factories.MembershipFactory(organization=town, role="admin").user)
    payment = Payment.objects.first()
    move = busy.moves.first()
    for path in (url("register", busy.pk), url("export", busy.pk, "csv"), url("payment", payment.pk),
                 url("slip", payment.pk), url("move", busy.pk, "buy")):  # fmt: skip
        assert stranger.get(path).status_code == 404, path
    for path in (url("check", move.pk), url("take_back", move.pk), url("received", payment.pk),
                 url("return", payment.pk), url("release", payment.pk)):  # fmt: skip
        assert stranger.post(path).status_code == 404, path
    data = {"kind": busy.pk, "month": "2026-12"}
    assert stranger.post(url("counts"), data).status_code == 404
    assert "図書カード 1,000円" not in words(stranger.get("/gift-cards/"))


def test_what_people_typed_is_escaped(office, thousand, accountant):
    bad = "<script>alert(1)</script>"
    actions.spoil(thousand, 1, on=TODAY, reason=bad, by=accountant, at=AT)
    for path in ("/gift-cards/", url("register", thousand.pk)):
        assert bad not in words(office.get(path))
