"""Who sits at the desk comes first there: in the ranking, in the first wave, on form and board."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Organization, User
from dispatch import candidates
from dispatch.candidates import count_able, find_candidates, need_of
from dispatch.engine import advance
from dispatch.models import Desk
from tests.conftest import Clock
from tests.dispatch.desk import counter
from tests.factories import (
    NOW,
    AssignmentFactory,
    DeskFactory,
    RequestFactory,
    ShiftFactory,
    VolunteerFactory,
)
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
AT = NOW + timedelta(hours=1)  # 11:00 in Tokyo, within the shift of the factory


@pytest.fixture
def desk(city: Organization) -> Desk:
    return DeskFactory(organization=city, name="駅前窓口")


@pytest.fixture
def sitter(desk: Desk) -> Volunteer:
    """Sits at the desk although the stated hours and the way from home would not allow it."""
    person = VolunteerFactory(
        organization=desk.organization, number=900, rules=[(0, 540, 600)], lat=35.2, lon=139.0
    )
    ShiftFactory(desk=desk, volunteer=person)
    return person


def at_counter(desk: Desk | None, city: Organization, **more: Any) -> Any:
    values = {"urgency": "now", "mode": "onsite", "starts_at": AT, "field": "administrative"}
    place = {"place_name": desk.name} if desk else {}
    return RequestFactory(organization=city, desk=desk, **(values | place | more))


def ids(request: Any) -> list[int]:
    return [one.volunteer_id for one in find_candidates(request, at=AT).candidates]


def test_who_sits_at_the_desk_is_first_there(
    city: Organization, desk: Desk, hana: Volunteer, sitter: Volunteer
) -> None:
    first = find_candidates(at_counter(desk, city), at=AT).candidates[0]
    assert first.volunteer_id == sitter.pk
    assert first.travel_minutes == 0
    assert "窓口にいます" in [reason.text for reason in first.reasons]
    assert ids(at_counter(desk, city)) == [sitter.pk, hana.pk]


def test_nowhere_else_and_never_later(
    city: Organization, desk: Desk, hana: Volunteer, sitter: Volunteer
) -> None:
    other = DeskFactory(organization=city, name="別の窓口")
    assert ids(at_counter(other, city)) == [hana.pk]
    assert ids(at_counter(None, city)) == [hana.pk]
    assert ids(at_counter(desk, city, place_name="市立病院")) == [hana.pk]
    booked = {"urgency": "booked", "starts_at": AT + timedelta(days=7)}
    assert ids(at_counter(desk, city, **booked)) == [hana.pk]
    assert ids(at_counter(desk, city, mode="video")) == [hana.pk]


def test_who_is_busy_at_the_desk_is_not_first(
    city: Organization, desk: Desk, hana: Volunteer, sitter: Volunteer
) -> None:
    AssignmentFactory(request=at_counter(desk, city), volunteer=sitter, state="started")
    assert ids(at_counter(desk, city)) == [hana.pk]


def test_whoever_has_a_job_soon_is_not_asked_although_still_at_the_desk(
    city: Organization, desk: Desk, hana: Volunteer, sitter: Volunteer
) -> None:
    soon = at_counter(None, city, starts_at=AT + timedelta(minutes=30), place_name="市立病院")
    AssignmentFactory(request=soon, volunteer=sitter)
    assert ids(at_counter(desk, city)) == [hana.pk]


@pytest.mark.parametrize("lacks", ["term", "pledge", "language", "wish"])
def test_the_hard_rules_hold_at_the_desk_too(
    city: Organization, desk: Desk, hana: Volunteer, lacks: str
) -> None:
    year = (date(2026, 4, 1), date(2027, 3, 31), None)
    more: dict[str, Any] = {
        "term": {"registration": False},
        "pledge": {"registration": year},
        "language": {"skills": ["ko"]},
        "wish": {"gender": "male"},
    }[lacks]
    person = VolunteerFactory(organization=city, **more)
    ShiftFactory(desk=desk, volunteer=person)
    request = at_counter(desk, city)
    request.requirements.create(kind="gender", hard=True, value="female")
    assert ids(request) == [hana.pk]


def test_a_very_large_register_puts_them_first_too(
    city: Organization, desk: Desk, hana: Volunteer, sitter: Volunteer, monkeypatch: Any
) -> None:
    monkeypatch.setattr(candidates, "LOAD_ALL", -1)
    request = at_counter(desk, city)
    assert ids(request) == [sitter.pk, hana.pk]
    assert count_able(need_of(request), city, AT, desk_id=desk.pk).at_desk == 1


def test_the_first_wave_asks_them_first(
    city: Organization, desk: Desk, hana: Volunteer, sitter: Volunteer
) -> None:
    request = counter(city, AT, desk=desk, place_name=desk.name)
    advance(request.pk, AT)
    best = request.offers.order_by("rank").first()
    assert best is not None
    assert best.volunteer == sitter


def test_the_counts_while_typing_know_them(
    city: Organization, desk: Desk, hana: Volunteer, sitter: Volunteer
) -> None:
    need = need_of(at_counter(desk, city))
    with_desk = count_able(need, city, AT, desk_id=desk.pk)
    assert (with_desk.able, with_desk.at_desk) == (2, 1)
    without = count_able(need, city, AT)
    assert (without.able, without.at_desk) == (1, 0)


def test_the_form_and_the_board_say_who_is_there(
    client_of: Any, coordinator: User, desk: Desk, sitter: Volunteer, clock: Clock, now: datetime
) -> None:
    clock.move(hours=1)
    client = client_of(coordinator)
    typed = {"language": "vi", "language_text": "ベトナム語", "urgency": "now", "mode": "onsite",
             "field": "administrative", "minutes": 60, "desk": desk.pk}  # fmt: skip
    form = client.get(reverse("dispatch:count"), typed).content.decode()
    assert '窓口に <strong class="ask__number">1</strong>人' in form
    board = client.get(reverse("dispatch:board")).content.decode()
    assert "窓口にいる人" in board
    assert sitter.name in board
    clock.move(hours=9)
    assert "窓口にいる人" not in client.get(reverse("dispatch:board")).content.decode()
