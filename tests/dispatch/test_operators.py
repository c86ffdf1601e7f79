"""Calling a contracted company: whom, when, at what price, and what a call leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from dispatch.actions.offers import accept_offer
from dispatch.actions.operators import (
    dial,
    record_connected,
    record_ended,
    record_failed,
    reveal_pin,
)
from dispatch.actions.requests import cancel_request
from dispatch.actions.rungs import open_rung
from dispatch.engine import advance
from dispatch.models import Offer, Operator, OperatorCall, OperatorService, Request
from dispatch.operators import hours_in_words, price_in_words, price_of, services_for
from interpreting.models import Session
from tests.dispatch.desk import counter
from tests.factories import OperatorFactory, OperatorServiceFactory, VolunteerFactory

PRICES = {"yen_per_call": 200, "yen_per_minute": 80, "minimum_minutes": 5}


@pytest.fixture
def service(city: Organization) -> OperatorService:
    """200 yen a call and 80 a minute, at least five minutes; every language, weekdays 9-18."""
    operator = OperatorFactory(organization=city, name="多言語コール", pin="4711-02")
    hours = {"weekdays": [0, 1, 2, 3, 4], "from_minute": 540, "to_minute": 1080}
    return OperatorServiceFactory(operator=operator, **hours, **PRICES)


def at_operator(request: Request, by: User, at: datetime) -> Request:
    """The request on its operator rung."""
    kinds = [rung["kind"] for rung in request.ladder]
    return open_rung(request, to=kinds.index("operator"), seen=0, reason="", by=by, at=at)


# ---- Prices and hours --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "yen"), [(0, 600), (1, 600), (300, 600), (301, 680), (360, 680), (3600, 5000)]
)
def test_every_started_minute_counts_and_at_least_the_minimum(seconds: int, yen: int) -> None:
    assert price_of(PRICES, seconds) == yen


@given(st.integers(0, 50_000), st.integers(0, 50_000))
def test_a_longer_call_never_costs_less(one: int, other: int) -> None:
    assert price_of(PRICES, min(one, other)) <= price_of(PRICES, max(one, other))
    assert price_of({}, one) == 0


def test_prices_and_hours_are_said_in_words() -> None:
    assert price_in_words(PRICES) == "1回200円＋1分80円（最低5分）"
    assert price_in_words({"yen_per_minute": 1200}) == "1分1,200円"
    assert price_in_words({"minimum_minutes": 5}) == "無料（契約に含む）"
    assert hours_in_words({"weekdays": [], "from": 0, "to": 1440}) == "毎日 24時間"
    assert hours_in_words({"weekdays": [0, 1, 2, 3, 4], "from": 540, "to": 1050}) == (
        "月〜金 9:00〜17:30"
    )
    assert hours_in_words({"weekdays": [5, 6, 7], "from": 600, "to": 960}) == (
        "土・日・祝 10:00〜16:00"
    )


@pytest.mark.django_db
def test_services_are_those_for_the_language_the_open_ones_first(
    city: Organization, town: Organization, service: OperatorService, now: datetime
) -> None:
    OperatorServiceFactory(operator__organization=town)
    OperatorServiceFactory(operator__organization=city, operator__active=False)
    OperatorServiceFactory(operator__organization=city, languages=["en"])
    always = OperatorServiceFactory(operator__organization=city, languages=["vi"])
    assert [one.service for one in services_for(city, "vi", now)] == [service, always]
    night = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)  # Friday 21:00 in Tokyo
    found = services_for(city, "vi", night)
    assert [one.service for one in found] == [always, service]
    assert [one.is_open for one in found] == [True, False]
    assert found[1].next_opening == datetime(2026, 11, 30, 0, 0, tzinfo=UTC)  # Monday 9:00
    assert found[0].next_opening is None


# ---- A call ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_call_is_recorded_from_dialling_to_the_bill(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    request = at_operator(counter(city, now), coordinator, now)
    call = dial(request, service, by=coordinator, at=now)
    call = record_connected(call, by=coordinator, at=now + timedelta(seconds=40))
    session = Session.objects.get()
    assert (session.kind, session.ended_at) == ("operator", None)
    call = record_ended(call, by=coordinator, at=now + timedelta(seconds=40 + 421))
    assert (call.state, call.yen) == ("ended", 200 + 8 * 80)
    request.refresh_from_db()
    assert (request.status, request.next_action, request.closed_at) == (
        "finished",
        "",
        call.ended_at,
    )
    session.refresh_from_db()
    assert session.ended_at == call.ended_at
    assert {one["role"] for one in session.participants} == {"resident", "desk", "operator"}
    assert all(one["seconds"] == 421 for one in session.participants)
    verbs = AuditEntry.objects.about(request.key).values_list("verb", flat=True)
    assert {"operator.dialled", "operator.connected", "operator.ended"} <= set(verbs)


@pytest.mark.django_db
def test_every_press_counts_once(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    request = counter(city, now)
    first = dial(request, service, by=coordinator, at=now)
    assert dial(request, service, by=coordinator, at=now) == first
    for minutes in (1, 2):
        record_connected(first, by=coordinator, at=now + timedelta(minutes=minutes))
    for minutes in (10, 11):
        call = record_ended(first, by=coordinator, at=now + timedelta(minutes=minutes))
    assert call.yen == 200 + 9 * 80
    assert AuditEntry.objects.about(request.key).filter(verb="operator.ended").count() == 1
    assert Session.objects.count() == 1


@pytest.mark.django_db
def test_an_old_call_keeps_the_price_at_which_it_was_dialled(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    call = dial(counter(city, now), service, by=coordinator, at=now)
    OperatorService.objects.update(yen_per_minute=999)
    record_connected(call, by=coordinator, at=now)
    assert record_ended(call, by=coordinator, at=now + timedelta(minutes=6)).yen == 680


@pytest.mark.django_db
def test_nothing_climbs_past_a_running_call(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    request = at_operator(counter(city, now), coordinator, now)
    call = dial(request, service, by=coordinator, at=now)
    record_connected(call, by=coordinator, at=now)
    for minutes in (5, 30, 70, 200):  # far beyond the rung's deadline and the request's end
        advance(request.pk, now + timedelta(minutes=minutes))
        request.refresh_from_db()
        assert (request.status, request.next_action) == ("open", "desk")
        assert request.current_rung["kind"] == "operator"
    with pytest.raises(ActionError) as refused:
        open_rung(request, to=0, seen=request.rung, reason="", by=coordinator, at=now)
    assert refused.value.code == "call_running"


@pytest.mark.django_db
def test_a_call_that_never_connected_does_not_keep_a_request_open_for_good(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    request = counter(city, now)
    call = dial(request, service, by=coordinator, at=now)
    request.refresh_from_db()
    while request.status == "open":
        assert request.next_action_at is not None
        advance(request.pk, request.next_action_at)
        request.refresh_from_db()
    assert request.status == "unmet"
    assert request.closed_at <= request.ends_at + timedelta(minutes=5)
    assert record_failed(call, reason="", by=coordinator, at=request.ends_at).state == "failed"


@pytest.mark.django_db
def test_being_connected_tells_whoever_is_still_asked(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    VolunteerFactory(organization=city)
    request = counter(city, now)
    advance(request.pk, now)
    offer = request.offers.get()
    call = dial(request, service, by=coordinator, at=now)
    offer.refresh_from_db()
    assert offer.is_open, "dialling is not yet an interpreter"
    record_connected(call, by=coordinator, at=now)
    assert accept_offer(offer, via="web", at=now).outcome == "too_late"


@pytest.mark.django_db
def test_a_volunteer_who_answers_while_it_rings_wins(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    VolunteerFactory(organization=city)
    request = counter(city, now)
    advance(request.pk, now)
    call = dial(request, service, by=coordinator, at=now)
    assert accept_offer(request.offers.get(), via="web", at=now).outcome == "yours"
    record_connected(call, by=coordinator, at=now)
    record_ended(call, by=coordinator, at=now + timedelta(minutes=1))
    request.refresh_from_db()
    assert request.status == "filled", "the volunteer's booking stands"


@pytest.mark.django_db
def test_after_a_failed_call_the_desk_goes_on_and_may_try_the_next(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    other = OperatorServiceFactory(operator__organization=city)
    request = at_operator(counter(city, now), coordinator, now)
    call = dial(request, service, by=coordinator, at=now)
    with pytest.raises(ActionError) as refused:
        dial(request, other, by=coordinator, at=now)
    assert refused.value.code == "call_running"
    record_failed(call, reason="話し中", by=coordinator, at=now)
    assert dial(request, other, by=coordinator, at=now).state == "dialling"
    request.refresh_from_db()
    assert (request.status, request.next_action) == ("open", "desk")


@pytest.mark.django_db
def test_a_call_goes_only_forward(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    call = dial(counter(city, now), service, by=coordinator, at=now)
    with pytest.raises(ActionError):
        record_ended(call, by=coordinator, at=now)
    record_failed(call, reason="", by=coordinator, at=now)
    with pytest.raises(ActionError):
        record_connected(call, by=coordinator, at=now)


@pytest.mark.django_db
def test_only_an_open_request_and_an_own_operator_can_be_called(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    request = counter(city, now)
    with pytest.raises(ActionError) as refused:
        dial(request, OperatorServiceFactory(), by=coordinator, at=now)
    assert refused.value.code == "unknown_service"
    cancel_request(request, cancelled_by="resident", reason="用済み", by=coordinator, at=now)
    with pytest.raises(ActionError) as refused:
        dial(request, service, by=coordinator, at=now)
    assert refused.value.code == "wrong_state"


# ---- On the pages ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_board_and_page_say_whom_to_call_at_what_price_but_not_the_pin(
    city: Organization,
    coordinator: User,
    service: OperatorService,
    client_of: Callable[[User], Client],
    now: datetime,
    clock: object,
) -> None:
    request = at_operator(counter(city, now), coordinator, now)
    client = client_of(coordinator)
    for address in ("/board/", f"/requests/{request.pk}/"):
        page = client.get(address).content.decode()
        for words in ("多言語コール", "03-1234-5678", "1回200円＋1分80円", "月〜金 9:00〜18:00"):
            assert words in page
        assert "4711-02" not in page
    shown = client.post(f"/operators/{service.operator_id}/pin/?request={request.pk}")
    assert "4711-02" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    line = AuditEntry.objects.about(request.key).get(verb="operator.pin_shown")
    assert line.actor == coordinator
    assert "4711" not in str(line.detail)


@pytest.mark.django_db
def test_the_desk_presses_its_way_through_a_call(
    city: Organization,
    coordinator: User,
    service: OperatorService,
    client_of: Callable[[User], Client],
    now: datetime,
    clock: object,
) -> None:
    request = at_operator(counter(city, now), coordinator, now)
    client = client_of(coordinator)
    back = client.post(f"/requests/{request.pk}/dial/{service.pk}/?back=board")
    assert back["Location"] == "/board/"
    call = OperatorCall.objects.get()
    assert "つながった" in client.get("/board/").content.decode()
    client.post(f"/operator-calls/{call.pk}/do/connected/")
    assert "通話が終わった" in client.get(f"/requests/{request.pk}/").content.decode()
    client.post(f"/operator-calls/{call.pk}/do/ended/")
    page = client.get(f"/requests/{request.pk}/").content.decode()
    assert "5分・600円" in page
    assert client.post(f"/operator-calls/{call.pk}/do/nonsense/").status_code == 404
    assert not Offer.objects.open().exists()


@pytest.mark.django_db
def test_a_pin_is_not_readable_in_the_database_and_reading_is_logged(
    service: OperatorService, coordinator: User, now: datetime
) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pin FROM dispatch_operator WHERE id = %s", [service.operator_id])
        assert "4711" not in cursor.fetchone()[0]
    assert reveal_pin(service.operator, request=None, by=coordinator, at=now) == "4711-02"
    assert AuditEntry.objects.about(f"operator:{service.operator_id}").count() == 1


@pytest.mark.django_db
def test_a_call_that_rings_at_the_end_is_waited_for_and_then_failed_with_a_reason(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    request = at_operator(counter(city, now), coordinator, now)
    end = request.ends_at
    call = dial(request, service, by=coordinator, at=end - timedelta(minutes=1))
    Request.objects.filter(pk=request.pk).update(next_action_at=end)
    advance(request.pk, end)
    request.refresh_from_db()
    assert request.status == "open"
    assert request.next_action_at is not None
    advance(request.pk, request.next_action_at)
    request.refresh_from_db()
    call.refresh_from_db()
    assert request.status == "unmet"
    assert (call.state, call.failure) == ("failed", "依頼の時間が終わった")
    assert request.cancel_reason == (
        "打診できる人がおらず、外部通訳に1回電話してつながらず、時間内に手配できなかった"
    )


@pytest.mark.django_db
def test_an_unmet_end_says_what_was_tried(
    city: Organization, coordinator: User, service: OperatorService, now: datetime
) -> None:
    VolunteerFactory.create_batch(2, organization=city)
    Operator.objects.update(active=False)
    request = counter(city, now, field="medical")
    for _ in range(60):
        if request.status == "open":
            advance(request.pk, request.next_action_at)
            request.refresh_from_db()
    assert request.status == "unmet"
    asked = request.offers.values("volunteer").distinct().count()
    assert request.cancel_reason == (
        f"{asked}人に打診して承諾がなく、この言語で契約のある外部通訳がなく、"
        "翻訳機の使用は認められず、時間内に手配できなかった"
    )
