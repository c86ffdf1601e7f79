"""The register over the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from tests import factories
from volunteers.models import Volunteer

VOLUNTEERS = "/api/v1/volunteers/"
PERSON = {
    "name": "陳 美玲",
    "kana": "チン ミレイ",
    "birth_date": "1988-04-02",
    "gender": "female",
    "mobile": "０９０-1234-5678",
    "email": "chin@example.jp",
    "areas": ["北野", "南大沢"],
    "skills": [{"language": "中国語（台湾華語）", "to_japanese": 3, "from_japanese": 2}],
    "field_skills": [{"field": "medical", "qualified": True}],
    "rules": [{"weekday": 2, "from_minute": 540, "to_minute": 720, "nth": [1, 3]}],
    "exceptions": [{"first_day": "2026-12-28", "last_day": "2027-01-05", "note": "帰省"}],
    "registration": {
        "starts_on": "2026-04-01",
        "ends_on": "2027-03-31",
        "pledged_on": "2026-04-01",
    },
}


def codes_of(response):
    return {(error["field"], error["code"]) for error in response.json()["errors"]}


def test_somebody_entered_comes_back_as_kept(desk, coordinator):
    response = desk.post(VOLUNTEERS, PERSON, format="json")
    assert response.status_code == 201
    body = response.json()
    assert body == desk.get(f"{VOLUNTEERS}{body['id']}/").json()
    assert (body["number"], body["status"], body["mobile"]) == (1, "active", "+819012345678")
    assert body["areas"] == ["北野", "南大沢"]
    assert body["skills"] == [
        {
            "language": "zh-TW", "to_japanese": 3, "from_japanese": 2, "certificate": "",
            "verified_by": "", "verified_on": None,
        }
    ]  # fmt: skip
    assert body["rules"] == [
        {"weekday": 2, "from_minute": 540, "to_minute": 720, "nth": [1, 3], "on_holidays": True}
    ]
    assert body["registration"]["ends_on"] == "2027-03-31"
    assert body["birth_date"] == "1988-04-02"
    entry = AuditEntry.objects.get(verb="volunteer.registered")
    assert entry.actor == coordinator


def test_no_bank_account_and_no_status_of_residence_is_ever_shown(desk, hana):
    shown = desk.get(f"{VOLUNTEERS}{hana.pk}/").json()
    assert not {name for name in shown if "bank" in name or "visa" in name or "residence" in name}


def test_a_change_touches_only_what_it_names(desk, hana):
    before = desk.get(f"{VOLUNTEERS}{hana.pk}/").json()
    response = desk.patch(f"{VOLUNTEERS}{hana.pk}/", {"address": "本町2-1"}, format="json")
    assert response.status_code == 200
    after = response.json()
    assert after.pop("address") == "本町2-1"
    assert after.pop("version") == before.pop("version") + 1
    before.pop("address")
    assert after == before


def test_what_was_read_can_be_sent_back_and_changes_nothing(desk, hana):
    before = desk.get(f"{VOLUNTEERS}{hana.pk}/").json()
    sent = {name: value for name, value in before.items() if value is not None}
    assert desk.patch(f"{VOLUNTEERS}{hana.pk}/", sent, format="json").json() == before


def test_a_list_is_replaced_whole(desk, hana):
    body = {"skills": [{"language": "vi", "to_japanese": 3}], "rules": [], "areas": []}
    shown = desk.patch(f"{VOLUNTEERS}{hana.pk}/", body, format="json").json()
    assert [skill["language"] for skill in shown["skills"]] == ["vi"]
    assert shown["rules"] == []


def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused(desk, hana):
    body = {"address": "本町2-1", "version": hana.version}
    assert desk.patch(f"{VOLUNTEERS}{hana.pk}/", body, format="json").status_code == 200
    response = desk.patch(f"{VOLUNTEERS}{hana.pk}/", body | {"address": "x"}, format="json")
    assert (response.status_code, response.json()["code"]) == (409, "changed_meanwhile")


def test_a_number_is_given_to_one_person_only(desk, hana):
    response = desk.post(VOLUNTEERS, {"name": "同番", "number": hana.number}, format="json")
    assert (response.status_code, response.json()["code"]) == (409, "number_taken")
    assert codes_of(response) == {("number", "number_taken")}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("name", "\x00"),
        ("name", "名" * 121),
        ("number", 0),
        ("number", 2**31),
        ("birth_date", "0001-01-01"),
        ("birth_date", "9999-12-31"),
        ("birth_date", "2026-02-30"),
        ("birth_date", 10**20),
        ("mobile", "119番"),
        ("mobile", "9" * 41),
        ("email", "chin"),
        ("lat", 91),
        ("lon", "nan"),
        ("areas", ["a\x00"]),
        ("areas", "北野"),
        ("areas", [""]),
        ("reach_minutes", -1),
        ("weekly_hours_cap", 10**30),
        ("message_language", "fr"),
        ("skills", [{"language": "klingon"}]),
        ("skills", [{}]),
        ("skills", [{"language": "vi", "to_japanese": 4}]),
        ("skills", {"language": "vi"}),
        ("skills", None),
        ("rules", [{"weekday": 8, "from_minute": 0, "to_minute": 60}]),
        ("rules", [{"weekday": 1, "from_minute": 60, "to_minute": 60}]),
        ("rules", [{"weekday": 1, "from_minute": 60, "to_minute": 90, "nth": [6]}]),
        ("exceptions", [{"first_day": "2026-12-02", "last_day": "2026-12-01"}]),
        ("exceptions", [{"first_day": "2026-12-02", "last_day": "2026-12-02", "from_minute": 5}]),
        ("registration", {"starts_on": "0001-01-01", "ends_on": "2027-03-31"}),
        ("registration", {"starts_on": "2027-01-01", "ends_on": "2026-03-31"}),
        ("registration", None),
    ],
)  # fmt: skip
def test_values_that_cannot_be_meant_are_400_and_write_nothing(desk, send, name, value):
    response = send(desk, VOLUNTEERS, {**PERSON, name: value})
    assert response.status_code == 400, response.content
    assert all(field.startswith(name) for field, _ in codes_of(response))
    assert not Volunteer.objects.exists()


def test_the_same_language_twice_is_refused(desk):
    body = {"name": "二重", "skills": [{"language": "vi"}, {"language": "ベトナム語"}]}
    response = desk.post(VOLUNTEERS, body, format="json")
    assert (response.status_code, response.json()["code"]) == (400, "language_twice")


def test_the_list_finds_people_as_the_page_does(desk, hana, minh, city, town, now):
    factories.VolunteerFactory(organization=town, skills=["vi"])
    left = factories.VolunteerFactory(organization=city, status="withdrawn", skills=["vi"])
    area = factories.AreaFactory(organization=city, name="北野")
    minh.areas.add(area)

    def found(**query):
        response = desk.get(VOLUNTEERS, query)
        assert response.status_code == 200, response.content
        return [row["id"] for row in response.json()["results"]]

    assert found() == [hana.pk, minh.pk]
    assert found(q="やまだ") == [hana.pk]
    assert found(language="英語") == [hana.pk]
    assert found(language="en", level=3) == []
    assert found(area="北野") == [minh.pk]
    assert found(status="withdrawn") == [left.pk]
    hana.rules.update(from_minute=9 * 60)
    assert found(weekday=1, minute=8 * 60) == [minh.pk]
    assert found(day="2026-11-26", minute=600, field="medical") == [hana.pk, minh.pk]
    assert found(on_call=True) == []
    assert desk.get(VOLUNTEERS, {"area": "東"}).status_code == 400


def test_the_list_costs_the_same_for_any_number_of_people(desk, city):
    def statements():
        with CaptureQueriesContext(connection) as found:
            assert desk.get(VOLUNTEERS).status_code == 200
        return len(found)

    factories.VolunteerFactory(organization=city)
    few = statements()
    factories.VolunteerFactory.create_batch(5, organization=city)
    assert statements() == few


@pytest.mark.parametrize("client", ["stranger", "teacher", "books"])
def test_nobody_else_sees_or_changes_anybody(request, hana, client):
    other = request.getfixturevalue(client)
    assert other.get(f"{VOLUNTEERS}{hana.pk}/").status_code == 404
    assert other.patch(f"{VOLUNTEERS}{hana.pk}/", {"name": "x"}, format="json").status_code == 404
    hana.refresh_from_db()
    assert hana.name == "山田 花"
