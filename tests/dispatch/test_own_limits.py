"""Where a volunteer's own pages end: far days, clocks that are set, pressing twice, having left."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from realtime.models import Inbound
from tests.factories import AssignmentFactory, RequestFactory, VolunteerFactory
from volunteers.actions.trainings import add_training
from volunteers.models import Training, Volunteer

CERTIFICATE = {"kind": "certificate", "name": "検定1級", "done_on": "2026-04-01", "ends_on": ""}


@pytest.fixture
def phone(hana, client_of, clock) -> Client:
    """Hana's telephone."""
    return client_of(hana.user)


# far days ------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["off", "extra"])
@pytest.mark.parametrize(
    ("first", "last"), [("9999-12-31", ""), ("2026-12-31", "9999-12-31"), ("2300-01-01", "")]
)
def test_days_are_noted_two_years_ahead_at_most(phone, hana, kind, first, last):
    answer = phone.post("/v/away/", {"kind": kind, "first_day": first, "last_day": last})
    assert answer.status_code == 422
    assert "2年先までの日にしてください。" in answer.content.decode()
    assert not hana.exceptions.exists()


@pytest.mark.django_db
def test_two_years_ahead_may_be_noted(phone, hana, now):
    day = (now + timedelta(days=730)).date()
    assert phone.post("/v/away/", {"kind": "off", "first_day": f"{day}"}).status_code == 302


# clocks that are set -------------------------------------------------------------------------------
@pytest.mark.django_db
def test_an_end_is_never_before_the_start_nor_a_start_before_the_booking(phone, city, hana, now):
    running = RequestFactory(
        organization=city, status="filled", starts_at=now - timedelta(minutes=30),
        next_action="close", next_action_at=now + timedelta(hours=6),
    )  # fmt: skip
    booking = AssignmentFactory(
        request=running, volunteer=hana, created_at=now - timedelta(minutes=5)
    )
    phone.post(f"/v/assignments/{booking.pk}/start/", headers={"X-Answer-Age": "4000"})
    booking.refresh_from_db()
    assert booking.started_at == booking.created_at
    phone.post(f"/v/assignments/{booking.pk}/finish/", headers={"X-Answer-Age": "604800"})
    booking.refresh_from_db()
    assert booking.finished_at == booking.started_at


# pressing twice ------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_certificate_sent_twice_is_kept_and_told_once(phone, hana):
    for _press in range(2):
        assert phone.post("/v/certificates/", CERTIFICATE).status_code == 302
    assert hana.trainings.count() == 1
    assert Inbound.objects.count() == 1
    assert phone.post("/v/certificates/", {**CERTIFICATE, "done_on": ""}).status_code == 302
    assert hana.trainings.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_certificate_sent_twice_at_once_is_kept_once(hana, now):
    entry = {"kind": "certificate", "name": "検定", "done_on": None, "ends_on": None}
    gate = threading.Barrier(4)

    def send() -> None:
        gate.wait()
        try:
            add_training(hana, **entry, by=None, at=now)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Training.objects.count() == 1


# having left ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_leaving_ends_the_sessions_on_all_devices(phone, hana, client_of):
    other = client_of(hana.user)
    assert other.get("/v/").status_code == 200
    phone.post("/v/leave/", {"sure": "on", "reason": ""})
    assert other.get("/v/")["Location"].startswith("/v/sign-in/")


@pytest.mark.django_db
def test_somebody_active_elsewhere_stays_signed_in(phone, hana, town, client_of):
    VolunteerFactory(organization=town, user=hana.user)
    other = client_of(hana.user)
    phone.post("/v/leave/", {"sure": "on", "reason": ""})
    assert other.get("/v/").status_code == 200


@pytest.mark.django_db
def test_whoever_has_left_only_looks(phone, hana):
    Volunteer.objects.filter(pk=hana.pk).update(status="withdrawn")
    before = Volunteer.objects.get(pk=hana.pk).version
    for page, form in (
        ("on-call", {"minutes": "60"}),
        ("away", {"kind": "off", "first_day": "2026-12-01"}),
        ("calendar", {"do": "renew"}),
        ("contact/mobile", {"value": "09012341234"}),
        ("leave", {"sure": "on"}),
    ):
        answer = phone.post(f"/v/{page}/", form)
        assert (answer.status_code, answer["Location"]) == (302, "/v/me/")
    assert "退会した登録は、見ることだけができます。" in phone.get("/v/me/").content.decode()
    present = Volunteer.objects.get(pk=hana.pk)
    assert (present.version, present.exceptions.count()) == (before, 0)
    assert phone.get("/v/money/").status_code == 200
    assert phone.post("/v/data/")["Content-Type"] == "application/zip"
