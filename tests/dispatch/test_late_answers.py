"""Answers sent by a service worker: acted upon once, never against a later answer, told in words."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from dispatch.actions.offers import accept_offer, decline_offer
from dispatch.models import Assignment, Offer
from dispatch.phone import offers
from dispatch.phone.late_answers import in_words, useful_until
from dispatch.phone.stages import stage_of
from tests.factories import OfferFactory, RequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(city, hana, now, clock) -> Offer:
    """Hana is asked for a job in two days."""
    request = RequestFactory(organization=city, starts_at=now + timedelta(days=2), opened_at=now)
    return OfferFactory(
        request=request, volunteer=hana, created_at=now, expires_at=now + timedelta(hours=2)
    )


def send(offer: Offer, verb: str = "accept", key: str = "press-0001", age: object = 0, **more: str):
    """What the worker posts."""
    address = reverse(f"dispatch:offer_{verb}", args=[offer.token]) + more.pop("query", "")
    headers = {"Accept": "application/json, text/html;q=0.5", "X-Answer-Age": str(age)}
    client = Client(raise_request_exception=False)
    return client.post(address, headers=headers | {"Idempotency-Key": key})


def test_it_says_in_words_that_it_is_theirs(offer):
    told = send(offer)
    assert told.status_code == 200
    said = told.json()
    assert (said["outcome"], said["title"]) == ("yours", "あなたに決まりました")
    assert "ベトナム語" in said["body"]
    assert said["url"] == f"/o/{offer.token}/"


def test_it_speaks_the_language_of_the_volunteer(offer, hana):
    hana.message_language = "en"
    hana.save()
    assert send(offer).json()["title"] != "あなたに決まりました"


def test_a_yes_that_came_too_late_says_so_and_is_kept(offer, minh, now):
    accept_offer(OfferFactory(request=offer.request, volunteer=minh), via="web", at=now)
    said = send(offer).json()
    assert (said["outcome"], said["title"]) == ("too_late", "ほかの方に決まりました")
    assert "控え" in said["body"]


def test_the_same_press_twice_is_one_answer(offer):
    assert send(offer).json() == send(offer).json()
    assert Assignment.objects.count() == 1


def test_a_press_at_which_something_failed_comes_again_and_counts(offer, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(offers, "accept_offer", fail)
        assert send(offer).status_code >= 500
    assert not Assignment.objects.exists()
    assert send(offer, age=30).json()["outcome"] == "yours"
    assert Assignment.objects.count() == 1


def fail(*args: object, **kwargs: object) -> None:
    raise RuntimeError("on its way something broke")


def test_an_offer_that_still_waits_is_not_called_over(offer, now):
    told = in_words(HttpResponse(), offer, stage_of(offer, now), now)
    assert json.loads(told.content)["title"] == "お返事をお待ちしています"


def test_a_press_that_was_refused_is_refused_again_not_called_over(offer, hana):
    hana.registrations.update(ends_on=offer.created_at.date() - timedelta(days=1))
    first, again = send(offer), send(offer, age=30)
    assert first.status_code == again.status_code >= 400
    assert first.json() == again.json()


def test_a_press_that_was_acted_upon_does_not_come_back_after_another_answer(offer, now, clock):
    send(offer, "decline", key="press-no-1")
    clock.move(minutes=1)
    send(offer, "accept", key="press-yes-1")
    clock.move(minutes=1)
    assert send(offer, "decline", key="press-no-1").json()["outcome"] == "yours"
    assert Offer.objects.get(pk=offer.pk).state == "accepted"


def test_an_older_press_does_not_undo_a_newer_answer(offer, now, clock):
    clock.move(minutes=30)
    decline_offer(offer, via="web", at=clock.at)  # on another device, after the press
    clock.move(minutes=5)
    assert send(offer, age=3600).json()["outcome"] == "declined"
    assert not Assignment.objects.exists()


def test_an_older_answer_does_not_hold_back_a_newer_press(offer, now, clock):
    decline_offer(offer, via="web", at=clock.at)
    clock.move(minutes=30)
    assert send(offer, age=60).json()["outcome"] == "yours"


@pytest.mark.parametrize("age", ["", "-5", "1e9", "９９", "9" * 30, "abc"])
def test_nonsense_about_the_age_counts_as_now(offer, age):
    assert send(offer, age=age).json()["outcome"] == "yours"


def test_a_key_of_one_offer_says_nothing_about_another(offer, hana, city, now):
    later = RequestFactory(organization=city, starts_at=now + timedelta(days=5), opened_at=now)
    other = OfferFactory(request=later, volunteer=hana, expires_at=now + timedelta(hours=2))
    send(offer)
    assert send(other).json()["outcome"] == "yours"


def test_a_refusal_is_told_with_its_reason(offer, hana):
    hana.registrations.update(ends_on=offer.created_at.date() - timedelta(days=1))
    told = send(offer)
    assert told.status_code >= 400
    assert told.json()["title"]
    assert not Assignment.objects.exists()


def test_a_browser_still_gets_a_page(offer):
    page = Client().post(reverse("dispatch:offer_accept", args=[offer.token]))
    assert (page.status_code, page["Location"]) == (303, f"/o/{offer.token}/")


def test_an_answer_is_of_use_until_it_begins_or_the_ring_is_over(offer, now):
    assert useful_until(offer) == offer.request.starts_at
    offer.rings_until = now + timedelta(seconds=40)
    assert useful_until(offer) == offer.rings_until


def test_at_the_counter_it_is_of_use_until_the_deadline(offer, now):
    offer.request.starts_at, offer.request.ends_at = now, now + timedelta(hours=1)
    assert useful_until(offer) == offer.request.ends_at  # the deadline lies after the end
    offer.expires_at = now + timedelta(minutes=20)
    assert useful_until(offer) == offer.expires_at


def test_a_step_of_a_job_is_noted_for_when_it_was_pressed(offer, hana, now, clock, client_of):
    job = accept_offer(offer, via="web", at=now).assignment
    clock.at = offer.request.starts_at - timedelta(minutes=5)
    pressed = clock.at
    clock.move(minutes=20)  # the hospital has no signal
    address = reverse("volunteer:job_arrived", args=[job.pk])
    client_of(hana.user).post(address, headers={"X-Answer-Age": "1200"})
    assert Assignment.objects.get(pk=job.pk).arrived_at == pressed
