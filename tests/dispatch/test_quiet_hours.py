"""Which messages about a job keep the quiet hours on every way, and whose hours those are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Organization
from dispatch import staying
from dispatch.messages import tell, tell_person
from realtime.models import Message
from tests.factories import RequestFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 24, 11, 55, tzinfo=UTC)  # 20:55 in Tokyo
TOWNS, OWN = (21 * 60, 8 * 60), (20 * 60, 11 * 60)


@pytest.fixture(autouse=True)
def _quiet(city: Organization, hana: Volunteer) -> None:
    city.quiet_from, city.quiet_to = TOWNS
    city.save()
    hana.organization = city


def kept(message: Message | None) -> tuple[int | None, int | None]:
    assert message is not None
    return message.quiet_from, message.quiet_to


@pytest.mark.parametrize(
    ("job", "person", "hours"),
    [
        ({}, {}, TOWNS),
        ({}, {"quiet_from": OWN[0], "quiet_to": OWN[1]}, OWN),
        ({}, {"night_messages": True}, (None, None)),
        ({"urgency": "now"}, {}, (None, None)),
        ({"starts_at": EVENING + timedelta(hours=9)}, {}, (None, None)),  # before the morning
    ],
)
def test_a_message_about_a_job_keeps_the_hours_unless_it_cannot_wait(
    city: Organization,
    hana: Volunteer,
    job: dict[str, object],
    person: dict[str, object],
    hours: tuple[int | None, int | None],
) -> None:
    for name, value in person.items():
        setattr(hana, name, value)
    job = {"starts_at": EVENING + timedelta(days=2)} | job
    request = RequestFactory(organization=city, **job)
    assert kept(tell(hana, request, "filled", dedupe_key="k", at=EVENING)) == hours


@pytest.mark.parametrize("waits", [True, False])
def test_another_message_keeps_them_when_its_first_way_may_wait(
    hana: Volunteer, waits: bool
) -> None:
    message = tell_person(
        hana, kind="report_returned", subject="s", text="t", dedupe_key="k", at=EVENING,
        not_before=EVENING if waits else None,
    )  # fmt: skip
    assert kept(message) == (TOWNS if waits else (None, None))


def test_the_question_whether_to_stay_keeps_them(hana: Volunteer) -> None:
    staying.tell(hana, "stay", EVENING, {"once": "1"})
    assert {kept(one) for one in Message.objects.all()} == {TOWNS}
