"""The desks' settings page: an administrator enters and changes desks, and it stands in the trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Organization, User
from dispatch.models import Desk
from tests.conftest import Clock
from tests.factories import DeskFactory

pytestmark = pytest.mark.django_db
NEW = {"name": "駅前窓口", "address": "みなと市1-2-3", "phone": "03-1234-5678"}


@pytest.fixture
def page(admin: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    return client_of(admin)


def edit(desk: Desk) -> str:
    return reverse("dispatch:desk_edit", args=[desk.pk])


def trail() -> list[dict[str, Any]]:
    entries = AuditEntry.objects.filter(verb__startswith="desk.").order_by("id")
    return [{"verb": one.verb, **one.detail} for one in entries]


def test_a_desk_is_entered_and_listed(page: Client, city: Organization) -> None:
    assert page.post(reverse("dispatch:desk_new"), NEW).status_code == 302
    desk = Desk.objects.get(organization=city)
    assert (desk.name, desk.address, desk.phone) == ("駅前窓口", "みなと市1-2-3", "+81312345678")
    assert "03-1234-5678" in page.get(reverse("dispatch:desks")).content.decode()
    assert [line["verb"] for line in trail()] == ["desk.added"]


def test_a_change_is_recorded_and_the_old_position_forgotten(
    page: Client, city: Organization
) -> None:
    desk = DeskFactory(organization=city)
    page.post(edit(desk), {**NEW, "name": desk.name})
    desk.refresh_from_db()
    assert (desk.address, desk.lat) == ("みなと市1-2-3", None)
    (line,) = trail()
    assert (line["verb"], line["before"]["address"]) == ("desk.changed", "")
    page.post(edit(desk), {**NEW, "name": desk.name})
    assert len(trail()) == 1, "saving the same again is no change"


def test_a_new_number_leaves_the_position(page: Client, city: Organization) -> None:
    desk = DeskFactory(organization=city)
    page.post(edit(desk), {"name": desk.name, "phone": "03-1234-5678"})
    desk.refresh_from_db()
    assert desk.lat is not None


@pytest.mark.parametrize(
    ("slip", "says"),
    [
        ({"name": ""}, "名称を入力してください"),
        ({"phone": "12"}, "電話"),
        ({"name": "本庁"}, "同じ名称の窓口があります"),
    ],
)
def test_a_slip_is_shown_beside_its_field(
    page: Client, city: Organization, slip: dict[str, str], says: str
) -> None:
    DeskFactory(organization=city, name="本庁")
    answer = page.post(reverse("dispatch:desk_new"), NEW | slip)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert Desk.objects.count() == 1


def test_another_towns_desk_may_have_the_same_name(page: Client, town: Organization) -> None:
    DeskFactory(organization=town, name=NEW["name"])
    assert page.post(reverse("dispatch:desk_new"), NEW).status_code == 302
