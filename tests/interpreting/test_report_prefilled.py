"""The report as a volunteer finds it: the times that were pressed, the way of the last time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from interpreting.forms import ReportForm
from interpreting.models import Report
from tests.factories import AssignmentFactory, ReportFactory, RequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(city, hana, now):
    """Hana's job at the hospital, planned from 8:00 to 9:00, is over."""
    request = RequestFactory(
        organization=city, status="filled", starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1),
    )  # fmt: skip
    return AssignmentFactory(request=request, volunteer=hana, state="started")


def times(assignment) -> tuple[str, str]:
    found = ReportForm(assignment=assignment, by_volunteer=True).initial
    return found["start_time"], found["end_time"]


def pressed(assignment, start: float | None, end: float | None):
    """The buttons pressed so many minutes after the planned beginning."""
    begins = assignment.request.starts_at
    assignment.started_at = begins + timedelta(minutes=start) if start is not None else None
    assignment.finished_at = begins + timedelta(minutes=end) if end is not None else None
    assignment.save()
    return assignment


def test_without_a_press_it_is_the_plan(over):
    assert times(over) == ("08:00", "09:00")


def test_presses_are_taken_outwards_to_whole_minutes(over):
    assert times(pressed(over, 3.5, 71.2)) == ("08:03", "09:12")


def test_who_pressed_only_the_beginning_gets_the_planned_end(over):
    assert times(pressed(over, -5, None)) == ("07:55", "09:00")


def test_a_beginning_pressed_after_the_end_is_no_fact(over):
    assert times(pressed(over, 100, 101)) == ("08:00", "09:00")


def test_an_end_pressed_the_next_day_is_none_either(over):
    assert times(pressed(over, 0, 60 * 25)) == ("08:00", "09:00")


def last_time(over, **values) -> None:
    before = AssignmentFactory(
        request=RequestFactory(
            organization=values.pop("organization", over.request.organization),
            place_name=values.pop("place_name", "市立病院"),
            status="finished",
            starts_at=over.request.starts_at - timedelta(days=30),
        ),
        volunteer=values.pop("volunteer", over.volunteer),
        state="finished",
    )
    ReportFactory(assignment=before, transport_route="三鷹〜吉祥寺 往復", **values)


def test_the_way_of_the_last_time_to_the_same_place_is_filled_in(over):
    last_time(over, transport_yen=380)
    found = ReportForm(assignment=over, by_volunteer=True).initial
    assert (found["transport"], found["transport_yen"]) == ("train_bus", 380)
    assert found["transport_route"] == "三鷹〜吉祥寺 往復"
    assert found["outcome"] == "done"


@pytest.mark.parametrize("other", ["place", "person", "returned", "desk"])
def test_another_way_is_not(over, minh, other):
    if other == "place":
        last_time(over, place_name="みなと小学校")
    elif other == "person":
        last_time(over, volunteer=minh)
    elif other == "returned":
        last_time(over, state="returned")
    else:
        last_time(over)
    found = ReportForm(assignment=over, by_volunteer=other != "desk").initial
    assert "transport_yen" not in found


def send(browser, assignment, **changes):
    form = ReportForm(assignment=assignment, by_volunteer=True)
    values = {name: form.initial.get(name) or "" for name in form.fields if name != "receipts"}
    return browser.post(reverse("volunteer_report:report", args=[assignment.pk]), values | changes)


def test_the_usual_case_is_sent_as_it_stands(over, hana, client_of, clock):
    last_time(over)
    assert send(client_of(hana.user), over).status_code == 302
    report = Report.objects.get(assignment=over)
    assert (report.transport, report.transport_yen, report.outcome) == ("train_bus", 460, "done")


def test_choosing_no_costs_drops_what_was_filled_in(over, hana, client_of, clock):
    last_time(over)
    assert send(client_of(hana.user), over, transport="none").status_code == 302
    report = Report.objects.get(assignment=over)
    assert (report.transport, report.transport_yen, report.transport_route) == ("none", 0, "")


def test_an_amount_typed_without_means_is_still_asked_about(over, hana, client_of, clock):
    last_time(over)
    answer = send(client_of(hana.user), over, transport="none", transport_yen="500")
    assert answer.status_code == 422
    assert "交通手段を選んでください" in answer.content.decode()
