"""The office's pages about payees: the list with what is missing, entering, checking, reading."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry
from honoraria.models import BankAccount, Payee
from honoraria.payees import listing
from honoraria.payees.tax_status import TaxStatus, change_status, status_of
from tests.factories import BankAccountFactory, HonorariumFactory, VolunteerFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
NUMBER = "7654321"
TYPED = {"bank": "0169", "branch": "001", "kind": "1", "number": NUMBER, "holder": "ヤマダ ハナ"}


@pytest.fixture
def desk(client_of, accountant, clock):
    return client_of(accountant)


def text_of(browser: Any, path: str, **headers: str) -> str:
    response = browser.get(path, headers=headers)
    assert response.status_code == 200, response
    return str(response.content.decode())


def names(text: str) -> list[str]:
    return [name for name in ("山田 花", "グエン・ミン") if name in text]


def test_the_list_filters_by_what_is_missing(desk, hana, minh):
    account = BankAccountFactory(volunteer=hana)
    assert names(text_of(desk, "/payees/")) == ["山田 花", "グエン・ミン"]
    assert names(text_of(desk, "/payees/?show=waiting")) == []
    BankAccount.objects.update(state="entered")
    assert names(text_of(desk, "/payees/?show=waiting")) == ["山田 花"]
    assert names(text_of(desk, "/payees/?show=closed_branch")) == []
    BankAccount.objects.filter(pk=account.pk).update(branch_code="000")
    text = text_of(desk, "/payees/?show=closed_branch")
    assert names(text) == ["山田 花"]
    assert "要確認" in text
    Payee.objects.create(volunteer=hana, changed_at=account.entered_at)
    assert names(text_of(desk, "/payees/?show=residency")) == ["グエン・ミン"]


def test_only_who_has_a_transfer_coming_needs_an_account(desk, hana, minh):
    assert names(text_of(desk, "/payees/?show=no_account")) == []
    owed(hana, state="approved", paid_by="cash")
    entry = owed(minh, state="approved")
    text = text_of(desk, "/payees/?show=no_account")
    assert names(text) == ["グエン・ミン"]
    assert text_of(desk, "/payees/").count("minus-circle") == text.count("minus-circle") == 1
    type(entry).objects.filter(pk=entry.pk).update(state="paid")
    assert names(text_of(desk, "/payees/?show=no_account")) == []


def test_who_is_owed_money_comes_first_and_who_owes_it_next(desk, city, hana, minh):
    third = VolunteerFactory(organization=city, name="佐藤 三郎", number=900)
    fourth = VolunteerFactory(organization=city, name="鈴木 四郎", number=901)
    owed(minh, state="closed", fee=500, transport=0)
    owed(third, state="closed", fee=0, transport=900)
    owed(fourth, state="closed", fee=-700, transport=0)
    owed(hana, state="closed", fee=8000, paid_by="requester")
    owed(hana, state="closed", fee=0, transport=990, transport_to="carrier")
    people = listing.payees(Volunteer.objects.filter(organization=city), "", "")
    assert [(one.name, one.owed) for one in people][:4] == [
        ("佐藤 三郎", 900), ("グエン・ミン", 500), ("鈴木 四郎", -700), ("山田 花", 0),
    ]  # fmt: skip


def owed(person: Any, **values: Any) -> Any:
    """An entry of a person."""
    made = HonorariumFactory(**{"state": "draft", **values})
    type(made).objects.filter(pk=made.pk).update(volunteer=person, organization=person.organization)
    return made


@pytest.mark.parametrize("typed", ["山田", "ヤマダ", "yamada", "101"])
def test_it_finds_people_by_name_reading_and_number(desk, hana, minh, typed):
    assert names(text_of(desk, f"/payees/?q={typed}")) == ["山田 花"]


def test_who_left_stays_on_the_list_while_something_is_owed(desk, hana, minh, city):
    type(hana).objects.filter(pk__in=[hana.pk, minh.pk]).update(status="withdrawn")
    entry = HonorariumFactory(state="approved")
    type(entry).objects.update(volunteer=hana, organization=city)
    text = text_of(desk, "/payees/")
    assert names(text) == ["山田 花"]
    assert "3,460" in text


def test_the_list_takes_the_same_number_of_statements_for_more_people(
    desk, city, django_assert_max_num_queries
):
    for _ in range(12):
        BankAccountFactory(volunteer=VolunteerFactory(organization=city))
    with django_assert_max_num_queries(30):
        text_of(desk, "/payees/")


def test_a_bank_and_a_branch_are_found_without_javascript(desk, hana):
    page = f"/payees/{hana.pk}/account/"
    assert f"{page}?bank=0169" in text_of(desk, f"{page}?q=ひろしま")
    assert f"{page}?bank=0169&amp;branch=002" in text_of(desk, f"{page}?bank=0169&q=かなやま")
    assert "口座番号" in text_of(desk, f"{page}?bank=0169&branch=001")
    assert "記号" in text_of(desk, f"{page}?bank=9900")


def test_htmx_gets_the_choices_only(desk, hana):
    text = text_of(desk, f"/payees/{hana.pk}/account/?q=mizuho", hx_request="true")
    assert "みずほ銀行" in text
    assert "<html" not in text


def test_an_accountant_enters_and_another_person_checks(desk, client_of, admin, hana):
    response = desk.post(f"/payees/{hana.pk}/account/", TYPED)
    assert response.status_code == 302
    account = BankAccount.objects.get()
    text = text_of(desk, f"/payees/{hana.pk}/")
    assert NUMBER not in text
    assert "****321" in text
    assert "別の担当者" in text
    act = {"account": account.pk}
    desk.post(f"/payees/{hana.pk}/account/check/", act)
    account.refresh_from_db()
    assert account.state == "entered"
    client_of(admin).post(f"/payees/{hana.pk}/account/check/", act)
    account.refresh_from_db()
    assert account.state == "checked"


def test_a_mistake_stays_on_the_form_with_the_letter_named(desk, hana):
    response = desk.post(f"/payees/{hana.pk}/account/", {**TYPED, "holder": "山田"})
    assert response.status_code == 422
    assert "「山」" in response.content.decode()
    assert not BankAccount.objects.exists()


def test_the_number_is_shown_once_with_a_reason_and_kept_by_no_browser(desk, hana):
    account = BankAccountFactory(volunteer=hana, number=NUMBER)
    url, act = f"/payees/{hana.pk}/account/reveal/", {"account": account.pk}
    assert NUMBER not in desk.post(url, act).content.decode()  # no reason
    assert not AuditEntry.objects.filter(verb="volunteer.account_read").exists()
    response = desk.post(url, {**act, "reason": "通帳との照合"})
    assert NUMBER in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert AuditEntry.objects.filter(verb="volunteer.account_read").count() == 1
    assert NUMBER not in text_of(desk, f"/payees/{hana.pk}/")


@pytest.mark.parametrize("verb", ["check", "end", "reveal"])
def test_an_account_is_reached_only_through_its_own_person(desk, hana, minh, town, verb):
    others = [
        BankAccountFactory(volunteer=minh, state="entered", number=NUMBER),
        BankAccountFactory(volunteer=VolunteerFactory(organization=town), number=NUMBER),
    ]
    for other in others:
        sent = {"account": other.pk, "reason": "x"}
        response = desk.post(f"/payees/{hana.pk}/account/{verb}/", sent)
        assert response.status_code == 404
        assert NUMBER not in response.content.decode()
    foreign = others[1]
    sent = {"account": foreign.pk, "reason": "x"}
    url = f"/payees/{foreign.volunteer_id}/account/{verb}/"
    assert desk.post(url, sent).status_code == 404
    assert [one.state for one in BankAccount.objects.order_by("pk")] == ["entered", "checked"]


@pytest.mark.parametrize("sent", ["", "x", "９", "-1", "9" * 30])
def test_nonsense_is_no_account(desk, hana, sent):
    response = desk.post(f"/payees/{hana.pk}/account/check/", {"account": sent})
    assert response.status_code == 404


def test_coordinators_see_no_accounts(client_of, coordinator, hana):
    BankAccountFactory(volunteer=hana)
    assert client_of(coordinator).get(f"/payees/{hana.pk}/").status_code == 404


def test_the_number_never_comes_into_the_log(desk, hana, caplog):
    with caplog.at_level("DEBUG"):
        desk.post(f"/payees/{hana.pk}/account/", TYPED)
        desk.post(f"/payees/{hana.pk}/account/", {**TYPED, "holder": "山田"})
        text_of(desk, f"/payees/{hana.pk}/")
    assert caplog.records is not None
    assert NUMBER not in caplog.text


def test_the_tax_status_follows_the_register_until_something_else_is_kept(hana, accountant, now):
    hana.address = "愛媛県松山市二番町4-7-2"
    hana.save()
    status = status_of(hana)
    assert (status.residency, status.legal_name, status.known) == ("resident", "山田 花", False)
    assert status.address == hana.address
    change = TaxStatus("nonresident", "日米租税条約", "YAMADA HANA", hana.address)
    change_status(hana, change, by=accountant, at=now)
    hana = type(hana).objects.get(pk=hana.pk)
    status = status_of(hana)
    assert (status.residency, status.treaty) == ("nonresident", "日米租税条約")
    assert (status.legal_name, status.known) == ("YAMADA HANA", True)
    assert hana.payee.address == ""  # goes on following the register


def test_the_page_says_that_residency_is_no_residence_status(desk, hana):
    assert "在留資格とは関係がありません" in text_of(desk, f"/payees/{hana.pk}/")


def test_the_tax_status_is_changed_on_the_page(desk, hana):
    url = f"/payees/{hana.pk}/status/"
    response = desk.post(url, {"residency": "resident", "treaty": "日越"})
    assert response.status_code == 422
    assert "非居住者の場合だけ" in response.content.decode()
    assert desk.post(url, {"residency": "nonresident", "treaty": "日越"}).status_code == 302
    assert Payee.objects.get(volunteer=hana).treaty == "日越"
    assert AuditEntry.objects.filter(verb="volunteer.tax_status_changed").count() == 1
