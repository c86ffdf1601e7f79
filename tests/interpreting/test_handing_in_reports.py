"""Handing in a report: what is written, what is refused, what a second press does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from accounts.errors import ActionError
from accounts.models import AuditEntry
from accounts.times import TOKYO
from dispatch.actions import assignments
from dispatch.models import Assignment, Request
from interpreting.actions import return_report, submit_report
from interpreting.models import Report
from interpreting.receipts import prepare
from realtime.models import Message
from tests.factories import NOW
from tests.interpreting.reporting import START, draft_of, job_of, photo, reported


def hand_in(assignment, draft, *, via="volunteer", by=None, at=NOW):
    return submit_report(assignment, draft, via=via, by=by, at=at)


def refusal(assignment, draft, **more):
    with pytest.raises(ActionError) as refused:
        hand_in(assignment, draft, **more)
    assert not Report.objects.filter(assignment=assignment).exists()
    return refused.value


def test_a_report_finishes_the_assignment_and_the_request(hana):
    job = job_of(hana)
    report = hand_in(job, draft_of(job, waiting_minutes=10, transport="car", distance_km=12))
    job.refresh_from_db()
    assert (report.minutes, report.waiting_minutes, report.distance_km) == (90, 10, 12)
    assert report.state == Report.State.SUBMITTED
    assert job.state == Assignment.State.FINISHED
    assert Request.objects.get(pk=job.request_id).status == Request.Status.FINISHED
    entry = AuditEntry.objects.get(verb="report.submitted")
    assert (entry.subject, entry.actor_label) == (job.request.key, "山田 花")


@pytest.mark.parametrize("state", ["confirmed", "reconfirmed", "started"])
def test_it_is_taken_in_every_state_of_a_job_that_began(hana, state):
    job = job_of(hana)
    Assignment.objects.filter(pk=job.pk).update(state=state)
    assert hand_in(job, draft_of(job)).pk


@pytest.mark.parametrize("state", ["cancelled", "no_show"])
def test_a_job_that_did_not_take_place_cannot_be_reported(hana, state):
    job = job_of(hana)
    Assignment.objects.filter(pk=job.pk).update(state=state)
    assert refusal(job, draft_of(job)).code == "not_reportable"


def test_nothing_is_reported_before_the_job_began(hana):
    job = job_of(hana, start=NOW + timedelta(hours=1))
    assert refusal(job, draft_of(job)).code == "too_early"


def test_a_job_may_end_after_midnight(hana):
    late = datetime(2026, 11, 20, 23, 0, tzinfo=TOKYO)
    job = job_of(hana, start=late, minutes=150)
    report = hand_in(job, draft_of(job))
    assert report.minutes == 150
    assert report.ended_at.astimezone(TOKYO).day == 21


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"minutes": 0}, "ends_before_start", "ended_at"),
        ({"minutes": -30}, "ends_before_start", "ended_at"),
        ({"minutes": 25 * 60}, "too_long_activity", "ended_at"),
        ({"started_at": START - timedelta(days=30)}, "far_from_booking", "started_at"),
        ({"minutes": 60 * 24 * 30}, "in_the_future", "ended_at"),
        ({"waiting_minutes": -1}, "out_of_range", "waiting_minutes"),
        ({"transport": "taxi", "transport_yen": 100_001}, "out_of_range", "transport_yen"),
        ({"transport_yen": 300}, "transport_without_means", "transport"),
        ({"transport": "rocket"}, "unknown_transport", "transport"),
        ({"outcome": "fine"}, "unknown_outcome", "outcome"),
        ({"comment": "あ" * 2001}, "too_long", "comment"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(hana, change, code, field):
    job = job_of(hana)
    error = refusal(job, draft_of(job, **change))
    assert (error.code, error.field, error.status) == (code, field, 400)


def test_it_may_be_sent_in_the_minute_that_it_names_as_the_end(hana):
    job = job_of(hana)
    draft = draft_of(job)
    soon = draft.ended_at - timedelta(seconds=61)
    assert refusal(job, draft, at=soon).code == "in_the_future"
    hand_in(job, draft, at=soon + timedelta(seconds=1))


def test_a_translation_may_take_longer_than_a_day_and_start_later(hana):
    job = job_of(hana, mode="translation", start=START - timedelta(days=20))
    draft = draft_of(job, started_at=START - timedelta(days=10), minutes=60 * 24 * 3)
    assert hand_in(job, replace(draft, amount_units=3)).amount_units == 3


def test_the_same_report_again_changes_nothing(hana):
    job = job_of(hana)
    draft = draft_of(job, transport="train_bus", transport_yen=460)
    first = hand_in(job, draft)
    again = hand_in(job, draft, at=NOW + timedelta(minutes=1))
    assert again.pk == first.pk
    assert again.submitted_at == first.submitted_at
    assert AuditEntry.objects.filter(verb="report.submitted").count() == 1


def test_another_report_for_the_same_job_is_refused(hana, coordinator):
    job = job_of(hana)
    hand_in(job, draft_of(job))
    with pytest.raises(ActionError) as refused:
        hand_in(job, draft_of(job, minutes=120), via="desk", by=coordinator)
    assert refused.value.code == "already_reported"
    assert Report.objects.get().minutes == 90


def test_a_returned_report_is_handed_in_anew(hana, coordinator):
    report = reported(hana)
    returned = return_report(report, "終了時刻をご確認ください。", by=coordinator, at=NOW)
    job = returned.assignment
    anew = hand_in(job, draft_of(job, minutes=60), at=NOW + timedelta(hours=1))
    assert (anew.pk, anew.state, anew.minutes) == (report.pk, "submitted", 60)
    assert anew.return_reason == ""


def test_a_returned_report_may_come_back_unchanged(hana, coordinator):
    report = return_report(reported(hana), "よろしいですか。", by=coordinator, at=NOW)
    anew = hand_in(report.assignment, draft_of(report.assignment), at=NOW + timedelta(hours=1))
    assert anew.state == Report.State.SUBMITTED


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "活動報告について"), ("ja-simple", "もう一度"), ("en", "check your report")],
)
def test_the_volunteer_is_told_in_their_language_without_the_reason(
    hana, coordinator, language, words
):
    hana.message_language = language
    hana.save()
    return_report(reported(hana), "グエンさんの名前を消してください", by=coordinator, at=NOW)
    message = Message.objects.get(kind="report_returned")
    assert words in message.body
    assert "グエン" not in message.body + message.subject
    assert "山田" not in message.body + message.subject


def test_nobody_is_written_to_at_night(hana, coordinator):
    hana.organization.quiet_from, hana.organization.quiet_to = 21 * 60, 8 * 60
    hana.organization.save()
    night = datetime(2026, 11, 24, 22, 30, tzinfo=TOKYO)
    return_report(reported(hana), "ご確認ください。", by=coordinator, at=night)
    leaves = Message.objects.get(kind="report_returned").not_before.astimezone(TOKYO)
    assert (leaves.day, leaves.hour) == (25, 8)


def test_photos_are_kept_once_and_three_at_most(hana):
    job = job_of(hana)
    one, two, three, four = (prepare(photo(size=(40 + n, 30)).read()) for n in range(4))
    draft = draft_of(job, transport="taxi", transport_yen=900, receipts=(one, two, one))
    report = hand_in(job, draft)
    assert report.receipts.count() == 2
    assert hand_in(job, draft).receipts.count() == 2
    assert report.assignment == job
    other = job_of(hana, start=START - timedelta(days=1))
    error = refusal(other, draft_of(other, receipts=(one, two, three, four)))
    assert (error.code, error.field) == ("too_many_receipts", "receipts")


def test_a_corrected_report_keeps_and_drops_photos(hana, coordinator):
    job = job_of(hana)
    one, two = (prepare(photo(size=(40 + n, 30)).read()) for n in range(2))
    report = hand_in(job, draft_of(job, transport="taxi", transport_yen=900, receipts=(one,)))
    old = report.receipts.get()
    return_report(report, "別の領収書をお願いします。", by=coordinator, at=NOW)
    draft = draft_of(job, transport="taxi", transport_yen=900)
    hand_in(job, replace(draft, receipts=(two,), drop_receipts=frozenset({old.pk})))
    assert [bytes(kept.content) for kept in report.receipts.all()] == [two]


def test_somebody_elses_photo_cannot_be_dropped(hana, minh):
    mine = reported(minh, transport="taxi", transport_yen=900, receipts=(prepare(photo().read()),))
    job = job_of(hana)
    hand_in(job, replace(draft_of(job), drop_receipts=frozenset({mine.receipts.get().pk})))
    assert mine.receipts.count() == 1


def test_the_last_of_two_seats_finishes_the_request(hana, minh):
    first = job_of(hana, seats=2)
    second = first.request.assignments.create(
        volunteer=minh, seat=2, period=first.period, created_at=NOW
    )
    hand_in(first, draft_of(first))
    assert Request.objects.get(pk=first.request_id).status == Request.Status.FILLED
    assignments.start(second, at=NOW)
    hand_in(second, draft_of(second))
    assert Request.objects.get(pk=first.request_id).status == Request.Status.FINISHED
