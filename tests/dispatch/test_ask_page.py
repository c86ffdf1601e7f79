"""The form that takes a request: three inputs at the counter, clear errors, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization, User
from dispatch.models import Place, Request
from tests.conftest import Clock
from tests.factories import (
    AssignmentFactory,
    DeskFactory,
    OfferFactory,
    RequestFactory,
    RequirementFactory,
    VolunteerFactory,
)
from volunteers.languages import LANGUAGES, lookup
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
NEW = "/requests/new/"
COUNTER = {
    "language_text": "ベトナム語",
    "urgency": "now",
    "mode": "onsite",
    "field": "administrative",
}
BOOKED = COUNTER | {
    "urgency": "booked",
    "mode": "accompany",
    "day": "2026-11-26",
    "start": "14:00",
    "minutes": "90",
    "place_name": "市立病院",
}


@pytest.fixture
def page(coordinator: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    """The coordinator's browser, at the time of the cast."""
    return client_of(coordinator)


@pytest.mark.parametrize(
    "typed", ["ベトナム語", "べとなむ", "betonamugo", "Vietnamese", "Tiếng Việt"]
)
def test_a_language_is_understood_however_it_is_typed(page: Client, typed: str) -> None:
    answer = page.post(NEW, COUNTER | {"language_text": typed})
    assert answer.status_code == 302
    assert Request.objects.get().language == "vi"


def test_three_inputs_and_one_press_open_a_request_for_now(
    page: Client, city: Organization, now: datetime
) -> None:
    desk = DeskFactory(organization=city)
    page.post(NEW, COUNTER | {"desk": desk.pk})
    request = Request.objects.get()
    assert (request.urgency, request.starts_at) == ("now", now)
    assert request.place_name == desk.name
    assert request.next_action == "wave"


@pytest.mark.parametrize("typed", ["14:00", "１４：００", "1400", "14時", "14時00分"])
def test_times_are_understood_as_people_type_them(page: Client, typed: str) -> None:
    page.post(NEW, BOOKED | {"start": typed})
    assert Request.objects.get().starts_at == datetime(2026, 11, 26, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"language_text": ""}, "language_text", "言語を入力してください。"),
        ({"language_text": "ほげ語"}, "language_text", "見つかりません"),
        ({"language_text": "日本語"}, "language_text", "日本語以外"),
        ({"start": ""}, "start", "開始時刻を入力してください。"),
        ({"start": "25:00"}, "start", "14:30"),
        ({"start": "²:00"}, "start", "14:30"),
        ({"day": "2026-11-01"}, "start", "過ぎています"),
        ({"day": "9999-12-31", "start": "23:59"}, "day", "日付"),
        ({"seats": "99"}, "seats", "20人まで"),
        ({"every": "week", "count": ""}, "count", "回数"),
        ({"gender_wish": "hard"}, "gender", "性別を選んで"),
    ],
)
def test_a_slip_gets_a_message_beside_its_field_and_keeps_what_was_typed(
    page: Client, change: dict[str, str], field: str, message: str
) -> None:
    answer = page.post(NEW, BOOKED | {"note": "大事なメモ"} | change)
    assert answer.status_code == 422
    assert message in str(answer.context["form"].errors[field])
    assert "大事なメモ" in answer.content.decode()
    assert not Request.objects.exists()


def test_a_hidden_tag_that_no_longer_fits_the_text_is_ignored(page: Client) -> None:
    page.post(NEW, COUNTER | {"language_text": "中国語", "language": "vi"})
    assert Request.objects.get().language == "zh"


def test_requirements_are_kept_hard_or_soft(page: Client, hana: Volunteer, minh: Volunteer) -> None:
    page.post(
        NEW,
        BOOKED
        | {
            "gender": "female",
            "gender_wish": "hard",
            "level_wish": "soft",
            "preferred": hana.pk,
            "excluded": [minh.pk],
        },
    )
    wishes = {(r.kind, r.hard) for r in Request.objects.get().requirements.all()}
    assert wishes == {("gender", True), ("level", False), ("preferred", False), ("excluded", True)}


def test_a_series_makes_one_request_for_each_date(page: Client) -> None:
    page.post(NEW, BOOKED | {"every": "month", "count": "3"})
    days = [r.starts_at.date().isoformat() for r in Request.objects.order_by("starts_at")]
    assert days == ["2026-11-26", "2026-12-24", "2027-01-28"]  # each time the fourth Thursday


def test_a_place_is_remembered_and_offered_again(page: Client) -> None:
    page.post(NEW, BOOKED)
    assert Place.objects.get().used_count == 1
    found = page.get("/requests/suggest/places/?q=市立").json()["results"]
    assert [p["label"] for p in found] == ["市立病院"]


def test_the_count_says_who_could_come_and_who_is_on_call(
    page: Client, city: Organization, now: datetime
) -> None:
    for _ in range(3):
        VolunteerFactory(organization=city)
    VolunteerFactory(organization=city, on_call_until=now + timedelta(hours=1))
    text = page.get("/requests/new/count/", BOOKED).content.decode()
    assert '対応できる人 <strong class="ask__number">4</strong>人' in text
    assert '待機中 <strong class="ask__number">1</strong>人' in text


def test_the_count_answers_kindly_to_half_typed_input(page: Client) -> None:
    for typed in ({}, {"language_text": "べ"}, {"urgency": "x", "day": "0000-00-00"}):
        assert page.get("/requests/new/count/", typed).status_code == 200


def test_a_decisive_change_is_shown_with_its_consequences_before_it_is_saved(
    page: Client, city: Organization
) -> None:
    request = RequestFactory(organization=city, place_name="市立病院", place_address="")
    OfferFactory(request=request)
    address = f"/requests/{request.pk}/edit/"
    answer = page.post(address, BOOKED | {"start": "16:00"})
    assert "打診中の1人に取下げを知らせ" in answer.content.decode()
    request.refresh_from_db()
    assert request.starts_at == datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
    page.post(address, BOOKED | {"start": "16:00", "confirmed": "1"})
    request.refresh_from_db()
    assert request.starts_at == datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
    assert request.offers.get().state == "withdrawn"


def test_a_harmless_change_keeps_the_offers(page: Client, city: Organization) -> None:
    request = RequestFactory(organization=city, place_address="")
    offer = OfferFactory(request=request)
    page.post(f"/requests/{request.pk}/edit/", BOOKED | {"field": "medical", "note": "新しいメモ"})
    offer.refresh_from_db()
    assert offer.state == "sent"
    request.refresh_from_db()
    assert request.note == "新しいメモ"


def test_a_note_added_at_the_counter_does_not_start_the_search_again(
    page: Client, city: Organization, hana: Volunteer, clock: Clock
) -> None:
    page.post(NEW, COUNTER | {"minutes": "60"})
    request = Request.objects.get()
    offer = OfferFactory(request=request, volunteer=hana, state="sent")
    clock.move(minutes=3)
    answer = page.post(
        f"/requests/{request.pk}/edit/", COUNTER | {"minutes": "60", "note": "2番窓口"}
    )
    assert answer.status_code == 302
    request.refresh_from_db()
    offer.refresh_from_db()
    assert (request.note, offer.state) == ("2番窓口", "sent")


def test_the_count_is_asked_for_without_anything_personal(page: Client) -> None:
    form = page.get(NEW).content.decode()
    left_out = form.partition('hx-params="not ')[2].partition('"')[0].split(",")
    assert {"resident_name", "note", "contact_name", "contact_phone"} <= set(left_out)


def saved_unchanged(page: Client, request: Request, **changes: object) -> Any:
    """Open the form of a request and send what it shows, but for the changes."""
    address = f"/requests/{request.pk}/edit/"
    form = page.get(address).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent |= {"start": form.fields["start"].prepare_value(sent["start"])}
    sent = {name: getattr(v, "pk", v) for name, v in sent.items() if v is not None}
    return page.post(address, sent | changes)


def test_what_the_form_cannot_show_survives_a_change(
    page: Client, city: Organization, hana: Volunteer, minh: Volunteer
) -> None:
    gone = VolunteerFactory(organization=city, status="withdrawn")
    start = datetime(2026, 11, 26, 5, 0, 30, tzinfo=UTC)
    request = RequestFactory(
        organization=city,
        starts_at=start,
        ends_at=start + timedelta(minutes=45),
        place_name="図書館",
        place_area="中央地区",
        place_lat=35.1,
        place_lon=139.1,
        language="zh",
    )
    Place.objects.create(organization=city, name="図書館", area="南地区", lat=35.9, lon=139.9)
    offer = OfferFactory(request=request, volunteer=hana)
    wishes = [
        {"kind": "dialect", "hard": True, "value": "zh-TW"},
        {"kind": "gender", "hard": True, "value": "other"},
        {"kind": "level", "hard": False, "value": "2"},
        {"kind": "level", "hard": True, "value": "3"},
        {"kind": "qualified", "hard": False, "value": "legal"},
        {"kind": "preferred", "hard": True, "value": "", "volunteer": hana},
        {"kind": "preferred", "hard": False, "value": "", "volunteer": minh},
        {"kind": "excluded", "hard": False, "value": "", "volunteer": gone},
    ]
    for wish in wishes:
        RequirementFactory(request=request, **wish)

    def state() -> set[tuple[object, ...]]:
        return set(request.requirements.values_list("kind", "hard", "value", "volunteer"))

    before = state()
    answer = saved_unchanged(page, request, note="正面玄関で")
    assert answer.status_code == 302, answer.context["form"].errors
    fresh = Request.objects.get(pk=request.pk)
    assert fresh.note == "正面玄関で"
    assert state() == before
    names = ["starts_at", "ends_at", "place_area", "place_lat", "place_lon", "seats", "language"]
    assert [getattr(fresh, n) for n in names] == [getattr(request, n) for n in names]
    offer.refresh_from_db()
    assert offer.state == "sent"


def test_wishes_that_are_carried_over_are_shown(page: Client, city: Organization) -> None:
    request = RequestFactory(organization=city, language="zh")
    RequirementFactory(request=request, kind="dialect", value="zh-TW")
    text = page.get(f"/requests/{request.pk}/edit/").content.decode()
    assert "そのまま引き継ぎます" in text
    assert "方言：zh-TW（必ず）" in text
    assert f"/requests/new/count/?request={request.pk}" in text


def test_a_dialect_is_dropped_with_a_warning_when_the_language_changes(
    page: Client, city: Organization
) -> None:
    request = RequestFactory(organization=city, language="zh")
    RequirementFactory(request=request, kind="dialect", value="zh-TW")
    change = {"language_text": "ベトナム語", "language": "vi"}
    answer = saved_unchanged(page, request, **change)
    assert "条件「方言：zh-TW（必ず）」は外れます" in answer.content.decode()
    saved_unchanged(page, request, confirmed="1", **change)
    assert not request.requirements.exists()


def test_somebody_booked_who_breaks_a_new_wish_is_named_and_stays(
    page: Client, city: Organization, now: datetime
) -> None:
    man = VolunteerFactory(organization=city, gender="male", name="田中 一郎")
    request = RequestFactory(organization=city, status="filled")
    booking = AssignmentFactory(request=request, volunteer=man)
    wish = {"gender": "female", "gender_wish": "hard", "level_wish": "hard"}
    answer = saved_unchanged(page, request, **wish)
    text = answer.content.decode()
    assert "田中 一郎さんは、条件「女性の通訳者（必ず）」に合いません" in text
    assert "◎（通訳可）の方（必ず）」に合いません" not in text
    assert not request.requirements.exists()
    assert saved_unchanged(page, request, confirmed="1", **wish).status_code == 302
    booking.refresh_from_db()
    assert (booking.state, request.requirements.count()) == ("confirmed", 2)
    # the wish is not new any more: nobody is warned a second time
    assert saved_unchanged(page, request, note="追記").status_code == 302


def test_a_named_person_other_than_the_booked_one_is_a_broken_wish(
    page: Client, city: Organization, hana: Volunteer, minh: Volunteer
) -> None:
    request = RequestFactory(organization=city, status="filled")
    AssignmentFactory(request=request, volunteer=hana)
    soft = {"preferred": minh.pk, "preferred_wish": "soft"}
    assert saved_unchanged(page, request, **soft).status_code == 302
    answer = saved_unchanged(page, request, preferred_wish="hard")
    assert "条件「希望する通訳者（必ず）」に合いません" in answer.content.decode()


def test_every_language_keeps_its_tag_through_the_form(page: Client) -> None:
    wrong = [
        one.tag
        for one in LANGUAGES
        if one.tag != "ja" and (found := lookup(one.ja)) and found.tag != one.tag
    ]
    assert wrong == []
