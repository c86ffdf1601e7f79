"""Honoraria over the API: a month as JSON, CSV and XLSX, which agree to the yen."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from accounts.models import AuditEntry
from tests import factories

HONORARIA = "/api/v1/honoraria"


@pytest.fixture
def month(city):
    """Two entries of November and one of December."""
    return [
        _entry(city, date(2026, 11, 26), 3000),
        _entry(city, date(2026, 11, 5), 5000),
        _entry(city, date(2026, 12, 1), 3000),
    ]


def _entry(city, day, fee):
    request = factories.RequestFactory(organization=city, status="finished")
    volunteer = factories.VolunteerFactory(organization=city)
    assignment = factories.AssignmentFactory(request=request, volunteer=volunteer, state="finished")
    assignment.state = "cancelled"  # several in one slot would overlap
    report = factories.ReportFactory(assignment=assignment, state="confirmed")
    return factories.HonorariumFactory(
        report=report, activity_date=day, fee=fee, derivation=[{"code": "a", "text": "b", "amount": fee}]
    )  # fmt: skip


def test_a_month_comes_in_the_order_of_the_day(books, month):
    body = books.get(f"{HONORARIA}/", {"month": "2026-11"}).json()
    assert [row["id"] for row in body["results"]] == [month[1].pk, month[0].pk]
    first = body["results"][0]
    assert (first["fee"], first["transport"], first["total"]) == (5000, 460, 5460)
    assert first["derivation"] == [{"code": "a", "text": "b", "amount": 5000}]
    assert (first["state"], first["kind"]) == ("draft", "priced")


def test_without_a_month_it_is_the_present_one_in_tokyo(books, month, clock):
    clock.move(days=6, hours=14)  # 1 December 0:00 in Tokyo, still November in London
    body = books.get(f"{HONORARIA}/").json()
    assert [row["id"] for row in body["results"]] == [month[2].pk]


def test_json_csv_and_xlsx_agree_to_the_yen(books, month):
    query = {"month": "2026-11"}
    rows = books.get(f"{HONORARIA}/", query).json()["results"]
    plain = b"".join(books.get(f"{HONORARIA}.csv", query).streaming_content)
    assert plain.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(plain.decode("utf-8-sig"))))
    book = b"".join(books.get(f"{HONORARIA}.xlsx", query).streaming_content)
    titles, *cells = openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True)
    column = titles.index("合計（円）")
    sums = {
        sum(row["total"] for row in rows),
        sum(int(line["合計（円）"]) for line in lines),
        sum(row[column] for row in cells),
    }
    assert sums == {8920}


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_is_named_typed_and_recorded(books, accountant, month, kind, content_type):
    response = books.get(f"{HONORARIA}.{kind}", {"month": "2026-11"})
    b"".join(response.streaming_content)
    assert response["Content-Type"] == content_type
    assert f'filename="honoraria-2026-11.{kind}"' in response["Content-Disposition"]
    entry = AuditEntry.objects.get(verb="export.fetched")
    assert (entry.actor, entry.detail["rows"], entry.detail["format"]) == (accountant, 2, kind)


def test_a_file_comes_whole_through_the_asynchronous_server_too(books, month):
    def fetch(kind):
        async def get():
            headers = {"authorization": books._credentials["HTTP_AUTHORIZATION"]}
            response = await AsyncClient().get(f"{HONORARIA}.{kind}?month=2026-11", headers=headers)
            return b"".join([block async for block in response.streaming_content])

        return async_to_sync(get)()

    plain = b"".join(books.get(f"{HONORARIA}.csv", {"month": "2026-11"}).streaming_content)
    assert fetch("csv") == plain
    assert fetch("xlsx").startswith(b"PK")


@pytest.mark.parametrize("month", ["2026", "2026-13", "2026-1", "9999-01", "2026-11\x00", "x"])
@pytest.mark.parametrize("tail", ["/", ".csv", ".xlsx"])
def test_a_month_that_does_not_exist_is_400(books, tail, month):
    response = books.get(f"{HONORARIA}{tail}", {"month": month})
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "month"


def test_a_coordinator_reads_but_takes_no_file(desk, month):
    assert desk.get(f"{HONORARIA}/", {"month": "2026-11"}).json()["count"] == 2
    assert desk.get(f"{HONORARIA}.csv").status_code == 404
    assert not AuditEntry.objects.filter(verb__startswith="export.").exists()


def test_a_requester_and_the_other_town_see_nothing(teacher, stranger, month):
    assert teacher.get(f"{HONORARIA}/").status_code == 404
    assert stranger.get(f"{HONORARIA}/", {"month": "2026-11"}).json()["count"] == 0
