"""A volunteer's own pages: what is asked, what comes, the booking, on call, the history."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import HttpRequest as RequestOfBrowser
from django.urls import reverse

from dispatch.actions.offers import accept_offer
from dispatch.models import Assignment, Offer, Request
from dispatch.phone.accepted import accepted_here
from tests.factories import (
    DeskFactory,
    OfferFactory,
    ReportFactory,
    RequestFactory,
    RequestingBodyFactory,
    UserFactory,
    VolunteerFactory,
)
from volunteers.models import Registration, Volunteer

pytestmark = pytest.mark.django_db
HOME = "/v/"


@pytest.fixture
def mine(client_of, hana, clock):
    """Hana's browser."""
    return client_of(hana.user)


@pytest.fixture
def booked(city, hana, now) -> Assignment:
    """Hana goes to the hospital the day after tomorrow at 14:00."""
    request = RequestFactory(organization=city, desk=DeskFactory(organization=city, phone="+81426221111"),
                             body=RequestingBodyFactory(organization=city, name="みなと小学校"))  # fmt: skip
    return accept_offer(OfferFactory(request=request, volunteer=hana), via="web", at=now).assignment


def url(name: str, assignment: Assignment) -> str:
    return reverse(f"volunteer:{name}", args=[assignment.pk])


def text_of(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.headers
    return response.content.decode()


def test_strangers_and_staff_are_sent_to_the_sign_in(client, client_of, coordinator, booked):
    for browser in (client, client_of(coordinator)):
        for path in (HOME, "/v/history/", url("job", booked)):
            response = browser.get(path)
            assert response.status_code == 302
            assert response["Location"].startswith("/v/sign-in/?next=")


def test_open_offers_can_be_answered_from_home(mine, city, hana):
    offer = OfferFactory(request=RequestFactory(organization=city), volunteer=hana)
    text = text_of(mine, HOME)
    assert "お返事をお待ちしています" in text
    assert reverse("dispatch:offer_accept", args=[offer.token]) in text
    mine.post(reverse("dispatch:offer_decline", args=[offer.token]))
    assert "お返事をお待ちしています" not in text_of(mine, HOME)


def test_other_peoples_offers_and_bookings_are_not_there(mine, city, minh, now):
    offer = OfferFactory(request=RequestFactory(organization=city), volunteer=minh)
    assert offer.token not in text_of(mine, HOME)
    theirs = accept_offer(offer, via="web", at=now).assignment
    assert "市立病院" not in text_of(mine, HOME)
    for name in ("job", "job_confirm", "job_start", "job_give_back"):
        assert mine.get(url(name, theirs)).status_code == 404
        assert mine.post(url(name, theirs)).status_code == 404
    report = reverse("volunteer_report:report", args=[theirs.pk])
    assert mine.get(report).status_code == mine.post(report).status_code == 404


def test_a_booking_shows_where_whom_and_what_to_know(mine, booked):
    text = text_of(mine, url("job", booked))
    for shown in ["市立病院", "本町1-2-3", "内科の初診。", "グエン・ヴァン・A", "みなと小学校", "042-622-1111",
                  "https://www.openstreetmap.org/?mlat=35.71"]:  # fmt: skip
        assert shown in text
    assert "市立病院" in text_of(mine, HOME)


def test_after_the_job_nothing_about_the_resident_remains(mine, booked, clock):
    ReportFactory(assignment=booked)
    Assignment.objects.update(state=Assignment.State.FINISHED)
    clock.move(days=4)
    for path in (url("job", booked), "/v/history/", HOME):
        text = text_of(mine, path)
        assert not [s for s in ("市立病院", "本町", "内科", "グエン・ヴァン") if s in text]
    assert "11月26日（木）" in text_of(mine, "/v/history/")


def test_a_booking_that_was_cancelled_shows_no_details(mine, booked):
    Assignment.objects.update(state=Assignment.State.CANCELLED)
    text = text_of(mine, url("job", booked))
    assert "市立病院" not in text
    assert "行けなくなりました" not in text


def test_saying_i_will_come_is_remembered_and_twice_is_once(mine, booked, clock):
    clock.move(hours=20)
    assert url("job_confirm", booked) in text_of(mine, HOME)
    for _ in range(2):
        assert mine.post(url("job_confirm", booked))["Location"] == url("job", booked)
    booked.refresh_from_db()
    assert booked.state == "reconfirmed"
    assert url("job_confirm", booked) not in text_of(mine, HOME)


def test_arriving_can_be_said_from_an_hour_before_but_not_days_before(mine, booked, clock):
    mine.post(url("job_start", booked))
    booked.refresh_from_db()
    assert booked.state == "confirmed"
    clock.move(days=2, hours=3, minutes=30)
    mine.post(url("job_start", booked))
    booked.refresh_from_db()
    assert booked.state == "started"


def test_a_get_on_a_button_only_leads_back(mine, booked, clock):
    clock.move(days=2, hours=3, minutes=30)
    for name in ("job_confirm", "job_start"):
        assert mine.get(url(name, booked))["Location"] == url("job", booked)
    assert mine.get("/v/on-call/")["Location"] == HOME
    booked.refresh_from_db()
    assert booked.state == "confirmed"


def test_giving_back_asks_why_first_and_reopens_the_search(mine, booked):
    assert "ほかの方をさがします" in text_of(mine, url("job_give_back", booked))
    response = mine.post(url("job_give_back", booked), {"note": "熱があります"})
    assert response.status_code == 422
    assert "理由を選んでください" in response.content.decode()
    assert "熱があります" in response.content.decode()
    for _ in range(2):
        answer = mine.post(
            url("job_give_back", booked), {"reason": "health", "note": "熱があります"}
        )
        assert answer.status_code == 302
    booked.refresh_from_db()
    assert (booked.state, booked.end_reason) == ("cancelled", "体調がよくない：熱があります")
    assert Request.objects.get().status == "open"


def test_what_is_over_cannot_be_given_back(mine, booked, clock):
    clock.move(days=3)
    mine.post(url("job_give_back", booked), {"reason": "health"})
    booked.refresh_from_db()
    assert booked.state == "confirmed"
    assert "終わった派遣は辞退できません" in text_of(mine, HOME)


def test_a_report_is_asked_for_after_the_end(mine, booked, clock):
    path = reverse("volunteer_report:report", args=[booked.pk])
    assert mine.get(path)["Location"] == url("job", booked)
    clock.move(days=3)
    assert path in text_of(mine, HOME)


def test_the_report_goes_through_the_same_form_as_at_the_desk(mine, booked, clock):
    clock.move(days=3)
    path = reverse("volunteer_report:report", args=[booked.pk])
    assert "活動報告" in text_of(mine, path)
    typed = {
        "start_date": "2026-11-26", "start_time": "１４：００", "end_date": "2026-11-26", "end_time": "13:40",
        "waiting_minutes": "", "transport": "train_bus", "transport_yen": "460円",
        "transport_route": "八王子〜南大沢", "outcome": "done", "comment": "無事に終わりました",
    }  # fmt: skip
    wrong = mine.post(path, typed)
    assert wrong.status_code == 422
    assert "終了が開始より前です" in wrong.content.decode()
    assert "無事に終わりました" in wrong.content.decode()
    assert mine.post(path, {**typed, "end_time": "15:40"})["Location"] == path
    report = booked.report
    assert (report.minutes, report.transport_yen, report.submitted_via) == (100, 460, "volunteer")
    text = text_of(mine, path)
    assert "確認待ち" in text
    assert "<form" not in text.split("<main")[1]
    assert path not in text_of(mine, HOME)


def test_a_returned_report_comes_back_with_the_reason(mine, booked, clock):
    clock.move(days=3)
    ReportFactory(assignment=booked, state="returned", return_reason="交通費の経路を教えてください")
    Assignment.objects.update(state=Assignment.State.FINISHED)
    path = reverse("volunteer_report:report", args=[booked.pk])
    assert "確認してほしいところがあります" in text_of(mine, HOME)
    assert "交通費の経路を教えてください" in text_of(mine, path)


def test_on_call_runs_for_the_chosen_hours_and_can_be_ended(mine, hana, now):
    mine.post("/v/on-call/", {"minutes": "120"})
    hana.refresh_from_db()
    assert hana.on_call_until == now + timedelta(hours=2)
    assert "12:00 まで待機中です" in text_of(mine, HOME)
    mine.post("/v/on-call/", {"minutes": "0"})
    hana.refresh_from_db()
    assert hana.on_call_until is None


@pytest.mark.parametrize("minutes", ["", "3", "-1", "999", "x"])
def test_odd_lengths_change_nothing(mine, hana, minutes):
    assert mine.post("/v/on-call/", {"minutes": minutes}).status_code == 302
    hana.refresh_from_db()
    assert hana.on_call_until is None


@pytest.mark.parametrize(
    ("until", "hours"),
    [("14:30", 4.5), ("10:00", None), ("22:00", 12), ("22:01", None), ("1", None)],
)
def test_on_call_until_a_time_of_the_clock_is_at_most_twelve_hours(mine, hana, now, until, hours):
    mine.post("/v/on-call/", {"until": until})
    hana.refresh_from_db()
    assert hana.on_call_until == (now + timedelta(hours=hours) if hours else None)


def test_on_call_ends_by_itself(mine, hana, clock):
    mine.post("/v/on-call/", {"minutes": "15"})
    assert "10:15 まで待機中です" in text_of(mine, HOME)
    clock.move(minutes=15)
    assert "待機中です" not in text_of(mine, HOME)


def test_the_page_says_how_a_closed_page_rings(mine, hana):
    mine.post("/v/on-call/", {"minutes": "30"})
    assert "閉じると、SMSでお呼びします" in text_of(mine, HOME)
    Volunteer.objects.update(channel="hand", mobile="", email="")
    assert "閉じると、呼び出しが届きません" in text_of(mine, HOME)


def test_without_a_valid_term_nobody_can_be_on_call(mine, hana):
    Registration.objects.all().delete()
    mine.post("/v/on-call/", {"minutes": "30"})
    hana.refresh_from_db()
    assert hana.on_call_until is None
    assert "登録期間または誓約の手続きが必要です" in text_of(mine, HOME)


@pytest.fixture
def ring(city, hana, now) -> Offer:
    """Hana's telephone rings for somebody at the counter."""
    request = RequestFactory(
        organization=city, mode="onsite", urgency="now", starts_at=now, note="秘密のこと"
    )
    return OfferFactory(
        request=request, volunteer=hana, remote=True, rings_until=now + timedelta(seconds=40)
    )


def test_a_ring_shows_language_field_and_video_and_nothing_of_the_resident(mine, ring):
    text = text_of(mine, HOME)
    for shown in ("通訳の呼び出し", "ベトナム語", "医療", "映像", "応答する", "今は出られません"):
        assert shown in text
    for hidden in ("市立病院", "グエン・ヴァン", "秘密のこと"):
        assert hidden not in text


def test_a_telephone_request_rings_as_voice_only(mine, ring):
    Request.objects.update(mode="phone")
    Offer.objects.update(remote=False)
    assert "音声のみ" in text_of(mine, HOME)


def test_after_its_seconds_a_ring_is_an_ordinary_card(mine, ring, clock):
    clock.move(seconds=40)
    text = text_of(mine, HOME)
    assert "通訳の呼び出し" not in text
    assert "お返事をお待ちしています" in text


def test_answering_leads_straight_to_the_room(mine, ring, monkeypatch):
    monkeypatch.setattr("dispatch.subscriptions.room_links", [lambda a: f"/v/rooms/{a.pk}/"])
    response = mine.post(reverse("dispatch:offer_accept", args=[ring.token]))
    held = Assignment.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/v/rooms/{held.pk}/")
    assert f"tsunagi_accepted_{held.pk}" not in response.cookies


def test_whoever_answers_by_the_link_alone_is_known_in_this_browser_only(client, ring, monkeypatch):
    monkeypatch.setattr("dispatch.subscriptions.room_links", [lambda a: f"/v/rooms/{a.pk}/"])
    response = client.post(reverse("dispatch:offer_accept", args=[ring.token]))
    held = Assignment.objects.get()
    cookie = response.cookies[f"tsunagi_accepted_{held.pk}"]
    assert cookie["httponly"]
    assert cookie["max-age"] == 12 * 3600
    request = RequestOfBrowser()
    request.COOKIES = {cookie.key: cookie.value}
    assert accepted_here(request, held.pk)
    assert not accepted_here(request, held.pk + 1)
    request.COOKIES = {f"tsunagi_accepted_{held.pk + 1}": cookie.value}
    assert not accepted_here(request, held.pk + 1)
    request.COOKIES = {cookie.key: cookie.value[:-1] + "x"}
    assert not accepted_here(request, held.pk)


def test_a_booking_for_later_does_not_open_a_room(mine, city, hana, monkeypatch):
    monkeypatch.setattr("dispatch.subscriptions.room_links", [lambda a: "/v/rooms/1/"])
    offer = OfferFactory(request=RequestFactory(organization=city), volunteer=hana)
    response = mine.post(reverse("dispatch:offer_accept", args=[offer.token]))
    assert response["Location"] == reverse("dispatch:offer", args=[offer.token])


def test_not_now_comes_back_home_and_stays_on_call(mine, ring, hana):
    mine.post("/v/on-call/", {"minutes": "60"})
    response = mine.post(reverse("dispatch:offer_decline", args=[ring.token]))
    assert response["Location"] == HOME
    text = text_of(mine, HOME)
    assert "待機は続いています" in text
    assert "通訳の呼び出し" not in text


def test_who_is_on_a_break_cannot_be_on_call(mine, hana):
    Volunteer.objects.update(status="paused")
    assert "待機（映像・電話）" not in text_of(mine, HOME)
    mine.post("/v/on-call/", {"minutes": "60"})
    hana.refresh_from_db()
    assert hana.on_call_until is None
    assert "休止中は待機にできません" in text_of(mine, HOME)


def test_somebody_in_two_organizations_sees_both(mine, hana, town, now):
    other = VolunteerFactory(organization=town, user=hana.user)
    offer = OfferFactory(request=RequestFactory(organization=town), volunteer=other)
    assert offer.token in text_of(mine, HOME)
    theirs = accept_offer(offer, via="web", at=now).assignment
    assert text_of(mine, url("job", theirs))


def test_a_session_ends_when_the_row_is_given_to_another_user(mine, hana):
    Volunteer.objects.filter(pk=hana.pk).update(user=UserFactory())
    assert mine.get(HOME).status_code == 302


def test_the_live_part_answers_304_until_something_changes(mine, city, hana):
    first = mine.get("/v/fragment/")
    assert mine.get("/v/fragment/", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    assert 'data-live="/ws/volunteer/"' in text_of(mine, HOME)
    OfferFactory(request=RequestFactory(organization=city), volunteer=hana)
    assert mine.get("/v/fragment/", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_the_pages_use_few_statements_however_much_there_is(
    mine, city, hana, now, django_assert_max_num_queries
):
    for day in range(12):
        start = now + timedelta(days=day + 2)
        offer = OfferFactory(
            request=RequestFactory(organization=city, starts_at=start), volunteer=hana
        )
        if day % 2:
            accept_offer(offer, via="web", at=now)
    assert Offer.objects.open().count() == 6
    with django_assert_max_num_queries(25):  # five of them ask about money
        mine.get(HOME)
    with django_assert_max_num_queries(20):
        mine.get("/v/history/")


@pytest.mark.parametrize(("lang", "words"), [("en", "Coming up"), ("ja-simple", "つぎの 予定")])
def test_the_pages_speak_the_persons_language(mine, hana, booked, lang, words):
    Volunteer.objects.update(message_language=lang)
    assert words in text_of(mine, HOME + "?furigana=off")


def test_english_pages_hold_no_japanese_but_names_and_what_was_typed(mine, hana, booked, city):
    """What the desk typed (place, note, names) stays as it is; everything else is English."""
    Volunteer.objects.update(message_language="en")
    offer = OfferFactory(request=RequestFactory(organization=city), volunteer=hana)
    typed = [
        "日本語", "やさしい", "つなぎ", city.name, "市立病院", "本町", "内科の初診。",
        "グエン・ヴァン・A", "みなと小学校",
    ]  # fmt: skip
    guest = reverse("dispatch:offer", args=[offer.token])
    for path in (HOME, "/v/history/", url("job", booked), url("job_give_back", booked), guest):
        text = text_of(mine, path)
        for known in typed:
            text = text.replace(known, "")
        assert not re.findall(r".{0,20}[\u3040-\u30fa\u4e00-\u9fff]+", text), path
