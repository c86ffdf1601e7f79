"""Candidates from the database: what is loaded, what it costs, and that narrowing changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from bench import register
from dispatch import candidates, prune
from dispatch.candidates import count_able, find_candidates, find_for_need, need_of
from dispatch.match_values import Need, Wish
from dispatch.travel import Point
from tests.factories import (
    NOW,
    AreaFactory,
    AssignmentFactory,
    OfferFactory,
    RequestFactory,
    RequestingBodyFactory,
    RequirementFactory,
    VolunteerFactory,
)
from volunteers.models import AvailabilityException, Volunteer

pytestmark = pytest.mark.django_db


def ids(request: Any, **more: Any) -> list[int]:
    return [c.volunteer_id for c in find_candidates(request, at=NOW, **more).candidates]


def excluded(request: Any, **more: Any) -> dict[int, list[str]]:
    found = find_candidates(request, at=NOW, **more).excluded
    return {e.volunteer_id: [reason.code for reason in e.reasons] for e in found}


def codes(request: Any, volunteer: Volunteer, **more: Any) -> set[str]:
    found = find_candidates(request, at=NOW, **more).candidates
    return {r.code for c in found if c.volunteer_id == volunteer.pk for r in c.reasons}


def test_those_who_know_the_language_are_found_and_nobody_else(
    city: Organization, hana: Volunteer, minh: Volunteer
) -> None:
    VolunteerFactory(organization=city, skills=["ko"])
    request = RequestFactory(organization=city)
    assert set(ids(request)) == {hana.pk, minh.pk}
    assert excluded(request) == {}


def test_people_of_another_organization_are_never_found(
    city: Organization, town: Organization, hana: Volunteer
) -> None:
    foreign = VolunteerFactory(organization=town)
    OfferFactory(request__organization=town, volunteer=foreign)
    assert ids(RequestFactory(organization=city)) == [hana.pk]
    assert ids(RequestFactory(organization=town)) == [foreign.pk]


@pytest.mark.parametrize(
    "registration",
    [False, (date(2025, 4, 1), date(2026, 3, 31), date(2025, 4, 1))],
    ids=["none", "last year's"],
)
def test_nobody_without_a_valid_term_is_a_candidate(city: Organization, registration: Any) -> None:
    person = VolunteerFactory(organization=city, registration=registration)
    request = RequestFactory(organization=city)
    assert ids(request) == []
    assert excluded(request) == {person.pk: ["term"]}


def test_nobody_without_a_pledge_is_a_candidate(city: Organization) -> None:
    unsigned = (date(2026, 4, 1), date(2027, 3, 31), None)
    person = VolunteerFactory(organization=city, registration=unsigned)
    assert excluded(RequestFactory(organization=city)) == {person.pk: ["pledge"]}


def test_the_term_must_be_valid_on_the_day_of_the_activity(
    city: Organization, hana: Volunteer
) -> None:
    april = NOW + timedelta(days=150)
    request = RequestFactory(organization=city, starts_at=april)
    assert excluded(request) == {hana.pk: ["term"]}


def test_the_dialect_that_fits_best_counts(city: Organization) -> None:
    both = VolunteerFactory(organization=city, skills=[("zh", 2, 2), ("zh-TW", 3, 3)])
    general = VolunteerFactory(organization=city, skills=["zh"])
    request = RequestFactory(organization=city, language="zh-TW")
    assert ids(request) == [both.pk, general.pk]
    assert "dialect" in codes(request, general)
    assert "dialect" not in codes(request, both)


def test_fields_areas_and_exceptions_are_read(city: Organization) -> None:
    unstated = VolunteerFactory(organization=city, fields=[])
    school = VolunteerFactory(organization=city, fields=["school"])
    away = VolunteerFactory(organization=city)
    AvailabilityException.objects.create(
        volunteer=away, first_day=date(2026, 11, 26), last_day=date(2026, 11, 26)
    )
    elsewhere = VolunteerFactory(organization=city, reach_minutes=None)
    elsewhere.areas.add(AreaFactory(organization=city, name="北地区"))
    request = RequestFactory(organization=city, place_area="南地区")
    assert ids(request) == [unstated.pk]
    assert excluded(request) == {
        school.pk: ["field"], away.pk: ["hours"], elsewhere.pk: ["area"],
    }  # fmt: skip
    assert set(ids(request, remote=True)) == {unstated.pk, elsewhere.pk}


def test_somebody_at_another_job_is_listed_with_the_reason(
    city: Organization, hana: Volunteer
) -> None:
    AssignmentFactory(
        request__organization=city, volunteer=hana, request__place_name="市民センター"
    )
    (found,) = find_candidates(RequestFactory(organization=city), at=NOW).excluded
    assert found.reasons[0].text.startswith("14:00〜15:30 市民センターの派遣と重なります")


def test_a_cancelled_job_does_not_stand_in_the_way(city: Organization, hana: Volunteer) -> None:
    AssignmentFactory(request__organization=city, volunteer=hana, state="cancelled")
    assert ids(RequestFactory(organization=city)) == [hana.pk]


def test_whoever_was_asked_for_this_request_is_skipped_unless_wanted(
    city: Organization, hana: Volunteer, minh: Volunteer
) -> None:
    request = RequestFactory(organization=city)
    OfferFactory(
        request=request,
        volunteer=hana,
        state="declined",
        created_at=NOW - timedelta(hours=2),
    )
    assert ids(request) == [minh.pk]
    assert set(ids(request, skip_asked=False)) == {hana.pk, minh.pk}


def test_whoever_holds_a_seat_is_not_asked_for_another(
    city: Organization, hana: Volunteer, minh: Volunteer
) -> None:
    request = RequestFactory(organization=city, seats=2)
    AssignmentFactory(request=request, volunteer=hana)
    assert ids(request) == [minh.pk]


def test_history_is_counted(city: Organization, hana: Volunteer, minh: Volunteer) -> None:
    for days in (1, 2):
        OfferFactory(
            request__organization=city,
            volunteer=minh,
            state="expired",
            created_at=NOW - timedelta(days=days),
        )
    past = RequestFactory(
        organization=city,
        starts_at=NOW - timedelta(days=9),
        status="finished",
        resident_name="",
    )
    AssignmentFactory(request=past, volunteer=minh, state="finished")
    request = RequestFactory(organization=city)
    assert ids(request) == [hana.pk, minh.pk]
    assert {"asked", "jobs"} <= codes(request, minh)
    assert "fresh" in codes(request, hana)


def test_three_asks_without_hurry_in_a_week_are_enough(city: Organization, hana: Volunteer) -> None:
    for days, urgency in ((1, "booked"), (2, "booked"), (3, "booked"), (3, "now")):
        OfferFactory(
            request__organization=city,
            request__urgency=urgency,
            volunteer=hana,
            state="withdrawn",
            created_at=NOW - timedelta(days=days),
        )
    assert excluded(RequestFactory(organization=city)) == {hana.pk: ["asks_cap"]}
    counter = RequestFactory(organization=city, urgency="now", mode="video", starts_at=NOW)
    assert "asks_cap_lifted" in codes(counter, hana)


def test_the_body_and_the_resident_are_remembered(
    city: Organization, hana: Volunteer, minh: Volunteer
) -> None:
    school = RequestingBodyFactory(organization=city)
    past = RequestFactory(
        organization=city,
        starts_at=NOW - timedelta(days=20),
        status="finished",
        body=school,
        resident_name="チャン・B",
    )
    AssignmentFactory(request=past, volunteer=minh, state="finished")
    again = RequestFactory(organization=city, body=school)
    assert ids(again)[0] == minh.pk
    assert "continuity" in codes(again, minh)
    same_person = RequestFactory(organization=city, resident_name="チャン・B")
    assert "continuity" in codes(same_person, minh)
    assert "continuity" not in codes(RequestFactory(organization=city), minh)


def test_somebody_with_a_scarce_language_is_kept_free_for_it(city: Organization) -> None:
    scarce = VolunteerFactory(organization=city, skills=["vi", "mn"])
    common = VolunteerFactory(organization=city, skills=["vi", "en"])
    VolunteerFactory.create_batch(4, organization=city, skills=["en"])
    VolunteerFactory.create_batch(2, organization=city, skills=["vi"], rules=[(0, 540, 600)])
    request = RequestFactory(organization=city)
    assert ids(request) == [common.pk, scarce.pk]
    assert "scarce" in codes(request, scarce)
    assert "scarce" not in codes(request, common)
    assert "scarce" not in codes(RequestFactory(organization=city, language="mn"), scarce)


def test_requirements_reach_the_ranking(
    city: Organization, hana: Volunteer, minh: Volunteer
) -> None:
    request = RequestFactory(organization=city)
    RequirementFactory(request=request)
    assert ids(request) == [hana.pk]
    assert excluded(request) == {minh.pk: ["gender"]}


def test_a_request_climbed_to_video_needs_no_way(city: Organization, hana: Volunteer) -> None:
    request = RequestFactory(organization=city)
    need = need_of(request, remote=True)
    assert (need.remote, need.point, need.place) == (True, None, "")
    Volunteer.objects.filter(pk=hana.pk).update(lat=35.2, lon=139.0)
    assert ids(request) == []
    assert ids(request, remote=True) == [hana.pk]


def test_a_request_with_an_old_or_empty_policy_still_works(
    city: Organization, hana: Volunteer
) -> None:
    request = RequestFactory(organization=city, policy={"caps": {"jobs_30_days": 0}})
    assert excluded(request) == {hana.pk: ["jobs_cap"]}
    assert ids(request, policy={"caps": {"jobs_30_days": 1}}) == [hana.pk]


def test_coordinates_off_the_globe_count_as_unknown(city: Organization, hana: Volunteer) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(lat=999)
    assert "way_unknown" in codes(RequestFactory(organization=city), hana)


def test_counts_say_who_could_who_waits_and_who_is_registered(
    city: Organization, hana: Volunteer, minh: Volunteer
) -> None:
    VolunteerFactory(organization=city, rules=[(0, 540, 600)])
    VolunteerFactory(organization=city, status="paused")
    Volunteer.objects.filter(pk=minh.pk).update(on_call_until=NOW + timedelta(hours=1))
    found = count_able(need_of(RequestFactory(organization=city)), city, NOW)
    assert (found.able, found.on_call, found.registered) == (2, 1, 3)


@pytest.mark.parametrize("narrowed", [False, True], ids=["loaded", "narrowed"])
@pytest.mark.parametrize("status", ["active", "paused", "withdrawn"])
@pytest.mark.parametrize("until", [None, -1, 0, 1], ids=["open", "before", "that day", "after"])
def test_a_pause_counts_the_same_for_the_number_and_for_the_list(
    city: Organization, monkeypatch: pytest.MonkeyPatch, status: str, until: int | None,
    narrowed: bool,
) -> None:  # fmt: skip
    """``until``: the last day of the pause, in days from the day of the request."""
    monkeypatch.setattr(candidates, "LOAD_ALL", -1 if narrowed else 2000)
    need = need_of(RequestFactory(organization=city))
    paused_until = None if until is None else need.day + timedelta(days=until)
    VolunteerFactory(organization=city, status=status, paused_until=paused_until)
    listed = len(find_for_need(need, city, at=NOW).candidates)
    counted = count_able(need, city, NOW)
    assert (counted.able, counted.registered) == (listed, listed)
    assert listed == (status == "active" or (status == "paused" and until == -1))


def test_the_number_of_statements_does_not_grow_with_the_register(city: Organization) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            find_for_need(need, city, at=NOW)
        return len(caught)

    need = need_of(RequestFactory(organization=city))
    VolunteerFactory.create_batch(2, organization=city)
    few = statements()
    VolunteerFactory.create_batch(20, organization=city, skills=["vi", "en"])
    assert statements() == few <= 10


# ---- Narrowed by the database ------------------------------------------------------------------

START = NOW + timedelta(days=2, hours=3)
CITY_HALL = Point(*register.CENTRE)
ON_SITE = Need(
    language="en",
    mode="accompany",
    urgency="booked",
    field="medical",
    starts_at=START,
    ends_at=START + timedelta(minutes=90),
    point=CITY_HALL,
    area="第1地区",
    place="市立病院",
)
AT_ONCE = replace(
    ON_SITE, urgency="now", starts_at=NOW, ends_at=NOW + timedelta(hours=1), field="administrative"
)
NEEDS = {
    "on site": ON_SITE,
    "another place": replace(ON_SITE, place="", field="legal"),
    "no place": replace(ON_SITE, point=None, area="", field="other"),
    "dialects": replace(ON_SITE, language="zh-TW", field="school"),
    "a general language": replace(ON_SITE, language="zh"),
    "counter": AT_ONCE,
    "counter by video": replace(AT_ONCE, mode="video", remote=True, point=None, place=""),
    "at night": replace(
        AT_ONCE, starts_at=NOW + timedelta(hours=13), ends_at=NOW + timedelta(hours=14)
    ),
    "over midnight": replace(ON_SITE, ends_at=START + timedelta(hours=14)),
    "two slots in a row": replace(
        ON_SITE, starts_at=START - timedelta(hours=2), ends_at=START + timedelta(hours=2)
    ),
    "a holiday": replace(
        ON_SITE, starts_at=NOW + timedelta(days=38), ends_at=NOW + timedelta(days=38, hours=2)
    ),
    "written": replace(ON_SITE, mode="translation", remote=True, point=None),
    "hard wishes": replace(
        ON_SITE,
        requirements=(
            Wish("gender", True, "female"), Wish("qualified", True), Wish("level", True, "2"),
        ),
    ),
    "soft wishes": replace(
        ON_SITE,
        requirements=(
            Wish("gender", False, "male"), Wish("level", False, "3"), Wish("qualified", False),
        ),
    ),
    "dialect wished": replace(
        ON_SITE, language="zh", requirements=(Wish("dialect", True, "zh-TW"),)
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def large(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A random register of 1,500 people, rolled back after this module."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield register.fill(1500, slug="large", seed=7)
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", NEEDS)
def test_narrowing_in_the_database_changes_nothing(
    large: Organization, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = NEEDS[name]
    at = need.starts_at if need.urgency == "now" else NOW
    whole = find_for_need(need, large, at=at, limit=50, body_id=1)
    assert whole.candidates, "a comparison of nothing would prove nothing"
    monkeypatch.setattr(candidates, "LOAD_ALL", -1)
    narrowed = find_for_need(need, large, at=at, limit=50, body_id=1)
    assert narrowed.candidates == whole.candidates
    assert narrowed.able == whole.able


def test_the_database_alone_gives_the_same_order(large: Organization) -> None:
    search = candidates.Search(
        need=ON_SITE, organization_id=large.pk, at=NOW, policy=candidates.policy_for(large)
    )
    search, _ = candidates._surveyed(search)
    whole = find_for_need(ON_SITE, large, at=NOW, limit=10_000)
    found, able = prune.best(search, 10_000)
    assert found == [c.volunteer_id for c in whole.candidates]
    assert able == len(found) > 20


def test_people_at_another_job_are_listed_from_a_narrowed_register_too(
    large: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "LOAD_ALL", -1)
    person = find_for_need(ON_SITE, large, at=NOW).candidates[0].volunteer_id
    other = RequestFactory(organization=large, starts_at=START, place_name="市民センター")
    AssignmentFactory(request=other, volunteer=Volunteer.objects.get(pk=person))
    found = find_for_need(ON_SITE, large, at=NOW)
    assert person not in [c.volunteer_id for c in found.candidates]
    assert ["busy"] in [
        [r.code for r in e.reasons] for e in found.excluded if e.volunteer_id == person
    ]


def test_counts_agree_however_they_are_made(
    large: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = count_able(ON_SITE, large, NOW)
    monkeypatch.setattr(candidates, "LOAD_ALL", -1)
    assert count_able(ON_SITE, large, NOW) == whole
