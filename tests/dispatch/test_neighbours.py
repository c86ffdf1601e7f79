"""Neighbours: nothing crosses without agreement and consent, and no name before a yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from dispatch.actions.assignments import finish
from dispatch.actions.offers import accept_offer, decline_offer, offer_to
from dispatch.actions.rungs import open_rung
from dispatch.candidates import find_candidates
from dispatch.engine import advance
from dispatch.models import Assignment, Offer, Request, SharingAgreement
from dispatch.neighbours import find_neighbours, hidden_name
from realtime.models import Message
from tests.dispatch.desk import booked, counter, kinds
from tests.factories import NOW, AssignmentFactory, ReportFactory, SharingAgreementFactory
from tests.factories import VolunteerFactory as Person
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
NAME = "ファン・ティ・リン"


@pytest.fixture
def linh(town: Organization) -> Volunteer:
    """The town's volunteer, who said yes to neighbours."""
    return Person(organization=town, number=12, name=NAME, accepts_neighbours=True)


@pytest.fixture
def agreement(city: Organization, town: Organization) -> SharingAgreement:
    """The city may ask the town's people."""
    return SharingAgreementFactory(borrower=city, lender=town)


def at_neighbours(request: Request, by: User, at: datetime) -> Request:
    """The request with its neighbours asked."""
    if request.current_rung.get("kind") != "neighbour":
        to = kinds(request).index("neighbour")
        request = open_rung(request, to=to, seen=request.rung, reason="", by=by, at=at)
    advance(request.pk, at)
    request.refresh_from_db()
    return request


# ---- Who is asked ------------------------------------------------------------------------------


def test_with_an_agreement_and_consent_the_neighbour_is_asked_by_video(
    city: Organization,
    coordinator: User,
    agreement: SharingAgreement,
    linh: Volunteer,
    now: datetime,
) -> None:
    request = at_neighbours(counter(city, now), coordinator, now)
    offer = request.offers.get()
    assert (offer.volunteer, offer.remote) == (linh, True)
    message = Message.objects.get(subject_key=offer.key)
    assert city.name in message.body, "whoever asks says so"
    assert message.organization_id == city.pk, "the lender does not read what is asked"
    assert "town" not in [code["code"] for code in offer.reasons]
    assert {code["code"] for code in offer.reasons} <= {"neighbour", "language"}


@pytest.mark.parametrize(
    ("ways", "asked"),
    [
        ({"mobile": "", "email": "", "channel": "line", "line_id": "U1"}, True),
        ({"mobile": "", "email": "", "phone": "+81426222222", "channel": "voice"}, True),
        ({"email": "", "sms_stopped_at": NOW}, False),
        ({"email": "", "contact_wrong_at": NOW}, False),
        ({"muted": {"sms": ["asking"]}}, False),
        ({"mobile": "", "email": ""}, False),
        ({"channel": "hand"}, False),
    ],
)
def test_a_neighbour_is_asked_who_can_be_reached_by_a_message_now(
    city: Organization,
    agreement: SharingAgreement,
    linh: Volunteer,
    now: datetime,
    ways: dict[str, Any],
    asked: bool,
) -> None:
    Volunteer.objects.filter(pk=linh.pk).update(**ways)
    found = find_neighbours(counter(city, now), at=now)
    assert [one.volunteer_id for one in found.candidates] == ([linh.pk] if asked else [])


def test_the_rung_opens_by_itself_when_nobody_of_our_own_is_left(
    city: Organization, agreement: SharingAgreement, linh: Volunteer, now: datetime
) -> None:
    request = counter(city, now)
    advance(request.pk, now)
    request.refresh_from_db()
    assert request.current_rung["kind"] == "neighbour"
    assert request.offers.get().volunteer == linh


@pytest.mark.parametrize(
    "changes",
    [
        {"accepts_neighbours": False},
        {"accepts_video": False},
        {"channel": "hand"},
        {"mobile": "", "email": ""},
        {"status": "paused"},
        {"status": "withdrawn"},
    ],
)
def test_without_consent_video_or_a_way_to_be_reached_nobody_is_asked(
    city: Organization,
    agreement: SharingAgreement,
    linh: Volunteer,
    now: datetime,
    changes: dict[str, Any],
) -> None:
    Volunteer.objects.filter(pk=linh.pk).update(**changes)
    assert find_neighbours(counter(city, now), at=now).candidates == []


@pytest.mark.parametrize(
    "changes", [{"state": "proposed"}, {"state": "ended"}, {"languages": ["en"]}]
)
def test_without_an_agreement_for_the_language_nobody_crosses(
    city: Organization,
    agreement: SharingAgreement,
    linh: Volunteer,
    now: datetime,
    changes: dict[str, Any],
) -> None:
    SharingAgreement.objects.filter(pk=agreement.pk).update(**changes)
    request = counter(city, now)
    assert "neighbour" not in kinds(request)
    assert find_neighbours(request, at=now).candidates == []


def test_an_agreement_holds_in_one_direction_only(
    town: Organization, agreement: SharingAgreement, hana: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(accepts_neighbours=True)
    assert "neighbour" not in kinds(counter(town, now))


def test_our_own_search_never_finds_a_neighbour(
    city: Organization, agreement: SharingAgreement, linh: Volunteer, now: datetime
) -> None:
    found = find_candidates(counter(city, now), at=now, remote=True)
    assert found.candidates == []
    assert found.excluded == []


def test_people_of_several_lenders_are_ranked_together_and_nobody_excluded_is_named(
    city: Organization, agreement: SharingAgreement, linh: Volunteer, now: datetime
) -> None:
    other = SharingAgreementFactory(borrower=city)
    better = Person(organization=other.lender, number=7, accepts_neighbours=True)
    Person(organization=other.lender, accepts_neighbours=True, skills=[("vi", 1, 1)])
    linh.skills.update(to_japanese=2, from_japanese=2)
    found = find_neighbours(counter(city, now, field="medical"), at=now)
    assert [one.volunteer_id for one in found.candidates] == [better.pk, linh.pk]
    assert [one.rank for one in found.candidates] == [1, 2]
    assert found.excluded == []
    assert NAME not in str(found)


def test_who_is_booked_at_home_is_not_asked_and_the_reason_stays_there(
    city: Organization,
    coordinator: User,
    agreement: SharingAgreement,
    linh: Volunteer,
    now: datetime,
) -> None:
    request = booked(city, now, mode="onsite")
    request = at_neighbours(request, coordinator, now)
    offer = request.offers.get()
    AssignmentFactory(
        volunteer=linh,
        request__organization=linh.organization,
        request__starts_at=request.starts_at,
        request__status="filled",
    )
    with pytest.raises(ActionError) as refused:
        accept_offer(offer, via="web", at=now)
    assert refused.value.code == "overlap"
    assert "（" not in refused.value.text, "not when, and not where"
    assert find_neighbours(booked(city, now), at=now).candidates == []


def test_after_the_agreement_ended_an_open_offer_is_worth_nothing(
    city: Organization,
    coordinator: User,
    agreement: SharingAgreement,
    linh: Volunteer,
    now: datetime,
) -> None:
    request = at_neighbours(counter(city, now), coordinator, now)
    SharingAgreement.objects.update(state="ended")
    with pytest.raises(ActionError) as refused:
        accept_offer(request.offers.get(), via="web", at=now)
    assert refused.value.code == "not_valid"
    assert not Assignment.objects.exists()


# ---- What is seen ------------------------------------------------------------------------------


def everything_seen(client: Client, api: APIClient, request: Request) -> str:
    """All that the borrowing desk can read of a request."""
    addresses = ["/board/", f"/requests/{request.pk}/", f"/requests/{request.pk}/candidates/"]
    addresses += [f"{addresses[-1]}?remote=1", "/requests/"]
    pages = [client.get(address) for address in addresses]
    paths = [f"/api/v1/requests/{request.pk}/{part}" for part in ("", "offers/", "candidates/")]
    pages += [api.get(path) for path in paths]
    assert {page.status_code for page in pages} == {200}
    audit = AuditEntry.objects.filter(organization=request.organization)
    texts = [page.content.decode() for page in pages]
    return "\n".join([*texts, *(f"{entry.actor_label} {entry.detail}" for entry in audit)])


@pytest.mark.parametrize("answer", ["none", "no", "late yes"])
def test_the_name_stays_hidden_until_a_yes(
    city: Organization,
    coordinator: User,
    agreement: SharingAgreement,
    linh: Volunteer,
    client_of: Callable[[User], Client],
    api_of: Callable[[User], APIClient],
    now: datetime,
    clock: object,
    answer: str,
) -> None:
    request = at_neighbours(counter(city, now), coordinator, now)
    offer = request.offers.get()
    if answer == "no":
        decline_offer(offer, via="web", at=now, reason="仕事中")
    if answer == "late yes":
        Request.objects.filter(pk=request.pk).update(status="unmet", closed_at=now)
        assert accept_offer(offer, via="web", at=now).outcome == "too_late"
    seen = everything_seen(client_of(coordinator), api_of(coordinator), request)
    assert NAME not in seen
    assert linh.mobile[-6:] not in seen
    assert hidden_name(linh) == "通訳 12番（山手町国際交流協会）"
    assert "通訳 12番（山手町国際交流協会）" in seen


def test_after_a_yes_the_desk_knows_whom_it_speaks_to(
    city: Organization,
    coordinator: User,
    agreement: SharingAgreement,
    linh: Volunteer,
    client_of: Callable[[User], Client],
    api_of: Callable[[User], APIClient],
    now: datetime,
    clock: object,
) -> None:
    request = at_neighbours(counter(city, now), coordinator, now)
    assert accept_offer(request.offers.get(), via="web", at=now).outcome == "yours"
    client = client_of(coordinator)
    page = client.get(f"/requests/{request.pk}/").content.decode()
    assert NAME in page
    assert f"/volunteers/{linh.pk}/" not in page, "the register stays the lender's"
    assert client.get(f"/volunteers/{linh.pk}/").status_code == 404
    assert NAME in everything_seen(client, api_of(coordinator), request)


def test_the_lender_sees_nothing_but_that_its_volunteer_is_busy(
    city: Organization,
    coordinator: User,
    outsider: User,
    agreement: SharingAgreement,
    linh: Volunteer,
    client_of: Callable[[User], Client],
    now: datetime,
    clock: object,
) -> None:
    request = at_neighbours(counter(city, now, note="転入"), coordinator, now)
    accept_offer(request.offers.get(), via="web", at=now)
    client = client_of(outsider)
    assert client.get(f"/requests/{request.pk}/").status_code == 404
    assert client.get(f"/requests/{request.pk}/fragment/").status_code == 404
    own = counter(linh.organization, now)
    for address in ("/board/", f"/volunteers/{linh.pk}/", f"/requests/{own.pk}/candidates/"):
        page = client.get(address).content.decode()
        for secret in ("転入", city.name, f"/requests/{request.pk}/"):
            assert secret not in page
    reasons = {one.code: one.text for one in find_candidates(own, at=now).excluded[0].reasons}
    assert "別の依頼" in reasons["busy"]


def test_the_borrowing_desk_cannot_answer_for_a_neighbour_it_does_not_know(
    city: Organization,
    coordinator: User,
    agreement: SharingAgreement,
    linh: Volunteer,
    client_of: Callable[[User], Client],
    now: datetime,
    clock: object,
) -> None:
    request = at_neighbours(counter(city, now), coordinator, now)
    client = client_of(coordinator)
    offer = request.offers.get()
    page = client.get(f"/requests/{request.pk}/").content.decode()
    assert f"/offers/{offer.pk}/answer/" not in page
    answered = client.post(f"/offers/{offer.pk}/answer/", {"answer": "no"}, follow=True)
    assert NAME not in answered.content.decode()
    direct = client.post(f"/requests/{request.pk}/assign/", {"volunteer": linh.pk})
    assert direct.status_code == 404


def test_own_people_are_asked_beside_as_before(
    city: Organization,
    coordinator: User,
    agreement: SharingAgreement,
    linh: Volunteer,
    hana: Volunteer,
    now: datetime,
) -> None:
    request = at_neighbours(counter(city, now), coordinator, now)
    chosen = find_candidates(request, at=now).candidates
    offer_to(request, chosen, by=coordinator, at=now)
    assert set(Offer.objects.values_list("volunteer", flat=True)) == {linh.pk, hana.pk}


# ---- Money -------------------------------------------------------------------------------------


def test_a_lent_volunteer_is_paid_by_whoever_asked(
    city: Organization,
    coordinator: User,
    accountant: User,
    agreement: SharingAgreement,
    linh: Volunteer,
    client_of: Callable[[User], Client],
    now: datetime,
    clock: object,
) -> None:
    from honoraria.models import Honorarium
    from interpreting.actions import confirm_report
    from tests.factories import TariffVersionFactory

    TariffVersionFactory(tariff__organization=city)
    request = at_neighbours(counter(city, now), coordinator, now)
    held = accept_offer(request.offers.get(), via="web", at=now).assignment
    assert held is not None
    finish(held, at=request.ends_at, by=coordinator)
    held.refresh_from_db()
    report = ReportFactory(assignment=held, transport="none", transport_yen=0)
    confirm_report(report, by=coordinator, at=request.ends_at + timedelta(hours=2))
    entry = Honorarium.objects.get()
    assert (entry.organization, entry.volunteer, entry.fee) == (city, linh, 3000)
    page = client_of(accountant).get("/honoraria/?month=2026-11").content.decode()
    assert NAME in page
