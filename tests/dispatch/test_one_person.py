"""One person in two registers has one day: booked once at a time, also when both press at once."""

from __future__ import annotations

import pytest

from accounts.errors import ActionError
from dispatch.actions.offers import accept_offer
from dispatch.candidates import find_candidates
from dispatch.models import Assignment, Offer
from tests.dispatch.answers import request_on
from tests.dispatch.test_races import press_at_once
from tests.factories import OfferFactory, OrganizationFactory, RequestFactory, VolunteerFactory
from volunteers.models import Volunteer
from volunteers.same_person import rows_of_person


def in_both(city, town, **same: object) -> list[Volunteer]:
    """Her rows in two towns."""
    first = VolunteerFactory(organization=city, **same)
    return [first, VolunteerFactory(organization=town, **{"name": first.name, **same})]


@pytest.mark.django_db
@pytest.mark.parametrize("link", ["user", "mobile"])
def test_she_is_not_booked_twice_at_one_time(city, town, hana, now, link):
    same = {"user": hana.user} if link == "user" else {"mobile": "+819012340000"}
    if link == "user":
        Volunteer.objects.filter(pk=hana.pk).delete()
    rows = in_both(city, town, **same)
    offers = [OfferFactory(request=request_on(row.organization, 0), volunteer=row) for row in rows]
    accept_offer(offers[0], via="web", at=now)
    with pytest.raises(ActionError) as refused:
        accept_offer(offers[1], via="web", at=now)
    assert refused.value.code == "overlap"
    assert Assignment.objects.active().count() == 1


@pytest.mark.django_db
def test_a_family_with_one_telephone_is_several_people(city, town):
    mother = VolunteerFactory(organization=city, mobile="+819012340000")
    child = VolunteerFactory(organization=town, mobile="+819012340000")
    assert (rows_of_person(mother), rows_of_person(child)) == ([mother.pk], [child.pk])


@pytest.mark.django_db
def test_whoever_is_booked_in_another_register_is_not_proposed(city, town, hana, now):
    Volunteer.objects.filter(pk=hana.pk).delete()
    here, there = in_both(city, town, user=hana.user)
    wanted = request_on(city, 0)
    assert here.pk in proposed(wanted, now)
    elsewhere = OfferFactory(request=request_on(town, 0), volunteer=there)
    accept_offer(elsewhere, via="web", at=now)
    assert here.pk not in proposed(wanted, now)


def proposed(request, now) -> list[int]:
    return [one.volunteer_id for one in find_candidates(request, at=now).candidates]


@pytest.fixture
def pairs(transactional_db: None, django_user_model) -> list[Offer]:
    """Ten people in two registers each, asked in both for the same hour; one request each."""
    towns = [OrganizationFactory(), OrganizationFactory()]
    offers = []
    for n in range(10):
        rows = in_both(*towns, mobile=f"+8190123400{n:02}")
        if n % 2:
            rows.reverse()
        offers += [
            OfferFactory(request=RequestFactory(organization=row.organization), volunteer=row)
            for row in rows
        ]
    return offers


def test_two_presses_at_once_book_each_person_once(pairs: list[Offer]) -> None:
    outcomes = sorted(outcome for outcome, _ in press_at_once(pairs, "guarded"))
    assert outcomes == ["overlap"] * 10 + ["yours"] * 10


def test_the_control_without_the_lock_books_people_twice(pairs: list[Offer]) -> None:
    outcomes = [outcome for outcome, _ in press_at_once(pairs, "naive")]
    assert outcomes.count("yours") > 10
