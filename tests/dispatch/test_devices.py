"""The last rung: never a device alone, never for what weighs without a human's yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from dispatch.actions.devices import allow_device, follow_up_draft, needs_yes, use_device
from dispatch.actions.requests import close_unmet
from dispatch.actions.rungs import open_rung
from dispatch.models import Request
from dispatch.statistics import success_rate
from dispatch.timing import next_working_start
from interpreting.models import Session
from tests.dispatch.desk import counter
from tests.factories import RequestFactory

pytestmark = pytest.mark.django_db


def at_device(organization: Organization, by: User, at: datetime, **changes: object) -> Request:
    """A counter request that has come down to the device."""
    request = counter(organization, at, **changes)
    if request.current_rung["kind"] != "device":
        last = len(request.ladder) - 1
        request = open_rung(request, to=last, seen=request.rung, reason="", by=by, at=at)
    return request


def test_a_device_ends_the_request_and_books_a_human_in_one_press(
    city: Organization, coordinator: User, now: datetime
) -> None:
    request = at_device(city, coordinator, now, note="転入の手続き")
    start = now + timedelta(days=1)
    draft = follow_up_draft(request, starts_at=start, ends_at=start + timedelta(hours=1))
    later = now + timedelta(minutes=12)
    done, after = use_device(request, follow_up=draft, no_follow_up="", by=coordinator, at=later)
    assert (done.status, done.device_used_at, done.next_action) == ("finished", later, "")
    assert after is not None
    assert (after.follow_up_of, after.status, after.urgency) == (done, "open", "booked")
    assert (after.language, after.note, after.starts_at) == ("vi", "転入の手続き", start)
    assert after.next_action == "wave"
    session = Session.objects.get()
    assert (session.kind, session.started_at, session.ended_at) == ("device", now, later)


def test_pressing_twice_books_once(city: Organization, coordinator: User, now: datetime) -> None:
    request = at_device(city, coordinator, now)
    draft = follow_up_draft(
        request, starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=1, hours=1)
    )
    first = use_device(request, follow_up=draft, no_follow_up="", by=coordinator, at=now)
    assert use_device(request, follow_up=draft, no_follow_up="", by=coordinator, at=now) == first
    assert Request.objects.count() == 2


def test_without_a_follow_up_somebody_says_why(
    city: Organization, coordinator: User, now: datetime
) -> None:
    request = at_device(city, coordinator, now)
    with pytest.raises(ActionError) as refused:
        use_device(request, follow_up=None, no_follow_up=" ", by=coordinator, at=now)
    assert refused.value.code == "follow_up_missing"
    request.refresh_from_db()
    assert request.status == "open"
    _, after = use_device(
        request, follow_up=None, no_follow_up="窓口の場所を尋ねただけ", by=coordinator, at=now
    )
    assert after is None
    line = AuditEntry.objects.about(request.key).get(verb="device.used")
    assert line.detail["reason"] == "窓口の場所を尋ねただけ"


@pytest.mark.parametrize("field", ["medical", "legal"])
def test_a_delicate_matter_waits_for_a_humans_yes(
    city: Organization, coordinator: User, now: datetime, field: str
) -> None:
    request = at_device(city, coordinator, now, field=field)
    assert needs_yes(request)
    with pytest.raises(ActionError) as refused:
        use_device(request, follow_up=None, no_follow_up="受付だけ", by=coordinator, at=now)
    assert refused.value.code == "needs_yes"
    for _ in range(2):
        request = allow_device(request, by=coordinator, at=now)
    assert AuditEntry.objects.about(request.key).get(verb="device.allowed").actor == coordinator
    done, _ = use_device(request, follow_up=None, no_follow_up="受付だけ", by=coordinator, at=now)
    assert done.status == "finished"


def test_a_device_is_not_used_before_its_turn(
    city: Organization, coordinator: User, now: datetime
) -> None:
    request = counter(city, now)
    with pytest.raises(ActionError) as refused:
        use_device(request, follow_up=None, no_follow_up="受付だけ", by=coordinator, at=now)
    assert refused.value.code == "wrong_rung"


def test_a_follow_up_in_the_past_changes_nothing(
    city: Organization, coordinator: User, now: datetime
) -> None:
    request = at_device(city, coordinator, now)
    draft = follow_up_draft(request, starts_at=now - timedelta(days=1), ends_at=now)
    with pytest.raises(ActionError) as refused:
        use_device(request, follow_up=draft, no_follow_up="", by=coordinator, at=now)
    assert refused.value.code == "bad_times"
    request.refresh_from_db()
    assert (request.status, request.device_used_at) == ("open", None)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (datetime(2026, 11, 24, 3, tzinfo=UTC), datetime(2026, 11, 25, 1, tzinfo=UTC)),
        (datetime(2026, 11, 20, 3, tzinfo=UTC), datetime(2026, 11, 24, 1, tzinfo=UTC)),
    ],
)
def test_the_follow_up_is_proposed_for_the_next_office_day(
    day: datetime, expected: datetime
) -> None:
    # 20 November is a Friday, Monday the 23rd a public holiday
    assert next_working_start(day) == expected


def test_the_page_warns_asks_and_keeps_what_was_typed(
    city: Organization,
    coordinator: User,
    client_of: Callable[[User], Client],
    now: datetime,
    clock: object,
) -> None:
    request = at_device(city, coordinator, now, field="medical")
    client = client_of(coordinator)
    address = f"/requests/{request.pk}/"
    page = client.get(address).content.decode()
    assert "手術や治療の同意" in page
    assert "この内容には使ってよい" in page
    assert "後日の予約の日" not in page
    client.post(f"{address}device/allow/")
    assert 'value="2026-11-25"' in client.get(address).content.decode()
    wrong = client.post(f"{address}device/", {"day": "", "start": "9:99", "minutes": "60"})
    assert wrong.status_code == 422
    assert "9:99" in wrong.content.decode()
    for day in ("0001-01-01", "9999-12-31"):  # no instant in UTC, or none after it
        far = client.post(f"{address}device/", {"day": day, "start": "0:00", "minutes": "60"})
        assert far.status_code == 422
    past = client.post(f"{address}device/", {"day": "2026-11-20", "start": "9:00", "minutes": "60"})
    assert "終了時刻が過ぎています" in past.content.decode()
    done = client.post(f"{address}device/", {"day": "2026-11-25", "start": "930", "minutes": "60"})
    after = Request.objects.get(follow_up_of=request)
    assert done["Location"] == f"/requests/{after.pk}/"
    assert after.starts_at == datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
    assert after.number in client.get(address).content.decode()
    assert request.number in client.get(f"/requests/{after.pk}/").content.decode()


# ---- What counts -------------------------------------------------------------------------------


def test_the_success_rate_counts_as_courts_do(
    city: Organization, town: Organization, coordinator: User, now: datetime
) -> None:
    ended = {"organization": city, "starts_at": now}
    RequestFactory.create_batch(6, status="finished", **ended)
    RequestFactory(status="finished", device_used_at=now, **ended)
    RequestFactory(status="cancelled", cancelled_by="interpreter", **ended)
    RequestFactory(status="cancelled", cancelled_by="resident", **ended)
    RequestFactory(status="cancelled", cancelled_by="body", **ended)
    RequestFactory(status="filled", **ended)
    RequestFactory(status="finished", organization=town, starts_at=now)
    RequestFactory(status="finished", organization=city, starts_at=now - timedelta(days=40))
    close_unmet(counter(city, now), reason="話せる人がいない", by=coordinator, at=now)
    found = success_rate(city, now - timedelta(days=30), now + timedelta(days=1))
    assert (found.fulfilled, found.by_device, found.unmet) == (6, 1, 1)
    assert (found.completed, found.counted) == (11, 9)
    assert found.rate == pytest.approx(6 / 9)


def test_nothing_ended_is_no_rate(city: Organization, now: datetime) -> None:
    assert success_rate(city, now, now + timedelta(days=1)).rate is None


# ---- What no organization can switch off -------------------------------------------------------


def test_medical_and_legal_need_a_yes_whatever_is_stored(city: Organization, now: datetime) -> None:
    city.policy = {"ladder": [{"kind": "device", "needs_yes_fields": ["school"]}]}
    city.save()
    assert [needs_yes(counter(city, now, field=f)) for f in ("medical", "legal", "school")] == [
        True
    ] * 3
    old = counter(city, now, field="medical")
    old.ladder[0]["needs_yes_fields"] = []  # a copy from before
    assert needs_yes(old)
    assert not needs_yes(counter(city, now, field="administrative"))


# ---- A language that the device does not know --------------------------------------------------


def test_where_the_device_does_not_know_the_language_only_a_human_is_booked(
    city: Organization,
    coordinator: User,
    client_of: Callable[[User], Client],
    now: datetime,
    clock: object,
) -> None:
    request = at_device(city, coordinator, now, language="tet", field="medical")
    assert AuditEntry.objects.about(request.key).filter(verb="rung.booking_only").count() == 1
    client = client_of(coordinator)
    page = client.get(f"/requests/{request.pk}/").content.decode()
    assert "翻訳機はこの言語に対応していません" in page
    assert "後日の通訳を手配する" in page
    assert "短い文で" not in page
    assert "翻訳機で対応し、" not in page
    start = now + timedelta(days=1)
    draft = follow_up_draft(request, starts_at=start, ends_at=start + timedelta(hours=1))
    first = use_device(request, follow_up=draft, no_follow_up="", by=coordinator, at=now)
    done, after = first
    assert (done.status, done.device_used_at) == ("unmet", None)
    assert after is not None
    assert after.follow_up_of == done
    assert not Session.objects.exists()
    assert use_device(request, follow_up=draft, no_follow_up="", by=coordinator, at=now) == first
    assert client.get(f"/requests/{request.pk}/").status_code == 200
