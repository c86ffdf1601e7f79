"""Agreements with neighbours: two yeses, nothing to leaf through, a trail on both sides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, Role, User
from dispatch.actions.sharing import agree, end, propose
from dispatch.models import SharingAgreement
from tests.conftest import Clock
from tests.factories import MembershipFactory, SharingAgreementFactory, UserFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
PAGE = "/settings/sharing/"
State = SharingAgreement.State


@pytest.fixture
def other_admin(town: Organization) -> User:
    person = UserFactory(name="岡田 勝", email="okada@example.jp")
    MembershipFactory(user=person, organization=town, role=Role.ADMIN)
    return person


@pytest.fixture
def page(admin: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    return client_of(admin)


def test_it_takes_a_yes_from_both_sides(
    page: Client, other_admin: User, client_of: Callable[[User], Client], town: Organization
) -> None:
    answer = page.post(PAGE, {"code": " Yamate ", "languages": "ネパール語、英語"})
    assert answer.status_code == 302
    one = SharingAgreement.objects.get()
    assert (one.lender, one.state, one.languages) == (town, State.PROPOSED, ["ne", "en"])
    assert page.post(f"{PAGE}{one.pk}/agree/").status_code == 404  # only the lender
    lender = client_of(other_admin)
    assert "返事をお願いします" in lender.get(PAGE).content.decode()
    assert lender.post(f"{PAGE}{one.pk}/agree/").status_code == 302
    one.refresh_from_db()
    assert one.state == State.AGREED
    assert "有効" in page.get(PAGE).content.decode()


def test_both_trails_tell_of_it_but_no_member_is_named_to_the_other(
    city: Organization, town: Organization, admin: User, other_admin: User, now: datetime
) -> None:
    one = propose(city, town.slug, [], by=admin, at=now)
    agree(one, organization=town, by=other_admin, at=now)
    end(one, organization=city, by=admin, at=now)
    for side, stranger in ((city, "岡田 勝"), (town, "高橋 明")):
        lines = AuditEntry.objects.filter(organization=side, verb__startswith="sharing.")
        assert [line.verb for line in lines.order_by("id")] == [
            "sharing.proposed",
            "sharing.agreed",
            "sharing.ended",
        ]
        assert stranger not in {line.actor_label for line in lines}


@pytest.mark.parametrize("side", ["lender", "borrower"])
def test_either_side_ends_it_and_it_stays_ended(
    city: Organization, town: Organization, now: datetime, side: str
) -> None:
    one = SharingAgreementFactory(borrower=city, lender=town)
    who = town if side == "lender" else city
    end(one, organization=who, by=None, at=now)
    one.refresh_from_db()
    assert (one.state, one.ended_at) == (State.ENDED, now)
    with pytest.raises(ActionError):
        agree(one, organization=town, by=None, at=now)
    propose(city, town.slug, [], by=None, at=now)  # a new one is possible


def test_a_declined_proposal_is_called_so(
    city: Organization, town: Organization, now: datetime
) -> None:
    one = propose(city, town.slug, [], by=None, at=now)
    end(one, organization=town, by=None, at=now)
    assert AuditEntry.objects.filter(organization=city, verb="sharing.declined").exists()


def test_a_stranger_cannot_end_what_two_others_agreed(
    city: Organization, town: Organization, now: datetime
) -> None:
    one = SharingAgreementFactory(lender=town)
    with pytest.raises(ActionError) as refused:
        end(one, organization=city, by=None, at=now)
    assert refused.value.status == 404


@pytest.mark.parametrize("code", ["yama", "山手町国際", "%", "yamate%", "minato", ""])
def test_only_the_exact_code_of_another_organization_is_taken(
    page: Client, town: Organization, code: str
) -> None:
    answer = page.post(PAGE, {"code": code})
    assert answer.status_code == 422
    assert town.name not in answer.content.decode()
    assert not SharingAgreement.objects.exists()


def test_guessing_codes_comes_to_an_end(page: Client, town: Organization) -> None:
    for number in range(10):
        page.post(PAGE, {"code": f"guess-{number}"})
    answer = page.post(PAGE, {"code": town.slug})
    assert answer.status_code == 422
    assert "1時間ほど" in answer.content.decode()


def test_a_second_proposal_to_the_same_organization_is_refused(
    city: Organization, town: Organization, now: datetime
) -> None:
    propose(city, town.slug, [], by=None, at=now)
    with pytest.raises(ActionError) as refused:
        propose(city, town.slug, ["en"], by=None, at=now)
    assert refused.value.code == "already_there"


def test_a_demo_organization_cannot_reach_a_real_one(
    city: Organization, town: Organization, now: datetime
) -> None:
    Organization.objects.filter(pk=city.pk).update(is_demo=True)
    city.refresh_from_db()
    with pytest.raises(ActionError) as refused:
        propose(city, town.slug, [], by=None, at=now)
    assert refused.value.code == "no_such_organization"


def test_a_volunteer_agrees_and_withdraws_on_the_own_page(
    client_of: Callable[[User], Client], city: Organization, hana: Volunteer, clock: Clock
) -> None:
    assert hana.user
    phone = client_of(hana.user)
    assert "応援" not in phone.get("/v/").content.decode()  # nobody could ask
    SharingAgreementFactory(lender=city)
    assert "近くの団体からの打診も受ける" in phone.get("/v/").content.decode()
    phone.post("/v/neighbours/", {"agrees": "1"})
    hana.refresh_from_db()
    assert hana.accepts_neighbours
    phone.post("/v/neighbours/", {"agrees": "0"})
    hana.refresh_from_db()
    assert not hana.accepts_neighbours
    changed = AuditEntry.objects.filter(subject=hana.key, verb="volunteer.updated")
    assert [line.detail["changed"] for line in changed] == [["accepts_neighbours"]] * 2
