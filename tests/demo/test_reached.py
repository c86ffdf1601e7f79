"""The demo shows how people are reached: applications, further ways, texts, failures, near jobs."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from django.test import Client
from django.urls import reverse

from dispatch.awaited import silent
from dispatch.idle import is_idle
from dispatch.models import Assignment
from realtime.models import DailyCost, Inbound, Message
from tests.factories import NOW
from volunteers.applications.pledges import pledge_of
from volunteers.models import Application, Training, Volunteer


def test_applications_stand_at_different_steps(world: SimpleNamespace) -> None:
    states = set(
        Application.objects.filter(organization=world.city).values_list("state", flat=True)
    )
    assert states == {"submitted", "screening", "interview", "declined"}


def test_the_public_form_is_open_and_the_pledge_is_there_in_three_languages(
    world: SimpleNamespace,
) -> None:
    page = Client().get(reverse("volunteers:apply", args=[world.city.slug]))
    assert page.status_code == 200
    pledge = pledge_of(world.city)
    assert pledge.pk is not None
    assert all([pledge.text, pledge.text_simple, pledge.text_en])


def test_many_people_have_a_second_way_and_some_quiet_hours_of_their_own(
    world: SimpleNamespace,
) -> None:
    people = Volunteer.objects.of(world.city)
    assert people.exclude(other_channels=[]).count() > people.count() // 4
    assert people.filter(quiet_from__isnull=False).exists()
    assert Training.objects.filter(volunteer__organization=world.city).exists()


def test_somebody_has_stopped_sms_and_a_text_waits_for_the_desk(world: SimpleNamespace) -> None:
    assert Volunteer.objects.of(world.city).filter(sms_stopped_at__isnull=False).count() == 1
    texts = Inbound.objects.filter(organization_id=world.city.pk)
    assert set(texts.filter(state="unclear").values_list("provider_id", flat=True)) == {
        "seed-unclear"
    }


def test_a_number_is_idle(world: SimpleNamespace) -> None:
    people = Volunteer.objects.of(world.city).filter(status="active")
    assert sum(is_idle(one, NOW) for one in people) == 1


def test_messages_ended_in_every_way(world: SimpleNamespace) -> None:
    messages = Message.objects.of_organization(world.city.pk)
    failed = messages.filter(state="failed", channel="sms").exclude(error="taken_back")
    assert any(one.went_on for one in failed)
    assert any(not one.went_on for one in failed)
    assert messages.filter(state="sent").exists()
    assert messages.filter(state="delivered", delivered_at__isnull=False).exists()
    assert DailyCost.objects.filter(organization_id=world.city.pk).exists()


def test_jobs_of_this_hour_have_people_on_their_way(world: SimpleNamespace) -> None:
    near = Assignment.objects.filter(
        request__organization=world.city, request__starts_at__lt=NOW + timedelta(minutes=60)
    ).filter(request__ends_at__gt=NOW)
    assert near.filter(on_the_way_at__isnull=False, arrived_at=None).exists()
    assert near.filter(arrived_at__isnull=False).exists()


def test_a_booked_person_has_not_answered_whether_they_come(world: SimpleNamespace) -> None:
    assert silent(world.city, NOW)


def test_calendars_are_open(world: SimpleNamespace) -> None:
    assert Volunteer.objects.of(world.city).exclude(feed_token=None).count() == 1
    assert world.city.desks.exclude(feed_token=None).exists()
