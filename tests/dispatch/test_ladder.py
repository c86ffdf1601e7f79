"""The ladder: what is copied, which rung opens when, and the coordinator's hand on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from dispatch.actions.offers import accept_offer, decline_offer
from dispatch.actions.requests import cancel_request, edit_request, stop_waves
from dispatch.actions.rungs import open_rung
from dispatch.engine import advance
from dispatch.ladder import deadline_of, ladder_for, plan, serves_language, within_hours
from dispatch.log_texts import SENTENCES, WHY, sentence
from dispatch.models import Request
from dispatch.policy import DEFAULT, rungs_of
from tests.dispatch.desk import booked, counter, kinds
from tests.factories import OperatorServiceFactory, SharingAgreementFactory, VolunteerFactory

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday 10:00 in Tokyo


def policy(*rungs: dict[str, Any]) -> dict[str, Any]:
    return DEFAULT | {"ladder": list(rungs)}


def lines(request: Request, verb: str) -> list[dict[str, Any]]:
    return list(
        AuditEntry.objects.about(request.key).filter(verb=verb).values_list("detail", flat=True)
    )


# ---- What is copied ----------------------------------------------------------------------------


def test_an_old_policy_without_the_new_keys_keeps_working() -> None:
    found = ladder_for(policy({"kind": "volunteer", "label": "人", "minutes": 5}), "now", "onsite")
    assert found[0]["minutes"] == 5
    assert found[0]["languages"] == []
    device = ladder_for(policy({"kind": "device"}), "now", "onsite")[0]
    assert device["needs_yes_fields"] == ["medical", "legal"]


@pytest.mark.parametrize(
    "slip",
    [
        {},
        {"kind": "carrier pigeon"},
        "volunteer",
        {"kind": "video", "minutes": "soon"},
        {"kind": "video", "minutes": {"now": []}},
        {"kind": "video", "hours": {"from": "9", "to": 99999}},
        {"kind": "video", "languages": "vi", "parallel": 3, "label": ""},
    ],
)
def test_a_bad_policy_never_stops_a_desk(slip: Any) -> None:
    rungs = rungs_of(policy(slip))
    assert rungs, "a desk always has a ladder"
    for rung in ladder_for(policy(slip), "now", "onsite", "vi", "medical"):
        assert rung["minutes"] is None or rung["minutes"] > 0
        assert rung["label"]


@pytest.mark.parametrize(
    ("tags", "language", "expected"),
    [
        ([], "vi", True),
        (["vi"], "vi", True),
        (["en"], "vi", False),
        (["zh"], "zh-Hant", True),
        (["zh-Hans"], "zh", True),
    ],
)
def test_a_rung_covers_languages_and_their_dialects(
    tags: list[str], language: str, expected: bool
) -> None:
    assert serves_language(tags, language) is expected


def test_rungs_for_other_languages_fields_and_modes_are_left_out_with_the_reason() -> None:
    everything = policy(
        {"kind": "volunteer", "except_fields": ["legal"]},
        {"kind": "video"},
        {"kind": "operator", "languages": ["en"]},
        {"kind": "device", "fields": ["administrative"]},
    )
    kept, out = plan(everything, "now", "video", "vi", "legal")
    assert [rung["kind"] for rung in kept] == []
    assert [(one.kind, one.why) for one in out] == [
        ("volunteer", "field"),
        ("video", "remote_already"),
        ("operator", "language"),
        ("device", "field"),
    ]


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        (None, AT, True),
        ({"weekdays": [1], "from": 540, "to": 1080}, AT, True),
        ({"weekdays": [0], "from": 540, "to": 1080}, AT, False),
        ({"weekdays": [], "from": 540, "to": 600}, AT, False),
        # 23 November is a public holiday on a Monday
        ({"weekdays": [0], "from": 0, "to": 1440}, AT - timedelta(days=1), False),
        ({"weekdays": [7], "from": 0, "to": 1440}, AT - timedelta(days=1), True),
        # the night from Monday's holiday into Tuesday belongs to the day on which it began
        ({"weekdays": [7], "from": 1200, "to": 660}, AT, True),
        ({"weekdays": [1], "from": 1200, "to": 660}, AT, False),
    ],
)
def test_hours_know_weekdays_holidays_and_midnight(
    hours: dict[str, Any] | None, at: datetime, expected: bool
) -> None:
    assert within_hours(hours, at) is expected


def test_what_opens_late_shares_the_time_that_is_left() -> None:
    ladder = ladder_for(DEFAULT, "today", "onsite")
    soon = AT + timedelta(minutes=50)
    limit = deadline_of(ladder, 0, AT, urgency="today", starts_at=soon)
    assert limit == AT + timedelta(minutes=10), "a fifth of what is left, not nothing"


def test_a_rung_passed_over_gives_no_deadline() -> None:
    ladder = ladder_for(DEFAULT, "now", "onsite")
    for rung in ladder[1:]:
        rung["passed"] = "hours"
    assert deadline_of(ladder, 0, AT, urgency="now", starts_at=AT) is None


@pytest.mark.django_db
def test_a_new_request_gets_the_rungs_that_fit_and_the_log_says_which_do_not(
    city: Organization, now: datetime
) -> None:
    request = counter(city, now)
    assert kinds(request) == ["volunteer", "video", "operator", "device"]
    assert lines(request, "rung.left_out") == [
        {"rung": "neighbour", "rung_label": "近隣団体のボランティア（映像）", "why": "no_agreement"}
    ]


@pytest.mark.django_db
def test_a_later_change_of_policy_does_not_touch_a_running_request(
    city: Organization, now: datetime
) -> None:
    request = counter(city, now)
    city.policy = {"ladder": [{"kind": "device"}]}
    city.save()
    request.refresh_from_db()
    assert len(request.ladder) == 4
    assert kinds(counter(city, now)) == ["device"]


# ---- Climbing ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_closed_rungs_are_passed_over_with_a_line_each(city: Organization, now: datetime) -> None:
    evening = {"weekdays": [], "from": 1020, "to": 1200}
    OperatorServiceFactory(operator__organization=city, from_minute=1020, to_minute=1200)
    city.policy = {
        "ladder": [
            {"kind": "volunteer", "hours": evening},
            {"kind": "operator"},
            {"kind": "device"},
        ]
    }
    city.save()
    request = counter(city, now)
    assert request.current_rung["kind"] == "device"
    assert [line["why"] for line in lines(request, "rung.passed_over")] == [
        "hours",
        "operator_closed",
    ]


@pytest.mark.django_db
def test_hours_of_a_booking_are_those_of_the_appointment(city: Organization, now: datetime) -> None:
    city.policy = {"ladder": [{"kind": "volunteer", "hours": {"from": 780, "to": 1020}}]}
    city.save()
    assert booked(city, now).current_rung["kind"] == "volunteer"  # at 14:00, asked at 10:00
    assert booked(city, now - timedelta(hours=3)).current_rung == {}  # at 11:00


@pytest.mark.django_db
def test_without_any_open_rung_the_desk_is_called(city: Organization, now: datetime) -> None:
    city.policy = {"ladder": [{"kind": "operator"}]}
    city.save()
    request = counter(city, now)
    advance(request.pk, now)
    request.refresh_from_db()
    assert (request.status, request.next_action) == ("open", "desk")
    assert request.next_action_at is not None


@pytest.mark.django_db
def test_no_line_is_written_twice_while_the_desk_waits(city: Organization, now: datetime) -> None:
    VolunteerFactory(organization=city)
    city.policy = {"ladder": [{"kind": "volunteer"}, {"kind": "operator"}]}
    city.save()
    request = counter(city, now)
    for minutes in range(0, 50, 2):
        Request.objects.filter(pk=request.pk).update(next_action_at=now)
        advance(request.pk, now + timedelta(minutes=minutes))
    assert len(lines(request, "rung.passed_over")) == 1


@pytest.mark.django_db
def test_video_opens_at_once_when_hardly_anybody_comes_in_time(
    city: Organization, now: datetime
) -> None:
    near = VolunteerFactory(organization=city)
    VolunteerFactory(organization=city, lat=36.4, lon=139.0)  # too far to come, not to talk
    request = counter(city, now)
    advance(request.pk, now)
    request.refresh_from_db()
    assert request.current_rung["kind"] == "video"
    opened = lines(request, "rung.opened")[0]
    assert opened["why"] == "low_chance"
    assert 0 < opened["chance"] < 0.35
    assert request.offers.get(volunteer=near).is_open, "whoever can come may still come"
    assert request.offers.filter(remote=True).count() == 1


@pytest.mark.django_db
def test_a_setting_of_the_desk_lets_it_wait_for_people_on_site(
    city: Organization, now: datetime
) -> None:
    VolunteerFactory(organization=city)
    city.policy = {"early_video": {"below": 0}}
    city.save()
    request = counter(city, now)
    advance(request.pk, now)
    request.refresh_from_db()
    assert request.current_rung["kind"] == "volunteer"
    assert request.next_action_at <= now + timedelta(seconds=90)


@pytest.mark.django_db
def test_a_request_for_video_asks_people_anywhere_from_the_start(
    city: Organization, now: datetime
) -> None:
    far = VolunteerFactory(organization=city, lat=43.06, lon=141.35)
    request = counter(city, now, mode="video")
    advance(request.pk, now)
    assert request.offers.get().volunteer == far
    assert kinds(request) == ["volunteer", "operator", "device"]


@pytest.mark.django_db
def test_the_first_to_answer_wins_and_the_other_way_is_told(
    city: Organization, now: datetime
) -> None:
    VolunteerFactory(organization=city)
    VolunteerFactory(organization=city, lat=36.4, lon=139.0)
    request = counter(city, now)
    advance(request.pk, now)
    by_video = request.offers.get(remote=True)
    assert accept_offer(by_video, via="web", at=now).outcome == "yours"
    assert request.offers.get(remote=False).state == "withdrawn"


@pytest.mark.django_db
def test_whoever_cannot_come_may_still_be_asked_by_video_once(
    city: Organization, coordinator: User, now: datetime
) -> None:
    VolunteerFactory(organization=city)
    city.policy = {"early_video": {"below": 0}}
    city.save()
    request = counter(city, now)
    advance(request.pk, now)
    decline_offer(request.offers.get(), via="web", at=now)
    later = now + timedelta(seconds=90)
    advance(request.pk, later)
    by_video = request.offers.get(remote=True)
    assert by_video.is_open
    decline_offer(by_video, via="web", at=later)
    advance(request.pk, later)
    assert request.offers.count() == 2, "a second no is a no"


@pytest.mark.django_db
def test_on_a_certified_rung_only_people_with_the_training_are_asked(
    city: Organization, now: datetime
) -> None:
    VolunteerFactory(organization=city)
    trained = VolunteerFactory(organization=city, fields=[("medical", True)])
    city.policy = {"ladder": [{"kind": "volunteer", "certified_fields": ["medical"]}]}
    city.save()
    request = counter(city, now, field="medical")
    advance(request.pk, now)
    assert [offer.volunteer for offer in request.offers.all()] == [trained]
    other = counter(city, now, field="administrative")
    advance(other.pk, now)
    assert other.offers.count() == 1  # the other one; the trained was just asked


@pytest.mark.django_db
def test_a_change_of_field_changes_the_rungs_but_not_the_place(
    city: Organization, coordinator: User, now: datetime
) -> None:
    from dispatch.actions.drafts import COLUMNS, Draft

    OperatorServiceFactory(operator__organization=city)
    city.policy = {
        "ladder": [
            {"kind": "volunteer"},
            {"kind": "operator"},
            {"kind": "device", "except_fields": ["legal"]},
        ]
    }
    city.save()
    request = counter(city, now)
    open_rung(request, to=1, seen=0, reason="", by=coordinator, at=now)
    draft = Draft(**({name: getattr(request, name) for name in COLUMNS} | {"field": "legal"}))
    edited = edit_request(request, draft, by=coordinator, at=now)
    assert kinds(edited) == ["volunteer", "operator"]
    assert edited.current_rung["kind"] == "operator"


# ---- The coordinator's hand --------------------------------------------------------------------


@pytest.mark.django_db
def test_the_coordinator_skips_to_a_later_rung_and_goes_back(
    city: Organization, coordinator: User, now: datetime
) -> None:
    OperatorServiceFactory(operator__organization=city)
    VolunteerFactory(organization=city)
    request = counter(city, now)
    open_rung(request, to=2, seen=0, reason="急ぎのため", by=coordinator, at=now)
    request.refresh_from_db()
    assert (request.current_rung["kind"], request.next_action) == ("operator", "desk")
    later = now + timedelta(minutes=2)
    open_rung(request, to=0, seen=2, reason="対面を希望", by=coordinator, at=later)
    request.refresh_from_db()
    assert (request.rung, request.rung_since, request.next_action) == (0, later, "wave")
    assert lines(request, "rung.chosen")[0]["reason"] == "急ぎのため"
    assert lines(request, "rung.reopened")[0]["reason"] == "対面を希望"
    assert advance(request.pk, later)
    assert request.offers.count() == 1


@pytest.mark.django_db
def test_pressing_twice_skips_once(city: Organization, coordinator: User, now: datetime) -> None:
    request = counter(city, now)
    for _ in range(2):
        open_rung(request, to=1, seen=0, reason="", by=coordinator, at=now)
    request.refresh_from_db()
    assert request.rung == 1
    assert len(lines(request, "rung.chosen")) == 1


@pytest.mark.django_db
def test_a_button_from_before_the_ladder_moved_is_refused(
    city: Organization, coordinator: User, now: datetime
) -> None:
    request = counter(city, now)
    open_rung(request, to=1, seen=0, reason="", by=coordinator, at=now)
    with pytest.raises(ActionError) as refused:
        open_rung(request, to=3, seen=0, reason="", by=coordinator, at=now)
    assert refused.value.code == "rung_moved"


@pytest.mark.parametrize("to", [-1, 9])
@pytest.mark.django_db
def test_a_rung_that_does_not_exist_is_refused(
    city: Organization, coordinator: User, now: datetime, to: int
) -> None:
    with pytest.raises(ActionError) as refused:
        open_rung(counter(city, now), to=to, seen=0, reason="", by=coordinator, at=now)
    assert refused.value.code == "unknown_rung"


@pytest.mark.django_db
def test_a_closed_request_climbs_no_more(
    city: Organization, coordinator: User, now: datetime
) -> None:
    request = counter(city, now)
    cancel_request(request, cancelled_by="resident", reason="用済み", by=coordinator, at=now)
    with pytest.raises(ActionError):
        open_rung(request, to=1, seen=0, reason="", by=coordinator, at=now)


@pytest.mark.django_db
def test_a_human_may_open_a_rung_outside_its_hours(
    city: Organization, coordinator: User, now: datetime
) -> None:
    request = counter(city, now)  # no operator under contract: would be passed over
    advance(request.pk, now)
    request.refresh_from_db()
    assert request.ladder[2]["passed"] == "no_operator"
    open_rung(request, to=2, seen=request.rung, reason="直接依頼", by=coordinator, at=now)
    request.refresh_from_db()
    assert request.current_rung["kind"] == "operator"
    assert "passed" not in request.ladder[2]


@pytest.mark.django_db
def test_opening_a_rung_of_volunteers_goes_on_with_waves_that_were_stopped(
    city: Organization, coordinator: User, now: datetime
) -> None:
    request = counter(city, now)
    stop_waves(request, by=coordinator, at=now)
    stop_waves(request, by=coordinator, at=now)
    assert len(lines(request, "waves.stopped")) == 1, "pressing twice stops once"
    open_rung(request, to=1, seen=0, reason="", by=coordinator, at=now)
    request.refresh_from_db()
    assert not request.waves_stopped


@pytest.mark.django_db
def test_an_agreement_adds_the_neighbours_rung(
    city: Organization, town: Organization, now: datetime
) -> None:
    SharingAgreementFactory(borrower=city, lender=town, languages=["vi"])
    assert "neighbour" in kinds(counter(city, now))
    assert "neighbour" not in kinds(counter(city, now, language="en"))
    assert "neighbour" not in kinds(counter(city, now, mode="translation", urgency="today"))


def test_every_reason_and_verb_of_the_ladder_has_words() -> None:
    for why in WHY:
        assert WHY[why] in sentence("rung.passed_over", {"rung_label": "映像", "why": why})
    for verb in (v for v in SENTENCES if v.startswith(("rung", "operator", "device"))):
        text = sentence(
            verb,
            {"rung_label": "映像", "operator": "A社", "minutes": 4, "yen": 320, "reason": "理由"},
        )
        assert "{" not in text
        assert text != verb
