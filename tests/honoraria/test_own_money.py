"""A volunteer's own hours and honoraria: by month and fiscal year, and the year's statement."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from honoraria.models import Honorarium
from honoraria.own import own_year
from honoraria.tax.own import year_statements
from tests.factories import (
    AssignmentFactory,
    HonorariumFactory,
    ReportFactory,
    RequestFactory,
    VolunteerFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(client_of, hana, clock):
    """Hana's browser, in November 2026."""
    return client_of(hana.user)


def entry(volunteer, day: date, **values) -> Honorarium:
    """An entry of 3,000 yen and 460 yen for the way, 90 minutes."""
    request = RequestFactory(organization=volunteer.organization, status="finished")
    report = ReportFactory(assignment=AssignmentFactory(request=request, volunteer=volunteer,
                                                        state="cancelled"))  # fmt: skip
    start = request.starts_at.replace(year=day.year, month=day.month, day=day.day)
    report.started_at, report.ended_at = start, start + timedelta(minutes=90)
    report.state = "confirmed"
    report.save()
    return HonorariumFactory(report=report, activity_date=day, **values)


def text_of(browser, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200, response
    return response.content.decode()


def test_months_and_states_add_up(mine, hana):
    entry(hana, date(2026, 10, 5), state="paid", approved_at=None)
    entry(hana, date(2026, 11, 2), state="approved")
    entry(hana, date(2026, 11, 9), state="closed")
    entry(hana, date(2026, 11, 16))
    year = own_year([hana.pk], 2026)
    assert (year.jobs, year.minutes) == (4, 360)
    assert (year.paid, year.agreed, year.expected) == (3460, 6920, 3460)
    assert [(str(one.month), one.total) for one in year.months] == [
        ("2026-11", 10380),
        ("2026-10", 3460),
    ]
    text = text_of(mine, "/v/money/")
    for shown in ("6時間0分", "4回", "6,920円", "10,380円", "支払済み", "承認済み", "予定"):
        assert shown in text


def test_sums_are_what_the_organization_pays_to_the_person(mine, hana):
    entry(hana, date(2026, 11, 2), state="approved", transport_to="carrier")
    entry(hana, date(2026, 11, 9), state="closed", paid_by="requester", fee=7000)
    entry(hana, date(2026, 10, 5), state="paid", transport_to="carrier")
    entry(hana, date(2026, 11, 16), transport_to="carrier")
    year = own_year([hana.pk], 2026)
    assert (year.paid, year.agreed, year.expected) == (3000, 3000, 3000)
    assert [one.total for one in year.months] == [6000, 3000]
    text = text_of(mine, "/v/money/")
    for shown in ("3,000円", "交通費 460円は、団体が交通機関に支払います", "7,460円",
                  "依頼者が直接支払います（合計に入っていません）"):  # fmt: skip
        assert shown in text
    assert "3,460円" not in text
    simple = text_of(mine, "/v/money/?lang=en")
    assert "The organization pays the transport of 460 yen to the carrier." in simple
    assert "Paid to you directly by the requester" in simple


def test_the_fiscal_year_turns_in_april_in_tokyo(mine, hana):
    entry(hana, date(2026, 3, 31), state="paid")
    entry(hana, date(2026, 4, 1), state="paid")
    assert own_year([hana.pk], 2025).paid == own_year([hana.pk], 2026).paid == 3460
    assert "2025年度" in text_of(mine, "/v/money/")
    assert "3月31日" in text_of(mine, "/v/money/?year=2025")
    assert "3月31日" not in text_of(mine, "/v/money/?year=2026")


@pytest.mark.parametrize("year", ["1999", "2031", "9999"])
def test_a_year_without_anything_is_not_there(mine, hana, year):
    assert mine.get(f"/v/money/?year={year}").status_code == 404
    assert mine.get(f"/v/money/{year}/").status_code == 404


@pytest.mark.parametrize("year", ["", "x", "２０２６", "-1", "20260"])
def test_nonsense_shows_the_present_year(mine, hana, year):
    assert "2026年度" in text_of(mine, f"/v/money/?year={year}")


def test_other_peoples_money_is_not_there(mine, hana, minh, town):
    entry(minh, date(2026, 11, 2), fee=7777, transport=0)
    entry(VolunteerFactory(organization=town), date(2026, 11, 2), fee=8888, transport=0)
    text = text_of(mine, "/v/money/")
    assert "7,777" not in text
    assert "8,888" not in text


def test_a_reversal_takes_itself_out_of_the_sums(mine, hana):
    first = entry(hana, date(2026, 11, 2), state="closed")
    HonorariumFactory(
        report=first.report, kind="reversal", corrects=first, minutes=-90, fee=-3000,
        transport=-460, state="approved", activity_date=date(2026, 11, 2), reason="誤り",
    )  # fmt: skip
    [found] = year_statements([hana.pk], 2026)
    assert (found.waiting_total, found.gross) == (0, 0)
    text = text_of(mine, "/v/money/")
    assert "（訂正による取消し）" in text
    assert "-3,460円" in text


@pytest.mark.parametrize(("language", "word"), [("en", "Paid"), ("ja-simple", "はらった")])
def test_it_is_read_in_other_languages(mine, hana, language, word):
    entry(hana, date(2026, 11, 2), state="paid")
    assert word in text_of(mine, f"/v/money/?lang={language}")
