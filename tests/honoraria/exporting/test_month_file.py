"""CSV and XLSX of a month: bytes, types, sums that agree everywhere, and the trail."""

from __future__ import annotations

import csv
import hashlib
import io
import random
from datetime import date, timedelta

import openpyxl
import pytest
from django.db.models import Sum
from django.test import AsyncClient

from accounts.csv_cells import neutral
from accounts.models import AuditEntry
from honoraria.models import ExportRun, Honorarium
from tests import factories
from tests.conftest import give_second_factor
from tests.factories import NOW
from tests.interpreting.reporting import START, confirmed, job_of

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def tariff(city):
    """3,000 yen under two hours, 5,000 from there on."""
    return factories.TariffVersionFactory(tariff__organization=city, tariff__name="通訳謝礼")


def fetch(client, kind, query="month=2026-11"):
    answer = client.post(f"/honoraria/export.{kind}?{query}")
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content)


def rows_of_csv(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def rows_of_xlsx(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    titles, *rows = sheet.iter_rows(values_only=True)
    return sheet, [dict(zip(titles, row, strict=True)) for row in rows]


def test_csv_is_utf8_with_bom_and_windows_line_ends(
    client_of, accountant, tariff, hana, coordinator
):
    confirmed(hana, coordinator, transport="train_bus", transport_yen=1240)
    answer, content = fetch(client_of(accountant), "csv")
    assert content.startswith(b"\xef\xbb\xbf\xe6\xb4\xbb\xe5\x8b\x95\xe6\x97\xa5,")
    assert content.count(b"\r\n") == content.count(b"\n") == 2
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="honoraria-2026-11.csv"'
    assert int(answer["Content-Length"]) == len(content)
    (row,) = rows_of_csv(content)
    assert row["活動日"] == "2026/11/20"
    assert (row["開始"], row["終了"]) == ("2026/11/20 14:00", "2026/11/20 15:30")
    assert (row["謝礼（円）"], row["交通費（円）"], row["合計（円）"]) == ("3000", "1240", "4240")
    assert (row["氏名"], row["言語"], row["方法"]) == ("山田 花", "ベトナム語", "同行")
    assert "2時間未満 3,000円" in row["計算の内訳"]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=SUM(A1)", False),
        ("+81", False),
        ("-1", False),
        ("@cmd", False),
        ("＝SUM(A1)", False),
        ("＋81", False),
        ("－1", False),
        ("＠cmd", False),
        ("\t=1", False),
        ("\r=1", False),
        ("  =1", False),
        ("\u3000=1", False),
        ("\ufeff=1", False),
        ("山田 花", True),
        ("", True),
        ("3-1", True),
        ("Nguyễn Thị Hoa", True),
        ("𠮷田", True),
    ],
)
def test_what_a_spreadsheet_would_run_is_neutralised(text, safe):
    assert neutral(text) == (text if safe else f"'{text}")


def test_a_name_that_is_a_formula_stays_a_name(client_of, accountant, tariff, hana, coordinator):
    hana.name = '=HYPERLINK("http://example.com")'
    hana.save()
    confirmed(hana, coordinator)
    client = client_of(accountant)
    assert rows_of_csv(fetch(client, "csv")[1])[0]["氏名"] == "'" + hana.name
    sheet, rows = rows_of_xlsx(fetch(client, "xlsx")[1])
    assert rows[0]["氏名"] == hana.name
    assert sheet["D2"].data_type == "s"


def test_names_in_any_script_survive(client_of, accountant, tariff, city, coordinator):
    names = ["Nguyễn Thị Hoa", "João", "𠮷田 花子", "ສົມສະໜຸກ", "محمد"]
    for n, name in enumerate(names):
        volunteer = factories.VolunteerFactory(organization=city, name=name)
        confirmed(volunteer, coordinator, job={"start": START - timedelta(days=n)})
    client = client_of(accountant)
    assert [row["氏名"] for row in rows_of_csv(fetch(client, "csv")[1])] == names[::-1]
    assert [row["氏名"] for row in rows_of_xlsx(fetch(client, "xlsx")[1])[1]] == names[::-1]


def test_xlsx_has_typed_cells_and_a_head_that_stays(
    client_of, accountant, tariff, hana, coordinator
):
    confirmed(hana, coordinator, transport="train_bus", transport_yen=1240)
    sheet, (row,) = rows_of_xlsx(fetch(client_of(accountant), "xlsx")[1])
    assert row["活動日"].date() == date(2026, 11, 20)
    assert (row["開始"].hour, row["合計（円）"], row["登録番号"]) == (14, 4240, 101)
    assert sheet.freeze_panes == "E2"
    assert sheet.column_dimensions["D"].width > 15
    assert sheet["O2"].number_format == "#,##0"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sums_agree_between_page_csv_xlsx_and_database(
    client_of, accountant, tariff, city, hana, coordinator, seed
):
    chance = random.Random(seed)
    report = confirmed(hana, coordinator)
    version = tariff
    first = Honorarium.objects.get()
    for _ in range(chance.randint(90, 130)):
        amount, travel = chance.randint(0, 9000), chance.randint(0, 3000)
        sign = -1 if chance.random() < 0.1 else 1
        first = Honorarium.objects.create(
            organization=city,
            volunteer=hana,
            assignment=report.assignment,
            report=report,
            tariff_version=version,
            corrects=first,
            kind="reversal" if sign < 0 else "priced",
            activity_date=(day := date(2026, 11, chance.randint(1, 30))),
            booked_on=day,
            minutes=sign * chance.randint(1, 400),
            fee=sign * amount,
            transport=sign * travel,
            total=sign * (amount + travel),
            state=chance.choice(["draft", "approved"]),
            created_at=NOW,
        )
    client = client_of(accountant)
    for state in ("", "draft", "approved"):
        query = f"month=2026-11&state={state}"
        shown = client.get(f"/honoraria/?{query}").context["totals"]
        wanted = Honorarium.objects.filter(**({"state": state} if state else {}))
        expected = wanted.aggregate(
            f=Sum("fee"), t=Sum("transport"), s=Sum("total"), m=Sum("minutes")
        )
        assert (shown.fee, shown.transport, shown.total, shown.minutes) == tuple(expected.values())
        for rows in (
            rows_of_csv(fetch(client, "csv", query)[1]),
            rows_of_xlsx(fetch(client, "xlsx", query)[1])[1],
        ):
            assert len(rows) == shown.count
            for title, sum_ in (("謝礼（円）", shown.fee), ("交通費（円）", shown.transport),
                                ("合計（円）", shown.total), ("活動時間（分）", shown.minutes)):  # fmt: skip
                assert sum(int(row[title]) for row in rows) == sum_


def test_an_export_holds_what_the_filter_shows(
    client_of, accountant, tariff, hana, minh, coordinator
):
    confirmed(hana, coordinator)
    confirmed(minh, coordinator)
    confirmed(minh, coordinator, job={"start": START - timedelta(days=40)})
    rows = rows_of_csv(fetch(client_of(accountant), "csv", "month=2026-11&q=グエン")[1])
    assert [row["登録番号"] for row in rows] == ["102"]


def test_every_export_and_every_fetching_is_recorded(
    client_of, accountant, tariff, hana, coordinator
):
    confirmed(hana, coordinator)
    for kind in ("csv", "xlsx"):
        _, content = fetch(client_of(accountant), kind, "month=2026-11&state=draft")
        run = ExportRun.objects.latest("id")
        asked, made, fetched = AuditEntry.objects.about(run.key).order_by("id")
        what = {
            "dataset": "honoraria",
            "mapping": "",
            "filter": {"month": "2026-11", "state": "draft", "q": ""},
            "format": kind,
        }
        result = {"rows": 1, "sha256": hashlib.sha256(content).hexdigest()}
        assert (asked.verb, asked.detail) == ("export.asked", what)
        assert (made.verb, made.detail) == ("export.made", what | result)
        assert (fetched.verb, fetched.detail) == ("export.fetched", what | result)
        assert {line.actor for line in (asked, made, fetched)} == {accountant}


def test_an_empty_month_is_a_file_with_a_head(client_of, accountant):
    client = client_of(accountant)
    assert rows_of_csv(fetch(client, "csv")[1]) == []
    assert rows_of_xlsx(fetch(client, "xlsx")[1])[1] == []


def test_a_filter_that_cannot_be_read_leads_back_to_the_page(client_of, accountant):
    answer = client_of(accountant).post("/honoraria/export.csv?month=november")
    assert answer.status_code == 302
    assert "month=november" in answer.url


def test_coordinators_do_not_export(client_of, coordinator):
    assert client_of(coordinator).post("/honoraria/export.csv").status_code == 404


def test_a_link_alone_makes_no_file(client_of, accountant, tariff, hana, coordinator):
    confirmed(hana, coordinator)
    client = client_of(accountant)
    assert client.get("/honoraria/export.csv?month=2026-11").status_code == 405
    assert not ExportRun.objects.exists()
    page = client.get("/honoraria/?month=2026-11").content.decode()
    assert 'method="post" action="/honoraria/export.csv?' in page


@pytest.mark.django_db(transaction=True)
async def test_under_asgi_the_file_comes_block_by_block(accountant, city):
    from asgiref.sync import sync_to_async

    await sync_to_async(give_second_factor)(accountant)
    client = AsyncClient()
    await client.aforce_login(accountant, backend="django.contrib.auth.backends.ModelBackend")
    answer = await client.post("/honoraria/export.csv?month=2026-11")
    assert answer.is_async
    content = b"".join([block async for block in answer.streaming_content])
    assert content.startswith(b"\xef\xbb\xbf")


def test_missing_jobs_do_not_appear_as_lines(client_of, accountant, tariff, hana):
    job_of(hana)
    assert rows_of_csv(fetch(client_of(accountant), "csv")[1]) == []
