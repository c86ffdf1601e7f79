"""The fiscal year and the closing of a month, through HTTP."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from honoraria.actions import correct
from honoraria.closing.checklist import Check, checklist, checks
from honoraria.closing.year import march_due, year_of
from honoraria.models import Honorarium
from honoraria.months import Month
from tests import factories
from tests.honoraria.closing.months_of import (
    AFTER,
    DECEMBER,
    NOVEMBER,
    close,
    entry_on,
    noon,
)
from tests.interpreting.reporting import START, confirmed, job_of, reported


@pytest.fixture
def december(clock):
    """The pages say it is 3 December."""
    clock.at = AFTER
    return clock


@pytest.fixture
def november(hana, minh):
    """Two approved entries in November."""
    return [entry_on(hana, date(2026, 11, 2)), entry_on(minh, date(2026, 11, 30), fee=5000)]


def codes(city, month=NOVEMBER, at=AFTER):
    return {one.code: (one.count, one.blocks) for one in checklist(city, month, at)}


def test_the_checklist_names_what_blocks_and_what_warns(
    city, hana, minh, coordinator, accountant, november
):
    factories.TariffVersion.objects.update(valid_to=date(2026, 11, 10))
    confirmed(hana, coordinator)  # no tariff holds
    reported(minh)
    job_of(hana, start=START + timedelta(days=1))
    entry_on(hana, date(2026, 11, 9), state="draft")
    correct(november[0], "誤り", by=accountant, at=AFTER)
    taxi = entry_on(minh, date(2026, 11, 10), transport=900)
    taxi.report.transport, taxi.report.transport_yen = "taxi", 900
    taxi.report.save()
    assert codes(city) == {
        "drafts": (1, True),
        "reversals": (1, True),
        "waiting": (1, True),
        "unpriced": (1, True),
        "missing": (1, False),
        "taken_back": (1, False),
        "receipt": (1, False),
    }
    for one in checklist(city, NOVEMBER, AFTER):
        assert one.who
        assert one.url


def test_far_more_than_usual_is_a_warning(city, hana):
    version = factories.TariffVersionFactory(tariff__organization=city)
    for day in range(1, 12):
        entry_on(hana, date(2026, 11, day), tariff_version=version)
    assert "unusual" not in codes(city)
    entry_on(hana, date(2026, 11, 20), tariff_version=version, fee=9000)
    assert "unusual" not in codes(city)
    entry_on(hana, date(2026, 11, 21), tariff_version=version, fee=9001)
    assert codes(city)["unusual"] == (1, False)


def test_reports_of_closed_months_are_not_forgotten(city, november, hana, accountant):
    close(city, NOVEMBER, accountant)
    reported(hana, at=AFTER)
    assert codes(city, DECEMBER, noon(date(2027, 1, 5)))["late"] == (1, False)


def test_other_rooms_add_their_points(city, november, monkeypatch):
    monkeypatch.setattr(
        "honoraria.closing.checklist.checks",
        [lambda organization, month, at: [Check("cards", "図書カードの棚卸し", False, 1)]],
    )
    assert codes(city)["cards"] == (1, False)
    assert checks is not None


def test_the_month_is_closed_on_its_page(client_of, accountant, city, november, december):
    Honorarium.objects.filter(pk=november[0].pk).update(approved_by=accountant)
    november[0].report.confirmed_by = accountant
    november[0].report.save()
    client = client_of(accountant)
    page = client.get("/months/2026-11/")
    assert 'value="single_handed:1"' in page.content.decode()
    refused = client.post("/months/2026-11/close/")
    assert refused.status_code == 422
    assert "次の注意を確認してから" in refused.content.decode()
    done = client.post("/months/2026-11/close/", {"accept": "single_handed:1"}, follow=True)
    text = done.content.decode()
    assert "2026年11月を締めました（2件、8,000円）" in text
    assert "締め済み" in text
    assert "2026年11月を再開する" not in text  # that is for administrators
    row = next(one for one in year_of(city, 2026, AFTER).months if one.month == NOVEMBER)
    assert (row.count, row.hours, row.total, row.points) == (2, "3時間", 8000, 0)
    assert row.closing.closed_by == accountant


def test_an_open_point_leads_to_where_it_is_solved(client_of, accountant, hana, december):
    entry_on(hana, date(2026, 11, 9), state="draft")
    client = client_of(accountant)
    text = client.get("/months/2026-11/").content.decode()
    assert 'href="/honoraria/?month=2026-11&amp;state=draft"' in text
    assert "2026年11月を締める" not in text
    assert client.post("/months/2026-11/close/").status_code == 422


def test_the_administrator_reopens_it_on_the_page(
    client_of, admin, accountant, city, november, december
):
    close(city, NOVEMBER, accountant)
    client = client_of(admin)
    assert client.post("/months/2026-11/reopen/", {"reason": ""}).status_code == 422
    page = client.post("/months/2026-11/reopen/", {"reason": "時間の誤り"}, follow=True)
    assert "2026年11月を再開しました" in page.content.decode()
    assert "理由：時間の誤り" in page.content.decode()
    assert client.post("/months/2026-11/reopen/", {"reason": "もう一度"}).status_code == 409
    assert client_of(accountant).post("/months/2026-11/reopen/").status_code == 404


@pytest.mark.parametrize("name", ["2026-13", "2026-1", "x", "１月", "2026-11-01"])
def test_what_is_no_month_is_not_found(client_of, accountant, name):
    assert client_of(accountant).get(f"/months/{name}/").status_code == 404


def test_the_year_tells_its_two_ways_of_counting(client_of, accountant, city, hana, december):
    entry_on(hana, date(2026, 11, 9))
    entry_on(hana, date(2026, 3, 20), booked_on=date(2026, 4, 1), fee=4000)
    year = year_of(city, 2026, AFTER)
    assert (year.total, year.from_before, year.into_next, year.by_activity) == (7000, 4000, 0, 3000)
    before = year_of(city, 2025, AFTER)
    assert (before.total, before.by_activity) == (0, 4000)
    text = client_of(accountant).get("/months/?year=2026").content.decode()
    assert "2026年度" in text
    assert text.count("is-quiet") == 10, "a telephone shows two months in full, ten as a line"
    assert "税の年（1月〜12月）" in text
    assert client_of(accountant).get("/months/?year=x").status_code == 200
    assert client_of(accountant).get("/months/?year=9999").status_code == 200


def test_march_is_urgent_until_it_is_closed(client_of, accountant, city, hana, clock):
    entry_on(hana, date(2027, 3, 9))
    march = Month(2027, 3)
    assert march_due(city, noon(date(2027, 2, 20))) is None
    due = march_due(city, noon(date(2027, 4, 2)))
    assert (due.month, due.due, due.days, due.weekend) == (march, date(2027, 4, 10), 8, True)
    clock.at = noon(date(2027, 4, 2))
    text = client_of(accountant).get("/months/").content.decode()
    assert "2027年3月がまだ締まっていません" in text
    assert "4月10日（土）まで" in text
    close(city, march, accountant, clock.at)
    assert march_due(city, clock.at) is None


def test_the_list_can_show_only_those_without_a_receipt(client_of, accountant, hana, december):
    plain = entry_on(hana, date(2026, 11, 9))
    taxi = entry_on(hana, date(2026, 11, 10), transport=900, state="draft")
    taxi.report.transport, taxi.report.transport_yen = "taxi", 900
    taxi.report.save()
    client = client_of(accountant)
    page = client.get("/honoraria/?month=2026-11&only=receipt")
    assert [one.pk for one in page.context["page"]] == [taxi.pk]
    everything = client.get("/honoraria/?month=2026-11")
    assert {one.pk for one in everything.context["page"]} == {plain.pk, taxi.pk}
    text = everything.content.decode()
    assert "交通費の領収書がない" in text
    assert f'value="{taxi.pk}" checked' in text


def test_a_whole_month_is_approved_without_its_exceptions(client_of, accountant, hana, december):
    plain = entry_on(hana, date(2026, 11, 9), state="draft")
    taxi = entry_on(hana, date(2026, 11, 10), transport=900, state="draft")
    taxi.report.transport, taxi.report.transport_yen = "taxi", 900
    taxi.report.save()
    data = {"month": "2026-11", "scope": "month"}
    page = client_of(accountant).post("/honoraria/approve/", data, follow=True)
    assert "1件は、領収書がない" in page.content.decode()
    states = dict(Honorarium.objects.values_list("pk", "state"))
    assert (states[plain.pk], states[taxi.pk]) == ("approved", "draft")
    seen = {"month": "2026-11", "scope": "page", "shown": [taxi.pk]}
    client_of(accountant).post("/honoraria/approve/", seen)
    taxi.refresh_from_db()
    assert taxi.state == "approved"
