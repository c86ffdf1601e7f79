"""A volunteer's own settings over HTTP: kept, refused, said to the desk, and nobody else's."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.sessions import VOLUNTEER_SESSION
from realtime.models import Inbound, Message
from tests.factories import AssignmentFactory, RequestFactory, VolunteerFactory
from volunteers.availability import Rule
from volunteers.models import Volunteer
from volunteers.schedules import plain_rules

pytestmark = pytest.mark.django_db
DAYTIME = "0" * 18 + "1" * 16 + "0" * 14  # 9:00-17:00
NEVER = "0" * 48


@pytest.fixture
def phone(hana, client_of, clock) -> Client:
    """Hana's telephone."""
    hana.rules.all().delete()
    return client_of(hana.user)


def text_of(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    "name",
    ["me", "hours", "away", "languages", "certificates", "channels", "devices", "data", "leave"],
)
@pytest.mark.parametrize("language", ["ja", "ja-simple", "en"])
def test_every_page_opens_in_every_language(phone, name, language):
    response = phone.get(reverse(f"volunteer:{name}"), {"lang": language})
    assert response.status_code == 200
    assert f'lang="{"en" if language == "en" else "ja"}"' in text_of(response)


def test_the_menu_shows_what_is_set_and_leads_to_every_page(phone, hana):
    hana.rules.create(weekday=0, from_minute=540, to_minute=1020, on_holidays=False)
    shown = text_of(phone.get("/v/me/"))
    assert "毎週月曜 9:00〜17:00" in shown
    assert all(
        f'href="{reverse(f"volunteer:{name}")}"' in shown for name in ("hours", "data", "leave")
    )


@pytest.mark.parametrize("path", ["/v/me/", "/v/term/"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", "平日 9:00〜17:00"),
        ("ja-simple", "月曜日・火曜日・水曜日・木曜日・金曜日 9:00〜17:00"),
        ("en", "Monday, Tuesday, Wednesday, Thursday, Friday 9:00–17:00"),
    ],
)
def test_the_hours_are_told_in_the_readers_language(phone, hana, path, language, words):
    for weekday in range(5):
        hana.rules.create(weekday=weekday, from_minute=540, to_minute=1020, on_holidays=False)
    hana.registrations.update(ends_on=date(2026, 12, 31))  # so that it may be renewed
    shown = text_of(phone.get(path, {"lang": language}))
    assert words in re.sub(r"<r[tp][^>]*>.*?</r[tp]>|</?ruby[^>]*>", "", shown)


# hours ---------------------------------------------------------------------------------------------
def test_a_painted_week_is_kept_and_said_in_words(phone, hana):
    painted = ",".join([DAYTIME, NEVER, NEVER, NEVER, NEVER, DAYTIME, NEVER, NEVER])
    response = phone.post("/v/hours/", {"painted": painted}, follow=True)
    assert plain_rules(hana.rules.all()) == [Rule(0, 540, 1020), Rule(5, 540, 1020)]
    assert "毎週月・土 9:00〜17:00" in text_of(response)
    assert "11月28日（土） 9:00〜17:00" in text_of(response)


def test_without_javascript_times_do_the_same(phone, hana):
    phone.post("/v/hours/", {"d0_0_from": "09:00", "d0_0_to": "17:00", "on_holidays": "on"})
    assert plain_rules(hana.rules.all()) == [Rule(0, 540, 1020, 0, True)]


def test_midnight_and_nights_can_be_typed(phone, hana):
    phone.post(
        "/v/hours/",
        {"d4_0_from": "18:00", "d4_0_to": "00:00", "d5_0_from": "22:00", "d5_0_to": "06:00"},
    )
    assert plain_rules(hana.rules.all()) == [Rule(4, 1080, 1440), Rule(5, 1320, 1800)]


def test_saving_keeps_nights_until_they_are_taken_out_by_name(phone, hana):
    hana.rules.create(weekday=5, from_minute=1320, to_minute=1800, on_holidays=False)
    phone.post("/v/hours/", {"painted": ",".join([DAYTIME] + [NEVER] * 7)})
    assert Rule(5, 1320, 1800) in plain_rules(hana.rules.all())
    assert "土曜日 22:00〜翌6:00" in text_of(phone.get("/v/hours/"))
    phone.post("/v/hours/", {"painted": ",".join([DAYTIME] + [NEVER] * 7), "drop": "0"})
    assert plain_rules(hana.rules.all()) == [Rule(0, 540, 1020)]


def test_chosen_weeks_are_painted_apart_and_have_no_holidays(phone, hana):
    phone.post("/v/hours/", {"painted": ",".join([DAYTIME] + [NEVER] * 7)})
    assert "第1・第3週" in text_of(phone.get("/v/hours/?nth=1&nth=3"))
    phone.post("/v/hours/?weeks=5", {"painted": ",".join([NEVER] * 5 + [DAYTIME, NEVER])})
    assert plain_rules(hana.rules.all()) == [Rule(0, 540, 1020), Rule(5, 540, 1020, 5)]


@pytest.mark.parametrize(
    "sent",
    [
        {"painted": "101"},
        {"painted": ",".join([DAYTIME] * 7)},
        {"d0_0_from": "09:00"},
        {"d0_0_from": "9時", "d0_0_to": "17:00"},
        {"d0_0_from": "15:00", "d0_0_to": "14:00"},
    ],
)
def test_what_cannot_be_read_changes_nothing(phone, hana, sent):
    hana.rules.create(weekday=0, from_minute=540, to_minute=1020, on_holidays=False)
    response = phone.post("/v/hours/", sent)
    assert response.status_code == 422
    assert "ご確認ください" in text_of(response)
    assert plain_rules(hana.rules.all()) == [Rule(0, 540, 1020)]


# days off ------------------------------------------------------------------------------------------
def test_days_off_are_added_and_a_booking_within_them_is_pointed_out(phone, hana, city):
    AssignmentFactory(request=RequestFactory(organization=city, status="filled"), volunteer=hana)
    response = phone.post(
        "/v/away/",
        {"kind": "off", "first_day": "2026-11-25", "last_day": "2026-11-30"},
        follow=True,
    )
    assert hana.exceptions.get().last_day == date(2026, 11, 30)
    assert "決まっている予定があります：11月26日（木） 14:00〜15:30" in text_of(response)


def test_extra_hours_of_one_day(phone, hana):
    phone.post(
        "/v/away/",
        {"kind": "extra", "first_day": "2026-12-06", "from_time": "10:00", "to_time": "12:00"},
    )
    row = hana.exceptions.get()
    assert (row.available, row.from_minute, row.to_minute) == (True, 600, 720)


def test_somebody_elses_day_off_stays(phone, minh, now):
    row = minh.exceptions.create(first_day=date(2026, 12, 1), last_day=date(2026, 12, 1))
    assert phone.post(f"/v/away/{row.pk}/remove/").status_code == 404
    assert minh.exceptions.exists()


# languages and papers ------------------------------------------------------------------------------
def test_a_new_language_goes_to_the_desks_inbox(phone, hana):
    sent = {"part": "languages", "new_language": "pt", "new_to": "3", "new_from": "2"}
    for row in hana.skills.all():
        sent |= {f"to_{row.pk}": row.to_japanese, f"from_{row.pk}": row.from_japanese}
    assert phone.post("/v/languages/", sent).status_code == 302
    assert hana.skills.get(language="pt").verified_by == ""
    note = Inbound.objects.get()
    assert (note.state, note.organization_id) == ("unclear", hana.organization_id)
    assert "ポルトガル語" in note.body


def test_saving_the_same_languages_tells_nobody(phone, hana):
    sent = {"part": "languages"}
    for row in hana.skills.all():
        sent |= {f"to_{row.pk}": row.to_japanese, f"from_{row.pk}": row.from_japanese}
    assert phone.post("/v/languages/", sent).status_code == 302
    assert not Inbound.objects.exists()


def test_fields_are_ticked(phone, hana):
    phone.post("/v/languages/", {"part": "fields", "fields_taken": ["school", "legal"]})
    assert sorted(hana.field_skills.values_list("field", flat=True)) == ["legal", "school"]


def test_a_certificate_that_ends_soon_says_so(phone, hana):
    sent = {
        "kind": "certificate",
        "name": "検定2級",
        "done_on": "2025-01-10",
        "ends_on": "2026-12-31",
    }
    response = phone.post("/v/certificates/", sent, follow=True)
    assert "期限が近い" in text_of(response)
    assert "窓口の確認待ち" in text_of(response)
    assert "有効期限が近い" in text_of(phone.get("/v/me/"))
    assert "検定2級" in Inbound.objects.get().body


def test_the_desk_checks_a_certificate_on_the_profile(phone, hana, coordinator, client_of):
    training = hana.trainings.create(kind="training", name="医療通訳研修")
    desk = client_of(coordinator)
    assert "医療通訳研修" in text_of(desk.get(f"/volunteers/{hana.pk}/"))
    desk.post(f"/volunteers/{hana.pk}/trainings/{training.pk}/verify/")
    assert "確認済み" in text_of(phone.get("/v/certificates/"))


# being reached -------------------------------------------------------------------------------------
@pytest.fixture
def both(phone, hana) -> Volunteer:
    """Hana, by SMS first and by e-mail next."""
    Volunteer.objects.filter(pk=hana.pk).update(email="hana@example.jp", other_channels=["email"])
    hana.refresh_from_db()
    return hana


@pytest.mark.parametrize(
    ("move", "ways"),
    [
        ("email:up", ("email", ["sms"])),
        ("sms:down", ("email", ["sms"])),
        ("sms:up", ("sms", ["email"])),
        ("sms:off", ("email", [])),
        ("voice:on", ("sms", ["email", "voice"])),
        ("line:on", ("sms", ["email"])),
        ("pigeon:on", ("sms", ["email"])),
        ("", ("sms", ["email"])),
    ],
)
def test_the_order_of_ways_is_changed_by_buttons(phone, both, move, ways):
    phone.post("/v/channels/order/", {"move": move})
    both.refresh_from_db()
    assert (both.channel, both.other_channels) == ways


def test_groups_quiet_hours_and_language_are_kept(phone, both):
    sent = {
        "wanted": ["sms:asking", "email:asking", "email:news", "email:reminder"],
        "quiet": "own", "quiet_from": "20:00", "quiet_to": "09:00", "message_language": "en",
    }  # fmt: skip
    assert phone.post("/v/channels/", sent).status_code == 302
    both.refresh_from_db()
    assert both.muted == {"sms": ["news", "reminder"]}
    assert (both.quiet_from, both.quiet_to, both.message_language) == (1200, 540, "en")


def test_no_way_left_for_requests_is_refused(phone, both):
    sent = {"wanted": ["sms:news"], "quiet": "desk", "message_language": "ja"}
    response = phone.post("/v/channels/", sent)
    assert response.status_code == 422
    assert "1つ以上選んでください" in text_of(response)


def test_a_test_goes_over_the_chosen_way_once_a_minute(phone, both):
    for _press in range(2):
        phone.post("/v/channels/test/", {"channel": "email"})
    sent = Message.objects.get()
    assert (sent.channel, sent.address, sent.kind) == ("email", "hana@example.jp", "channel_test")


# several towns -------------------------------------------------------------------------------------
def test_somebody_in_two_towns_changes_to_the_other_entry(phone, hana, town):
    there = VolunteerFactory(organization=town, user=hana.user, name=hana.name)
    assert town.name in text_of(phone.get("/v/me/"))
    phone.post("/v/me/organization/", {"volunteer": there.pk})
    assert phone.session[VOLUNTEER_SESSION] == there.pk


@pytest.mark.parametrize("whose", ["minh", "", "x"])
def test_nobody_becomes_somebody_else_by_that(phone, minh, whose):
    wanted = minh.pk if whose == "minh" else whose
    assert phone.post("/v/me/organization/", {"volunteer": wanted}).status_code == 404
