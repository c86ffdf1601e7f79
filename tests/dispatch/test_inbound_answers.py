"""Answers by SMS: taken once, told honestly, and never guessed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry, Organization, User
from dispatch.actions.assignments import give_back
from dispatch.actions.offers import accept_offer, send_wave
from dispatch.actions.requests import cancel_request
from dispatch.inbox import REASONS
from dispatch.match_values import Candidate
from dispatch.models import Assignment, Offer, Request
from dispatch.telling import tell_person
from realtime import chain
from realtime.models import Inbound, Message
from tests.dispatch.answers import ask, replies, request_on, text
from tests.factories import AssignmentFactory, OrganizationFactory, VolunteerFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def first(city: Organization) -> Request:
    """A job for which the tests ask."""
    return request_on(city, 0)


@pytest.fixture
def second(city: Organization) -> Request:
    """Another one, a day later."""
    return request_on(city, 1)


def state(offer: Offer) -> str:
    offer.refresh_from_db()
    return str(offer.state)


def holders(request: Request) -> list[int]:
    return list(request.assignments.active().values_list("volunteer_id", flat=True))


def test_a_code_takes_the_seat_and_the_person_is_told_with_a_link(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    [offer] = ask(first, hana, at=now)
    assert offer.code == "A"
    inbound = text("ａ　１", hana, now + MINUTE)
    assert holders(first) == [hana.pk]
    assert (state(offer), offer.answered_via) == ("accepted", "sms")
    assert (inbound.state, inbound.understood_as) == ("understood", "yours")
    [answer] = replies(inbound)
    assert f"/o/{offer.token}" in answer
    assert answer.startswith("【みなと市国際交流協会】")


def test_two_jobs_are_told_apart_by_their_codes_in_one_text(
    first: Request, second: Request, hana: Volunteer, now: datetime
) -> None:
    [one], [other] = ask(first, hana, at=now), ask(second, hana, at=now)
    assert (one.code, other.code) == ("A", "B")
    inbound = text("B1、A2", hana, now + MINUTE)
    assert (state(one), state(other)) == ("declined", "accepted")
    assert inbound.understood_as == "declined,yours"
    assert len(replies(inbound)) == 1, "one text back for both"


def test_a_bare_yes_counts_when_one_offer_is_open_and_says_what_was_taken(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    ask(first, hana, at=now)
    inbound = text("はい、お願いします", hana, now + MINUTE)
    assert holders(first) == [hana.pk]
    assert "11月26日" in replies(inbound)[0]
    assert "ベトナム語" in replies(inbound)[0]


@pytest.mark.parametrize("polite", ["はい、すみません", "承知しました", "ok thanks"])
def test_politeness_after_a_no_books_nobody(
    first: Request, hana: Volunteer, now: datetime, polite: str
) -> None:
    [offer] = ask(first, hana, at=now)
    text("A2", hana, now + MINUTE)
    inbound = text(polite, hana, now + 2 * MINUTE)
    assert (state(offer), holders(first), inbound.state) == ("declined", [], "unclear")


def test_a_bare_yes_after_the_offer_expired_books_nobody(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    [offer] = ask(first, hana, at=now)
    Offer.objects.update(state="expired")
    inbound = text("はい", hana, now + 40 * 60 * MINUTE)
    assert (state(offer), holders(first), inbound.state) == ("expired", [], "unclear")


def test_a_bare_yes_never_takes_what_has_not_been_sent_yet(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    [offer] = ask(first, hana, at=now)
    Offer.objects.update(state="prepared")
    inbound = text("はい", hana, now + MINUTE)
    assert (state(offer), holders(first), inbound.state) == ("prepared", [], "unclear")


def test_a_bare_yes_to_two_offers_takes_neither_and_lists_the_codes(
    first: Request, second: Request, hana: Volunteer, now: datetime
) -> None:
    offers = ask(first, hana, at=now) + ask(second, hana, at=now)
    inbound = text("はい", hana, now + MINUTE)
    assert [state(one) for one in offers] == ["sent", "sent"]
    assert (inbound.state, inbound.understood_as) == ("unclear", "which")
    assert "はい→A1" in replies(inbound)[0]
    assert "はい→B1" in replies(inbound)[0]


@pytest.mark.parametrize("body", ["no but I can in two hours", "A1 but late", "２時なら行けます"])
def test_more_words_are_kept_for_the_desk_and_the_person_is_told_so(
    first: Request, hana: Volunteer, now: datetime, body: str
) -> None:
    [offer] = ask(first, hana, at=now)
    inbound = text(body, hana, now + MINUTE)
    assert state(offer) == "sent"
    assert inbound.state == "unclear"
    assert (inbound.recipient, inbound.organization_id) == (hana.key, first.organization_id)
    assert inbound.body == body
    assert "職員" in replies(inbound)[0]


def test_the_second_of_two_is_told_that_somebody_else_was_quicker(
    first: Request, hana: Volunteer, minh: Volunteer, now: datetime
) -> None:
    mine, other = ask(first, hana, minh, at=now)
    text("A1", hana, now + MINUTE)
    inbound = text("A1", minh, now + 2 * MINUTE)
    assert holders(first) == [hana.pk]
    assert inbound.understood_as == "standby"
    assert "ほかの方" in replies(inbound)[0]
    other.refresh_from_db()
    assert other.late_yes_at, "kept in case the first cannot come"
    assert mine.volunteer_id == hana.pk


def test_yes_twice_is_one_yes(first: Request, hana: Volunteer, now: datetime) -> None:
    ask(first, hana, at=now)
    text("A1", hana, now + MINUTE)
    again = text("はい", hana, now + 2 * MINUTE)
    assert again.understood_as == "yours"
    assert Assignment.objects.filter(request=first).count() == 1


def test_a_no_after_a_yes_goes_to_the_desk_and_frees_nothing(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    ask(first, hana, at=now)
    text("A1", hana, now + MINUTE)
    inbound = text("A2", hana, now + 2 * MINUTE)
    assert holders(first) == [hana.pk]
    assert (inbound.state, inbound.understood_as) == ("unclear", "held")


def test_a_yes_after_a_no_counts_while_the_seat_is_free(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    ask(first, hana, at=now)
    text("A2", hana, now + MINUTE)
    inbound = text("A1", hana, now + 2 * MINUTE)
    assert inbound.understood_as == "yours"
    assert holders(first) == [hana.pk]


def test_a_code_of_a_cancelled_job_is_answered_honestly(
    first: Request, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    ask(first, hana, at=now)
    cancel_request(first, cancelled_by="body", reason="", by=coordinator, at=now + MINUTE)
    inbound = text("A1", hana, now + 2 * MINUTE)
    assert inbound.understood_as == "cancelled"
    assert "取消し" in replies(inbound)[0]


def test_after_reopening_the_old_code_names_the_new_one_and_takes_nothing(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    [old] = ask(first, hana, at=now)
    Offer.objects.filter(pk=old.pk).update(state="withdrawn", answered_at=now)
    Request.objects.filter(pk=first.pk).update(search_since=now + MINUTE)
    first.refresh_from_db()
    [new] = ask(first, hana, at=now + 2 * MINUTE)
    assert new.code == "B", "the old code rests for two days"
    inbound = text("A1", hana, now + 3 * MINUTE)
    assert (state(new), inbound.understood_as) == ("sent", "newer")
    assert "B1" in replies(inbound)[0]
    assert text("B1", hana, now + 4 * MINUTE).understood_as == "yours"


def test_an_unknown_code_is_for_the_desk(first: Request, hana: Volunteer, now: datetime) -> None:
    [offer] = ask(first, hana, at=now)
    inbound = text("Z1", hana, now + MINUTE)
    assert (inbound.state, inbound.understood_as) == ("unclear", "code")
    assert state(offer) == "sent"
    assert "A1" in replies(inbound)[0]


def test_a_known_and_an_unknown_code_do_what_is_known_and_call_the_desk(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    ask(first, hana, at=now)
    inbound = text("A1 Z2", hana, now + MINUTE)
    assert holders(first) == [hana.pk]
    assert (inbound.state, inbound.understood_as) == ("unclear", "yours,code")


def test_somebody_booked_elsewhere_is_told_so(
    first: Request, city: Organization, hana: Volunteer, now: datetime
) -> None:
    AssignmentFactory(request__organization=city, volunteer=hana)
    ask(first, hana, at=now)
    inbound = text("A1", hana, now + MINUTE)
    assert inbound.understood_as == "overlap"
    assert holders(first) == []


def test_an_expired_pledge_goes_to_the_desk(first: Request, hana: Volunteer, now: datetime) -> None:
    ask(first, hana, at=now)
    hana.registrations.update(pledged_on=None)
    inbound = text("A1", hana, now + MINUTE)
    assert (inbound.state, inbound.understood_as) == ("unclear", "not_valid")
    assert holders(first) == []


def test_a_family_with_one_number_answers_by_code(
    first: Request, hana: Volunteer, minh: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=minh.pk).update(mobile=hana.mobile)
    mine, other = ask(first, hana, minh, at=now)
    assert {mine.code, other.code} == {"A", "B"}
    unclear = text("はい", hana, now + MINUTE)
    assert unclear.understood_as == "which"
    text(f"{other.code}1", hana, now + 2 * MINUTE)
    assert holders(first) == [minh.pk]


def test_one_person_in_two_towns_has_different_codes_and_each_desk_its_text(
    first: Request, hana: Volunteer, town: Organization, now: datetime
) -> None:
    twin = VolunteerFactory(organization=town, mobile=hana.mobile)
    there = request_on(town, 3)
    [here], [other] = ask(first, hana, at=now), ask(there, twin, at=now + MINUTE)
    assert (here.code, other.code) == ("A", "B")
    assert text("A1", hana, now + 2 * MINUTE).organization_id == first.organization_id
    assert text("B2", hana, now + 2 * MINUTE).organization_id == town.pk
    assert text("なんですか", hana, now + 3 * MINUTE).organization_id == town.pk, "who wrote last"


def test_a_stranger_is_shown_to_whoever_wrote_to_the_number_and_gets_no_answer(
    first: Request, hana: Volunteer, town: Organization, now: datetime
) -> None:
    ask(first, hana, at=now)
    former = hana.mobile
    Volunteer.objects.filter(pk=hana.pk).update(mobile="+819055550000")
    inbound = text("A1", former, now + MINUTE)
    assert (inbound.state, inbound.understood_as) == ("unclear", "stranger")
    assert inbound.organization_id == first.organization_id
    assert replies(inbound) == []
    nobody = text("A1", "+819011110000", now + MINUTE)
    assert nobody.organization_id is None, "of two organizations nobody knows whose it is"


def test_a_text_of_the_only_organization_is_its_own(city: Organization, now: datetime) -> None:
    OrganizationFactory(is_demo=True)
    assert text("こんにちは", "+819011110000", now).organization_id == city.pk


def test_a_bare_yes_confirms_tomorrows_booking_and_a_no_calls_the_desk(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    booking = AssignmentFactory(request__organization=city, volunteer=hana, reconfirm_asked_at=now)
    no = text("いいえ", hana, now + MINUTE)
    booking.refresh_from_db()
    assert (no.understood_as, no.state, booking.state) == ("held", "unclear", "confirmed")
    yes = text("はい", hana, now + 2 * MINUTE)
    booking.refresh_from_db()
    assert (yes.understood_as, booking.state) == ("reconfirmed", "reconfirmed")


def test_nothing_is_asked_so_a_bare_yes_is_for_the_desk(hana: Volunteer, now: datetime) -> None:
    inbound = text("はい", hana, now)
    assert (inbound.state, inbound.understood_as) == ("unclear", "nothing")


def test_a_seat_given_back_is_not_taken_again_by_the_old_code(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    [offer] = ask(first, hana, at=now)
    accepted = accept_offer(offer, via="web", at=now + MINUTE)
    assert accepted.assignment
    give_back(accepted.assignment, reason="", at=now + 2 * MINUTE)
    inbound = text("A1", hana, now + 3 * MINUTE)
    assert inbound.understood_as in {"wrong_state", "closed"}
    assert holders(first) == []


def test_an_answer_by_line_is_read_alike(first: Request, hana: Volunteer, now: datetime) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(line_id="U123", channel="line")
    hana.refresh_from_db()
    [offer] = ask(first, hana, at=now)
    inbound = text("A1", hana, now + MINUTE, channel="line")
    assert (state(offer), offer.answered_via) == ("accepted", "line")
    assert Message.objects.get(subject_key=f"inbound:{inbound.pk}").channel == "line"


@pytest.mark.parametrize("body", ["停止", "STOP"])
def test_stop_is_obeyed_in_every_register_and_confirmed_once(
    hana: Volunteer, town: Organization, now: datetime, body: str
) -> None:
    twin = VolunteerFactory(organization=town, mobile=hana.mobile)
    inbound = text(body, hana, now)
    for one in (hana, twin):
        one.refresh_from_db()
        assert one.sms_stopped_at == now
    # the provider confirms its own word and would refuse ours
    assert len(replies(inbound)) == (1 if body == "停止" else 0)
    assert replies(text(body, hana, now + MINUTE)) == []
    assert AuditEntry.objects.filter(verb="volunteer.sms_stopped").count() == 2


def test_whoever_is_left_without_a_channel_is_shown_to_the_desk(
    hana: Volunteer, minh: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=minh.pk).update(email="minh@example.jp", other_channels=["email"])
    assert text("停止", hana, now).state == "unclear"
    assert text("停止", minh, now).state == "understood"


def test_what_waits_to_be_sent_goes_another_way_after_stop(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(email="h@example.jp", other_channels=["email"])
    hana.refresh_from_db()
    [offer] = send_wave(first, [Candidate(hana.pk, 1, (), 0.5, 10, ())], at=now, reason="試験")
    text("停止", hana, now + MINUTE)
    tries = Message.objects.filter(subject_key=offer.key).order_by("pk")
    assert [(one.channel, one.state, one.error) for one in tries] == [
        ("sms", "failed", "stopped"), ("email", "queued", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("body", ["停止", "STOP"])
def test_stop_on_line_is_for_line_alone_and_can_be_undone(
    first: Request, hana: Volunteer, now: datetime, body: str
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(
        line_id="U1", channel="line", other_channels=["sms"]
    )
    hana.refresh_from_db()
    [offer] = send_wave(first, [Candidate(hana.pk, 1, (), 0.5, 10, ())], at=now, reason="試験")
    inbound = text(body, hana, now + MINUTE, channel="line")
    hana.refresh_from_db()
    assert (hana.channel, hana.other_channels, hana.sms_stopped_at) == ("sms", [], None)
    tries = Message.objects.filter(subject_key=offer.key).order_by("pk")
    assert [(one.channel, one.error) for one in tries] == [("line", "stopped"), ("sms", "")]
    assert (inbound.state, inbound.understood_as) == ("understood", "line_stopped")
    assert "再開" in replies(inbound)[0]
    assert AuditEntry.objects.filter(verb="volunteer.channel_stopped").count() == 1
    again = text("再開", hana, now + 2 * MINUTE, channel="line")
    hana.refresh_from_db()
    assert (hana.channel, hana.other_channels) == ("sms", ["line"])
    assert (again.understood_as, len(replies(again))) == ("line_started", 1)


def test_whoever_stops_line_and_has_nothing_else_is_shown_to_the_desk(
    hana: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(line_id="U1", channel="line", other_channels=[])
    hana.refresh_from_db()
    assert text("停止", hana, now, channel="line").state == "unclear"
    hana.refresh_from_db()
    assert hana.channel == "hand"
    text("再開", hana, now + MINUTE, channel="line")
    hana.refresh_from_db()
    assert (hana.channel, hana.other_channels) == ("line", ["hand"])


def test_of_strangers_texts_several_towns_see_the_number_alone(
    coordinator: User, outsider: User, client_of: Any, clock: Any, now: datetime
) -> None:
    text("秘密の相談です", "+819077777777", now)
    assert Inbound.objects.get().organization_id is None
    for person in (coordinator, outsider):
        client = client_of(person)
        shown = client.get("/delivery/").content.decode()
        assert "この7日間に1件の返信" in shown
        assert "秘密" not in shown + client.get("/inbox/").content.decode()


def test_messages_can_be_had_again(hana: Volunteer, now: datetime) -> None:
    text("停止", hana, now)
    inbound = text("再開", hana, now + MINUTE)
    hana.refresh_from_db()
    assert hana.sms_stopped_at is None
    assert len(replies(inbound)) == 1


def test_what_the_provider_has_stopped_only_its_own_word_brings_back(
    hana: Volunteer, now: datetime
) -> None:
    text("STOP", hana, now)
    text("停止", hana, now + MINUTE)
    again = text("再開", hana, now + 2 * MINUTE)
    hana.refresh_from_db()
    assert hana.sms_stopped_at == now
    assert (again.state, replies(again)) == ("unclear", [])
    assert "START" in REASONS[again.understood_as]
    text("START", hana, now + 3 * MINUTE)
    hana.refresh_from_db()
    assert hana.sms_stopped_at is None
    text("停止", hana, now + 4 * MINUTE)
    assert text("再開", hana, now + 5 * MINUTE).understood_as == "started"


def test_a_stop_that_only_the_provider_heard_of_is_kept_and_shown_once(
    hana: Volunteer, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    sent = [tell_person(hana, kind="renewal", subject="s", text="t", dedupe_key=f"r{n}", at=now)
            for n in range(2)]  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        for one in sent:
            assert one
            chain.fail(Message.objects.get(pk=one.pk), now + MINUTE, "stopped")
    hana.refresh_from_db()
    assert hana.sms_stopped_at == now + MINUTE
    [kept] = Inbound.objects.all()
    assert (kept.recipient, kept.understood_as) == (hana.key, "stopped_there,no_way")
    assert text("再開", hana, now + 2 * MINUTE).understood_as == "start_there"


def test_two_machines_do_not_answer_each_other_for_ever(hana: Volunteer, now: datetime) -> None:
    sent = [len(replies(text("ただいま運転中です", hana, now + n * MINUTE))) for n in range(12)]
    assert sum(sent) == 2
    later = text("ただいま運転中です", hana, now + timedelta(hours=2))
    assert len(replies(later)) == 1
    assert Inbound.objects.filter(state="unclear").count() == 13, "all are kept"


def test_a_person_in_english_is_answered_in_english(
    first: Request, hana: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(message_language="en")
    hana.refresh_from_db()
    ask(first, hana, at=now)
    answer = replies(text("Yes please", hana, now + MINUTE))[0]
    assert "It is yours: Vietnamese" in answer
    assert "みなと市国際交流協会: " in answer
