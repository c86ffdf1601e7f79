"""The first page says when a term is to be renewed, and when the desk has asked whether to stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from tests import factories
from tests.conftest import Clock
from volunteers.models import Volunteer

TERM_END = date(2027, 3, 31)
ClientOf = Callable[[User], Client]


@pytest.fixture
def person(city: Organization) -> Volunteer:
    """Signs in; the term ends on 31 March 2027."""
    found: Volunteer = factories.VolunteerFactory(
        organization=city,
        registration=(date(2026, 4, 1), TERM_END, date(2026, 4, 1)),
        user=factories.UserFactory(email=None, password=None),
    )
    return found


def home(person: Volunteer, client_of: ClientOf) -> str:
    assert person.user is not None
    return client_of(person.user).get(reverse("volunteer:home")).content.decode()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (datetime(2027, 1, 15, 1, tzinfo=UTC), ""),
        (datetime(2027, 2, 10, 1, tzinfo=UTC), "までです。更新の手続きができます。"),
        (datetime(2027, 4, 2, 1, tzinfo=UTC), "に終わりました。"),
    ],
)
def test_renewing_is_offered_when_it_is_time(
    person: Volunteer, client_of: ClientOf, clock: Clock, day: datetime, said: str
) -> None:
    clock.at = day
    page = home(person, client_of)
    assert ("登録を更新する" in page) is bool(said)
    assert said in page


def test_the_question_whether_to_stay_goes_away_with_the_answer(
    person: Volunteer, client_of: ClientOf, clock: Clock
) -> None:
    person.stay_asked_at = clock.at = datetime(2026, 10, 1, 1, tzinfo=UTC)
    person.save()
    assert "活動を続けるかどうか" in home(person, client_of)
    person.stay_answer = "stay"
    person.save()
    assert "活動を続けるかどうか" not in home(person, client_of)


@pytest.mark.parametrize("name", ["term", "me", "calendar", "history"])
def test_every_page_about_oneself_is_one_press_away(
    person: Volunteer, client_of: ClientOf, name: str
) -> None:
    page = home(person, client_of)
    assert f'href="{reverse(f"volunteer:{name}")}"' in page
    assert f'href="{reverse("volunteer_money:money")}"' in page
