"""A three-way telephone call from the desk's page to the report, over the simulated provider."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from dispatch.actions.requests import cancel_request
from dispatch.models import Assignment
from interpreting.models import PhoneConference, PhoneLeg, Room, Seat, Session, Visit
from interpreting.rooms.times import activity_of
from interpreting.telephone import actions, dialling
from interpreting.telephone.numbers import callable_number, masked
from interpreting.telephone.spoken import languages, spoken_tags, words
from tests import factories
from tests.conftest import Clock
from tests.twilio_calls import Telephones
from tests.twilio_server import NUMBER, TwilioServer
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
DESK, RESIDENT = "+81312345678", "+819011112222"
HANA = "+819033334444"
SignIn = Callable[[User], Client]


@pytest.fixture
def booking(city: Organization, hana: Volunteer, now: datetime) -> Assignment:
    """Hana interprets Vietnamese by telephone, now."""
    Volunteer.objects.filter(pk=hana.pk).update(mobile=HANA)
    hana.refresh_from_db()
    request = factories.RequestFactory(
        organization=city, mode="phone", status="filled", starts_at=now, opened_at=now
    )
    return factories.AssignmentFactory(request=request, volunteer=hana, created_at=now)


@pytest.fixture
def page(client_of: SignIn, coordinator: User, booking: Assignment) -> Callable[..., Any]:
    """page("start", desk="03-…") posts to the call's pages as the coordinator; no name: gets."""
    client = client_of(coordinator)

    def visit(name: str = "show", *more: Any, **data: str) -> Any:
        address = reverse(f"telephone:{name}", args=[booking.request_id, *more])
        return client.get(address) if name in {"show", "fragment"} else client.post(address, data)

    return visit


@pytest.fixture
def calling(page: Callable[..., Any], twilio: TwilioServer, clock: Clock) -> None:
    """The desk calls all three; the worker has dialled."""
    answer = page("start", desk="03-1234-5678", resident="090-1111-2222", interpreter="on")
    assert answer.status_code == 302
    dialling.mind_all(clock.at)


def legs() -> dict[str, PhoneLeg]:
    """The latest leg of each role."""
    return {leg.role: leg for leg in PhoneLeg.objects.order_by("id")}


def states() -> dict[str, str]:
    return {role: leg.state for role, leg in legs().items()}


def test_three_people_talk_and_it_becomes_a_session(
    page: Callable[..., Any], calling: None, telephones: Telephones, clock: Clock,
    booking: Assignment,
) -> None:  # fmt: skip
    for number in (DESK, RESIDENT):
        telephones.join(number)
    assert not Session.objects.exists(), "nobody interprets yet"
    clock.move(minutes=1)
    telephones.join(HANA)
    assert states() == {"desk": "joined", "resident": "joined", "interpreter": "joined"}
    assert "通話中" in page().content.decode()
    clock.move(minutes=20)
    telephones.finish(RESIDENT)
    clock.move(minutes=5)
    page("end")
    dialling.mind_all(clock.at)
    telephones.settle()
    session = Session.objects.get()
    assert session.kind == "phone"
    assert session.assignment == booking
    assert session.started_at == clock.at - timedelta(minutes=25)
    assert session.ended_at == clock.at
    assert {(one["role"], one["seconds"]) for one in session.participants} == {
        ("desk", 26 * 60), ("resident", 21 * 60), ("interpreter", 25 * 60),
    }  # fmt: skip
    assert reverse("reports:enter", args=[booking.pk]) in page().content.decode()


def test_the_report_is_filled_in_with_the_call_and_with_the_room_before_it(
    page: Callable[..., Any], calling: None, telephones: Telephones, clock: Clock,
    booking: Assignment,
) -> None:  # fmt: skip
    began = clock.at
    room = Room.objects.create(
        organization=booking.request.organization, request=booking.request, opened_at=began
    )
    seat = Seat.objects.create(
        room=room, number=1, role="interpreter", assignment=booking, created_at=began
    )
    Visit.objects.create(seat=seat, joined_at=began, left_at=began + timedelta(minutes=10))
    Session.objects.create(
        request=booking.request, assignment=booking, kind="room", started_at=began,
        ended_at=began + timedelta(minutes=10),
    )  # fmt: skip
    clock.move(minutes=11)
    for number in (DESK, HANA):
        telephones.join(number)
    clock.move(minutes=30)
    page("end")
    assert activity_of(booking) == (began, began + timedelta(minutes=41))


def test_everybody_is_called_from_the_organizations_number(
    calling: None, twilio: TwilioServer
) -> None:
    forms = [call.form for call in twilio.calls.values()]
    assert {form["To"][0] for form in forms} == {DESK, RESIDENT, HANA}
    assert {form["From"][0] for form in forms} == {NUMBER}
    assert all("Record" not in form and "Trim" not in form for form in forms)


def test_nobody_is_put_through_who_did_not_press_one(calling: None, telephones: Telephones) -> None:
    telephones.answer(RESIDENT)
    assert states()["resident"] == "answered"
    telephones.press(RESIDENT, "5")
    assert not telephones.conferences
    telephones.finish(RESIDENT)
    assert states()["resident"] == "left"
    assert legs()["resident"].joined_at is None


def test_each_hears_who_calls_in_the_own_language_and_in_japanese(
    calling: None, telephones: Telephones, city: Organization
) -> None:
    voices = [voice for voice, _ in telephones.answer(RESIDENT).spoken]
    assert voices[:2] == ["vi-VN", "ja-JP"]
    said = telephones.answer(DESK).spoken
    assert {voice for voice, _ in said} == {"ja-JP"}
    assert city.name in said[0][1]
    assert "録音はしません" in said[0][1]


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [
        ("my", ["ja", "en"]), ("fa-AF", ["ja", "en"]), ("zh", ["zh-Hans", "ja"]),
        ("zh-TW", ["zh-Hant", "ja"]), ("pt", ["pt-BR", "ja"]), ("ja-simple", ["ja"]),
        ("es-PE", ["es", "ja"]), ("en", ["en", "ja"]), ("vi", ["vi", "ja"]),
    ],
)  # fmt: skip
def test_a_language_without_a_voice_hears_japanese_and_english(tag: str, spoken: list[str]) -> None:
    assert spoken_tags(tag) == spoken


@pytest.mark.parametrize("tag", languages())
def test_every_announcement_asks_for_the_one_and_leaves_nothing_open(tag: str) -> None:
    for key in ("intro", "wait", "goodbye"):
        for one in words(key, tag, desk="みなと市"):
            assert one.text.strip()
            assert "{" not in one.text
    assert "1" in words("intro", tag, desk="みなと市")[0].text


def test_nobody_on_a_screen_or_in_the_log_sees_a_whole_number(
    page: Callable[..., Any], calling: None
) -> None:
    text = page("fragment").content.decode()
    for shown in ("03-****-5678", "090-****-2222", "090-****-4444"):
        assert shown in text
    log = " ".join(str(entry.detail) for entry in AuditEntry.objects.all())
    for number in (DESK, RESIDENT, HANA):
        assert number not in text + log
        assert masked(number).replace("****", number[-8:-4]) not in text + log


def test_numbers_are_encrypted_while_the_call_lives_and_gone_when_it_ends(
    page: Callable[..., Any], calling: None, clock: Clock
) -> None:
    assert legs()["resident"].number == RESIDENT
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(number, ' ') FROM interpreting_phoneleg")
        assert RESIDENT not in cursor.fetchone()[0]
    page("end")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM interpreting_phoneleg WHERE number <> ''")
        assert cursor.fetchone() == (0,)
    assert "番号は消しました" in page().content.decode()


def test_a_request_that_is_cancelled_ends_its_call(
    calling: None, booking: Assignment, coordinator: User, now: datetime
) -> None:
    cancel_request(
        booking.request, cancelled_by="resident", reason="来られない", by=coordinator, at=now
    )
    assert PhoneConference.objects.get().state == "ended"
    assert not PhoneLeg.objects.exclude(number="").exists()


def test_a_call_that_everybody_left_ends_by_itself(
    calling: None, telephones: Telephones, clock: Clock
) -> None:
    for number in (DESK, RESIDENT, HANA):
        telephones.join(number)
    talked_until = clock.move(minutes=10)
    for number in (DESK, RESIDENT, HANA):
        telephones.finish(number)
    dialling.mind_all(clock.move(minutes=29))
    assert PhoneConference.objects.get().state == "open", "somebody may be called again"
    dialling.mind_all(clock.move(minutes=2))
    assert PhoneConference.objects.get().state == "ended"
    assert Session.objects.get().ended_at == talked_until
    assert not PhoneLeg.objects.exclude(number="").exists()


@pytest.mark.parametrize(
    ("status", "state"), [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed")]
)
def test_whoever_was_not_reached_is_called_again(
    page: Callable[..., Any], calling: None, telephones: Telephones, twilio: TwilioServer,
    clock: Clock, status: str, state: str,
) -> None:  # fmt: skip
    telephones.finish(RESIDENT, status)
    assert states()["resident"] == state
    page("leg_verb", legs()["resident"].pk, "redial")
    dialling.mind_all(clock.at)
    assert len([call for call in twilio.calls.values() if call.to == RESIDENT]) == 2
    telephones.join(RESIDENT)
    assert states()["resident"] == "joined"


def test_one_leg_is_hung_up_and_the_others_talk_on(
    page: Callable[..., Any], calling: None, telephones: Telephones, clock: Clock
) -> None:
    for number in (DESK, RESIDENT, HANA):
        telephones.join(number)
    page("leg_verb", legs()["resident"].pk, "hang-up")
    dialling.mind_all(clock.at)
    assert telephones.server.to_end == [legs()["resident"].provider_id]
    telephones.settle()
    assert states() == {"desk": "joined", "resident": "left", "interpreter": "joined"}


def test_a_call_hung_up_while_it_was_being_dialled_does_not_go_on_ringing(
    page: Callable[..., Any], twilio: TwilioServer, telephones: Telephones, clock: Clock
) -> None:
    page("start", resident="090-1111-2222")
    leg = legs()["resident"]
    PhoneLeg.objects.filter(pk=leg.pk).update(dialled_at=clock.at)  # the worker is at it
    page("end")
    from interpreting.telephone.legs import hear

    hear(leg.token, "CA" + "9" * 32, "queued", at=clock.at)
    dialling.mind_all(clock.at)
    leg.refresh_from_db()
    assert leg.state == "left"
    assert leg.hung_up_at, "the provider was told"


def test_the_interpreter_can_come_later_and_needs_a_number(
    page: Callable[..., Any], twilio: TwilioServer, hana: Volunteer
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(mobile="", phone="")
    answer = page("start", interpreter="on")
    assert answer.status_code == 422
    assert not PhoneConference.objects.exists(), "nothing half begun"


@pytest.mark.parametrize(
    "typed", ["110", "0120-123-456", "0570-000-000", "0990-123456", "+1 212 555 0100", "abc", "1"]
)
def test_numbers_that_cost_or_mislead_are_not_called(
    page: Callable[..., Any], twilio: TwilioServer, typed: str
) -> None:
    answer = page("start", resident=typed)
    assert answer.status_code == 422
    assert not PhoneLeg.objects.exists()
    assert not twilio.exchanges


@pytest.mark.parametrize("typed", ["090-1234-5678", "０３（３３３３）１１１１", "+81 60 1234 5678"])
def test_ordinary_numbers_in_japan_are_called(typed: str) -> None:
    assert callable_number(typed, field="number").startswith("+81")


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+819012341234", "090-****-1234"), ("+81312345678", "03-****-5678"),
     ("+81984123456", "0984-**-3456"), ("", "")],
)  # fmt: skip
def test_a_masked_number_shows_only_its_ends(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_somebody_who_is_on_the_line_is_not_called_twice(
    page: Callable[..., Any], calling: None, twilio: TwilioServer, clock: Clock
) -> None:
    assert page("start", resident="090-1111-2222").status_code == 422
    dialling.mind_all(clock.at)
    assert len(twilio.calls) == 3


def test_a_conference_does_not_call_without_end(
    calling: None, clock: Clock, coordinator: User
) -> None:
    for _ in range(actions.MOST_CALLS - 3):
        PhoneLeg.objects.filter(role="resident").update(state="busy")
        actions.redial(legs()["resident"], by=coordinator, at=clock.at)
    PhoneLeg.objects.filter(role="resident").update(state="busy")
    with pytest.raises(ActionError) as refused:
        actions.redial(legs()["resident"], by=coordinator, at=clock.at)
    assert refused.value.code == "too_many_calls"


def test_the_resident_may_sit_beside_the_desks_telephone(
    page: Callable[..., Any], telephones: Telephones, clock: Clock
) -> None:
    page("start", desk="03-1234-5678", beside="on", interpreter="on")
    dialling.mind_all(clock.at)
    for number in (DESK, HANA):
        telephones.join(number)
    clock.move(minutes=10)
    page("end")
    roles = {one["role"]: one["seconds"] for one in Session.objects.get().participants}
    assert roles == {"desk": 600, "interpreter": 600, "resident": 600}


# by hand ------------------------------------------------------------------------------------------
def test_without_a_provider_the_desk_dials_and_records(
    page: Callable[..., Any], clock: Clock, booking: Assignment
) -> None:
    page("start", resident="090-1111-2222", interpreter="on")
    assert PhoneConference.objects.get().carrier == "hand"
    text = page().content.decode()
    assert "090-1111-2222" not in text
    assert "職員が電話をかける手順" in text
    leg = legs()["resident"]
    shown = page("number", leg.pk)
    assert "090-1111-2222" in shown.content.decode()
    assert "090-3333-4444" not in shown.content.decode()
    assert AuditEntry.objects.filter(verb="telephone.revealed", detail__leg=leg.pk).exists()
    assert "090-1111-2222" not in page().content.decode(), "only once"
    page("leg_verb", leg.pk, "joined")
    page("number", legs()["interpreter"].pk)
    page("leg_verb", legs()["interpreter"].pk, "joined")
    started = clock.at
    clock.move(minutes=15)
    page("leg_verb", legs()["interpreter"].pk, "left")
    page("end")
    session = Session.objects.get()
    assert (session.started_at, session.ended_at) == (started, clock.at)
    assert {one["role"] for one in session.participants} == {"desk", "resident", "interpreter"}
    assert not PhoneLeg.objects.exclude(number="").exists()


def test_by_hand_one_call_to_the_interpreter_is_enough(
    page: Callable[..., Any], clock: Clock
) -> None:
    page("start", beside="on", interpreter="on")
    page("leg_verb", legs()["interpreter"].pk, "joined")
    clock.move(minutes=5)
    page("end")
    roles = {one["role"]: one["seconds"] for one in Session.objects.get().participants}
    assert roles == {"desk": 300, "resident": 300, "interpreter": 300}


def test_whoever_is_on_the_line_is_not_ticked_to_be_called_again(
    page: Callable[..., Any], calling: None
) -> None:
    text = page().content.decode()
    assert "checked" not in text.partition('name="interpreter"')[2].partition(">")[0]
    assert 'value="03-1234-5678"' not in text


def test_by_hand_somebody_may_not_answer_and_is_called_again(page: Callable[..., Any]) -> None:
    page("start", resident="090-1111-2222")
    page("number", legs()["resident"].pk)
    page("leg_verb", legs()["resident"].pk, "no-answer")
    assert states()["resident"] == "no_answer"
    page("leg_verb", legs()["resident"].pk, "redial")
    assert states()["resident"] == "queued"
    assert legs()["resident"].number == RESIDENT


def test_the_demo_never_calls_anybody_even_with_keys(
    page: Callable[..., Any], twilio: TwilioServer, city: Organization, clock: Clock
) -> None:
    Organization.objects.filter(pk=city.pk).update(is_demo=True)
    page("start", resident="090-1111-2222", interpreter="on")
    dialling.mind_all(clock.at)
    assert PhoneConference.objects.get().carrier == "hand"
    PhoneConference.objects.update(carrier="twilio")  # and if that were wrong
    dialling.mind_all(clock.at)
    assert not twilio.exchanges


def test_in_a_call_by_the_provider_no_number_is_ever_revealed(
    page: Callable[..., Any], calling: None
) -> None:
    answer = page("number", legs()["resident"].pk)
    assert answer.status_code == 302
    assert "090-1111-2222" not in page().content.decode()


# faults of the provider ---------------------------------------------------------------------------
def test_a_busy_provider_is_tried_again_and_then_given_up(
    page: Callable[..., Any], twilio: TwilioServer, clock: Clock
) -> None:
    twilio.fault = "503"
    page("start", resident="090-1111-2222")
    for _ in range(dialling.MOST_ATTEMPTS):
        assert states()["resident"] == "queued"
        dialling.mind_all(clock.move(seconds=5))
    assert states()["resident"] == "failed"
    assert not twilio.calls


@pytest.mark.parametrize("fault", ["500", "dropped"])
def test_a_lost_answer_never_makes_a_telephone_ring_twice(
    page: Callable[..., Any], twilio: TwilioServer, telephones: Telephones, clock: Clock, fault: str
) -> None:
    twilio.fault = fault
    page("start", resident="090-1111-2222")
    dialling.mind_all(clock.at)
    twilio.fault = "ok"
    dialling.mind_all(clock.move(seconds=5))
    assert len(twilio.calls) == 1
    telephones.join(RESIDENT)  # its first callback says which call it is
    assert states()["resident"] == "joined"


def test_a_call_of_which_nothing_is_heard_fails_after_a_minute(
    page: Callable[..., Any], twilio: TwilioServer, clock: Clock
) -> None:
    twilio.fault = "dropped"
    page("start", resident="090-1111-2222")
    dialling.mind_all(clock.at)
    dialling.mind_all(clock.move(seconds=59))
    assert states()["resident"] == "queued"
    dialling.mind_all(clock.move(seconds=2))
    assert states()["resident"] == "failed"


def test_a_refused_number_fails_at_once(
    page: Callable[..., Any], twilio: TwilioServer, clock: Clock
) -> None:
    twilio.fault = "refused"
    page("start", resident="090-1111-2222")
    dialling.mind_all(clock.at)
    assert states()["resident"] == "failed"
    assert "かけ直す" in page().content.decode()


def test_without_callbacks_the_provider_is_asked(
    calling: None, telephones: Telephones, clock: Clock
) -> None:
    telephones.callbacks = "never"
    telephones.finish(RESIDENT, "busy")
    assert states()["resident"] == "queued"
    dialling.mind_all(clock.move(seconds=61))
    assert states()["resident"] == "busy"


def test_hanging_up_is_repeated_until_the_provider_heard_it(
    page: Callable[..., Any], calling: None, telephones: Telephones, twilio: TwilioServer,
    clock: Clock,
) -> None:  # fmt: skip
    telephones.join(RESIDENT)
    page("end")
    twilio.fault = "503"
    dialling.mind_all(clock.at)
    assert legs()["resident"].hung_up_at is None
    twilio.fault = "ok"
    dialling.mind_all(clock.move(seconds=5))
    assert legs()["resident"].hung_up_at is not None
    assert legs()["resident"].provider_id in twilio.to_end
