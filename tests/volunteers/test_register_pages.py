"""Profile, entry form and small changes, through HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import format_html

from accounts.models import Organization, User
from tests import factories
from volunteers import subscriptions
from volunteers.models import Area, AvailabilityException, Volunteer

pytestmark = pytest.mark.django_db
PAGES = ["", "edit/", "pause/", "withdraw/", "renew/"]


@pytest.fixture
def desk(client_of: Callable[[User], Client], coordinator: User, clock: object) -> Client:
    return client_of(coordinator)


def filled(page: Any) -> dict[str, Any]:
    """What a browser would send back for the entry form of a response."""
    data: dict[str, Any] = {"version": page.context["version"]}
    main, *lists = page.context["form"].all
    for form in (main, *(form for rows in lists for form in rows.forms)):
        for bound in form:
            value = bound.value()
            if value not in (None, False, ""):
                data[bound.html_name] = "on" if value is True else value
    for rows in lists:
        for bound in rows.management_form:
            data[bound.html_name] = bound.value()
    return data


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_sent_to_the_sign_in_page(page: str, hana: Volunteer, client: Client) -> None:
    response = client.get(f"/volunteers/{hana.pk}/{page}")
    assert response.status_code == 302
    assert "/accounts/login/" in response.url


@pytest.mark.parametrize("page", [*PAGES, "resume/", "on-call/"])
@pytest.mark.parametrize("who", ["outsider", "accountant", "requester"])
def test_others_find_nothing(
    page: str, who: str, hana: Volunteer, client_of: Callable[[User], Client],
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    client = client_of(request.getfixturevalue(who))
    address = f"/volunteers/{hana.pk}/{page}"
    statuses = {client.post(address).status_code, client.get(address).status_code}
    assert 404 in statuses
    assert statuses <= {404, 405}


def test_the_profile_shows_everything_known(
    desk: Client, hana: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hana.rules.all().delete()
    hana.rules.create(weekday=2, from_minute=540, to_minute=720, nth_mask=0b101, on_holidays=False)
    AvailabilityException.objects.create(
        volunteer=hana, first_day=date(2026, 12, 20), last_day=date(2027, 1, 5), note="帰国"
    )
    Volunteer.objects.filter(pk=hana.pk).update(
        mobile="+819012345678", birth_date=date(1990, 11, 25), remarks="<b>車いす</b>"
    )
    panels = [lambda request, volunteer: format_html("<p>派遣の実績 {}</p>", volunteer.number)]
    monkeypatch.setattr(subscriptions, "profile_panels", panels)
    page = desk.get(f"/volunteers/{hana.pk}/").content.decode()
    for expected in (
        "ベトナム語", "Tiếng Việt", "第1・第3水曜 9:00〜12:00", "帰国", "090-1234-5678", "tel:+819012345678",
        "2027年3月31日", "36歳", "<p>派遣の実績 101</p>", "次に活動できる時間：12月2日", "&lt;b&gt;車いす",
    ):  # fmt: skip
        assert expected in page


def test_a_new_person_is_entered_on_one_page(desk: Client, city: Organization) -> None:
    known = Area.objects.create(organization=city, name="高尾")
    data = filled(desk.get("/volunteers/new/")) | {
        "name": "グエン　ティ  ラン",
        "kana": "ぐえん てぃ らん",
        "birth_date": "平成2年3月4日",
        "gender": "female",
        "mobile": "０９０（１２３４）５６７８",
        "phone": "042 626 1234",
        "email": "lan@example.jp",
        "area_ids": [known.pk],
        "new_areas": "南大沢、めじろ台",
        "accepts": ["medical"],
        "qualified": ["school"],
        "skills-0-language": "betonamugo",
        "skills-0-to_japanese": "3",
        "skills-0-from_japanese": "2",
        "skills-1-language": "English",
        "hours-0-weekdays": ["0", "2", "7"],
        "hours-0-from_minute": "午後1時",
        "hours-0-to_minute": "17:30",
        "hours-0-nth": ["1", "3"],
        "hours-1-weekdays": ["4"],
        "hours-1-from_minute": "２２：００",
        "hours-1-to_minute": "2:00",
        "schedule_text": "土日 10時〜16時",
        "exceptions-0-first_day": "R8.12.20",
        "exceptions-0-note": "帰国",
        "starts_on": "2026-11-24",
        "ends_on": "",
        "pledged_on": "2026-11-24",
        "channel": "sms",
        "message_language": "ja-simple",
    }
    response = desk.post("/volunteers/new/", data)
    assert response.status_code == 302, [f.errors for f in response.context["form"].all]
    lan = Volunteer.objects.get()
    assert (lan.number, lan.name, lan.kana) == (1, "グエン ティ ラン", "グエン ティ ラン")
    assert (lan.mobile, lan.phone, lan.birth_date) == (
        "+819012345678", "+81426261234", date(1990, 3, 4))  # fmt: skip
    assert {area.name for area in lan.areas.all()} == {"高尾", "南大沢", "めじろ台"}
    skills = {s.language: (s.to_japanese, s.from_japanese) for s in lan.skills.all()}
    assert skills == {"vi": (3, 2), "en": (2, 2)}
    assert {(f.field, f.qualified) for f in lan.field_skills.all()} == {
        ("medical", False), ("school", True)}  # fmt: skip
    rules = {(r.weekday, r.from_minute, r.to_minute, r.nth_mask) for r in lan.rules.all()}
    assert rules == {
        (0, 780, 1050, 0b101), (2, 780, 1050, 0b101), (7, 780, 1050, 0),
        (4, 1320, 1560, 0), (5, 600, 960, 0), (6, 600, 960, 0),
    }  # fmt: skip
    assert lan.exceptions.get().last_day == date(2026, 12, 20)
    assert lan.registrations.get().ends_on == date(2027, 3, 31)


def test_saving_an_unchanged_entry_changes_nothing(desk: Client, hana: Volunteer) -> None:
    hana.rules.create(weekday=3, from_minute=1320, to_minute=1560, nth_mask=0b10001)
    hana.exceptions.create(first_day=date(2026, 12, 1), last_day=date(2026, 12, 2), available=True,
                           from_minute=600, to_minute=1440)  # fmt: skip
    page = desk.get(f"/volunteers/{hana.pk}/edit/")
    response = desk.post(f"/volunteers/{hana.pk}/edit/", filled(page))
    assert response.status_code == 302
    assert Volunteer.objects.get(pk=hana.pk).version == 0


def test_rows_can_be_removed(desk: Client, hana: Volunteer) -> None:
    data = filled(desk.get(f"/volunteers/{hana.pk}/edit/"))
    desk.post(f"/volunteers/{hana.pk}/edit/", data | {"skills-1-DELETE": "on"})
    assert [s.language for s in hana.skills.all()] == ["vi"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "この項目は必須です"),
        ({"mobile": "12"}, "電話番号として読み取れません"),
        ({"birth_date": "きのう"}, "日付として読み取れません"),
        ({"skills-1-language": "ほげ語"}, "ほげ語"),
        ({"skills-1-language": "ベトナム"}, "二度あります"),
        ({"hours-0-from_minute": "99時"}, "時刻として読み取れません"),
        ({"hours-2-weekdays": ["1"]}, "時刻を入力してください"),
        ({"hours-2-from_minute": "9:00", "hours-2-to_minute": "10:00"}, "曜日を選んでください"),
        ({"schedule_text": "隔週 火"}, "隔週"),
        (
            {"exceptions-0-first_day": "2026-12-05", "exceptions-0-last_day": "2026-12-01"},
            "初日以降",
        ),
        ({"exceptions-0-first_day": "2026-12-05", "exceptions-0-from_minute": "9:00"}, "両方"),
        ({"starts_on": "2026-04-01", "ends_on": "2026-03-31"}, "開始日より後"),
        ({"channel": "email", "email": ""}, "メールアドレスが必要"),
        ({"number": "102"}, "すでに使われています"),
        ({"lat": ""}, "両方入力"),
        ({"skills-TOTAL_FORMS": "x"}, "途中で切れています"),
        ({"skills-TOTAL_FORMS": "9999"}, "行が多すぎます"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field_and_kept(
    typed: dict[str, Any], words: str, desk: Client, hana: Volunteer, minh: Volunteer
) -> None:
    address = f"/volunteers/{hana.pk}/edit/"
    data = filled(desk.get(address)) | {"remarks": "書きかけのメモ"} | typed
    response = desk.post(address, data)
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "書きかけのメモ" in page or "remarks" in typed
    for value in typed.values():
        if isinstance(value, str) and value not in ("", "x", "9999"):
            assert value in page
    assert Volunteer.objects.get(pk=hana.pk).version == 0


def test_somebody_elses_change_is_not_overwritten_unawares(
    desk: Client, hana: Volunteer, admin: User, client_of: Callable[[User], Client]
) -> None:
    address = f"/volunteers/{hana.pk}/edit/"
    mine = filled(desk.get(address)) | {"remarks": "わたしのメモ"}
    other = client_of(admin)
    theirs = filled(other.get(address)) | {"email": "new@example.jp"}
    assert other.post(address, theirs).status_code == 302
    response = desk.post(address, mine)
    page = response.content.decode()
    assert response.status_code == 409
    assert "ほかの人が先に変更しました" in page
    assert admin.name in page
    assert "メール" in page
    assert "わたしのメモ" in page
    assert desk.post(address, mine).status_code == 409
    current = response.context["volunteer"].version
    assert desk.post(address, mine | {"overwrite": current}).status_code == 302
    assert Volunteer.objects.get(pk=hana.pk).remarks == "わたしのメモ"


def test_a_missing_version_is_no_permission_to_overwrite(desk: Client, hana: Volunteer) -> None:
    data = filled(desk.get(f"/volunteers/{hana.pk}/edit/")) | {"remarks": "x"}
    del data["version"]
    assert desk.post(f"/volunteers/{hana.pk}/edit/", data).status_code == 409


def test_a_young_person_is_entered_with_a_warning(desk: Client) -> None:
    data = filled(desk.get("/volunteers/new/")) | {
        "name": "若い 人", "birth_date": "2009-08-21", "channel": "hand"}  # fmt: skip
    page = desk.post("/volunteers/new/", data, follow=True).content.decode()
    assert "18歳未満" in page
    assert Volunteer.objects.count() == 1


def test_pausing_and_coming_back(desk: Client, hana: Volunteer) -> None:
    address = f"/volunteers/{hana.pk}"
    past = desk.post(f"{address}/pause/", {"until": "2026-11-23"})
    assert past.status_code == 422
    assert "今日以降" in past.content.decode()
    page = desk.post(f"{address}/pause/", {"until": "2026-12-31", "reason": "出産"}, follow=True)
    assert "2026年12月31日（木）まで" in page.content.decode()
    assert "理由：出産" in page.content.decode()
    desk.post(f"{address}/resume/")
    assert Volunteer.objects.get(pk=hana.pk).status == "active"
    again = desk.post(f"{address}/resume/", follow=True)
    assert "この操作はできません" in again.content.decode()


def test_withdrawing_takes_a_post(desk: Client, hana: Volunteer) -> None:
    address = f"/volunteers/{hana.pk}/withdraw/"
    assert desk.get(address).status_code == 200
    assert Volunteer.objects.get(pk=hana.pk).status == "active"
    assert desk.post(address, {"reason": "転居"}).status_code == 302
    assert Volunteer.objects.get(pk=hana.pk).status == "withdrawn"


def test_renewing_suggests_the_next_31_march(desk: Client, hana: Volunteer) -> None:
    address = f"/volunteers/{hana.pk}/renew/"
    assert 'value="2028-03-31"' in desk.get(address).content.decode()
    desk.post(address, {"pledged_on": "2026-11-24", "ends_on": "令和10年3月31日"})
    assert hana.registrations.first().ends_on == date(2028, 3, 31)  # type: ignore[union-attr]
    refused = desk.post(address, {"pledged_on": "2026-11-24", "ends_on": "2027-03-31"})
    assert "すでに2028年3月31日まで登録されています" in refused.content.decode()


@pytest.mark.parametrize(
    ("hours", "end"), [("2", timedelta(hours=2)), ("day", timedelta(hours=14)), ("99", None)]
)
def test_on_call_is_switched_from_the_profile(
    hours: str, end: timedelta | None, desk: Client, hana: Volunteer, now: datetime
) -> None:
    desk.post(f"/volunteers/{hana.pk}/on-call/", {"hours": hours})
    assert Volunteer.objects.get(pk=hana.pk).on_call_until == (end and now + end)


def test_areas_of_another_organization_are_no_choice(
    desk: Client, hana: Volunteer, town: Organization
) -> None:
    foreign = factories.AreaFactory(organization=town, name="よその町")
    data = filled(desk.get(f"/volunteers/{hana.pk}/edit/")) | {"area_ids": [foreign.pk]}
    response = desk.post(f"/volunteers/{hana.pk}/edit/", data)
    assert response.status_code == 422
    assert "よその町" not in response.content.decode()
