"""The pages of exports: asking, the list, fetching, the mapping editor with and without htmx."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import AsyncClient

from accounts.models import AuditEntry
from honoraria.exporting import runs
from honoraria.exporting.shapes import shipped
from honoraria.models import ExportRun, Mapping
from tests import factories
from tests.conftest import give_second_factor
from tests.factories import NOW
from tests.honoraria.exporting.paying import paid

pytestmark = pytest.mark.usefixtures("clock")
ASK = {"shape": "honoraria", "month": "2026-11", "kind": "csv"}


@pytest.fixture
def client(client_of, accountant):
    return client_of(accountant)


def editor(**changes):
    """The form of the editor with two columns, as a browser sends it."""
    sent = {
        "dataset": "journal", "name": "経理課の形式", "encoding": "cp932", "newline": "crlf",
        "date_style": "wareki", "header": "on", "columns": "2", "account-expense": "報償費",
        "c-0-place": "1", "c-0-title": "日付", "c-0-what": "paid", "c-0-text": "",
        "c-1-place": "2", "c-1-title": "摘要", "c-1-what": "=template", "c-1-text": "{months} V{number}",
    }  # fmt: skip
    return sent | changes


def fetched(client, run):
    answer = client.get(f"/exports/{run.pk}/file/")
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content)


def test_a_small_file_is_ready_when_the_page_comes_back(client, city, accountant):
    paid(organization=city)
    answer = client.post("/exports/start/", ASK, follow=True)
    assert "1行のファイルができました" in answer.content.decode()
    run = ExportRun.objects.get()
    head, content = fetched(client, run)
    assert head["Content-Disposition"] == 'attachment; filename="honoraria-2026-11.csv"'
    assert len(content) == int(head["Content-Length"]) == run.size
    assert run.sha256 in client.get("/exports/").content.decode()
    verbs = AuditEntry.objects.about(run.key).order_by("id").values_list("verb", "actor")
    assert list(verbs) == [
        (verb, accountant.pk) for verb in ("export.asked", "export.made", "export.fetched")
    ]


def test_a_shipped_shape_and_days_may_be_chosen(client, city):
    paid(organization=city)
    days = {"first": "2026-04-01", "last": "2027-03-31"}
    client.post("/exports/start/", {"shape": "shipped:yayoi", "kind": "csv", **days})
    run = ExportRun.objects.get()
    assert (run.dataset, run.rows, run.name) == ("journal", 2, "journal-20260401-20270331.csv")
    assert fetched(client, run)[1].decode("cp932").startswith("2000,,,2026/11/30,諸謝金,")


@pytest.mark.parametrize("shape", ["payments", "payment_lines"])
def test_files_of_payments_hold_what_was_paid_unless_a_state_is_chosen(client, city, shape):
    paid(organization=city, number=1)
    for number, state in enumerate(("planned", "cancelled", "returned"), 2):
        paid(organization=city, number=number, state=state)
    numbers = {}
    for state in ("", "all", "planned", "cancelled", "returned"):
        client.post("/exports/start/", ASK | {"shape": shape, "state": state})
        run = ExportRun.objects.order_by("pk").last()
        table = list(csv.DictReader(io.StringIO(fetched(client, run)[1].decode("utf-8-sig"))))
        numbers[state] = {int(row["登録番号"]) for row in table}
    assert numbers == {
        "": {1}, "all": {1, 2, 3, 4}, "planned": {2}, "cancelled": {3}, "returned": {4},
    }  # fmt: skip
    assert "支払済みだけ" in client.get("/exports/rows/").content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"month": ""}, "選んでください"),
        ({"month": "november"}, "年と月"),
        ({"first": "2026-05-01", "last": "2026-04-01"}, "終わりの日"),
        ({"shape": "users"}, "選択"),
        ({"kind": "exe"}, "選択"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(client, change, words):
    answer = client.post("/exports/start/", ASK | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ExportRun.objects.exists()


def test_a_large_month_is_left_to_the_worker_and_the_list_says_how_far_it_is(
    client, city, monkeypatch
):
    monkeypatch.setattr(runs, "SMALL", 0)
    paid(organization=city)
    answer = client.post("/honoraria/export.csv?month=2026-11", follow=True)
    assert "順番待ち" in answer.content.decode()
    run = ExportRun.objects.get()
    ExportRun.objects.update(state="running", rows_expected=8000, rows=4000)
    assert "4,000／8,000行" in client.get("/exports/rows/").content.decode()
    refused = client.get(f"/exports/{run.pk}/file/", follow=True)
    assert "まだできていません" in refused.content.decode()


def test_the_reason_of_a_failure_stands_in_the_list(client, city):
    volunteer = factories.VolunteerFactory(organization=city, name="João")
    assignment = factories.AssignmentFactory(
        request=factories.RequestFactory(organization=city), volunteer=volunteer
    )
    factories.HonorariumFactory(report__assignment=assignment)
    client.post("/exports/mappings/new/", honoraria_in_cp932())
    own = Mapping.objects.get()
    answer = client.post("/exports/start/", ASK | {"shape": f"mapping:{own.pk}"}, follow=True)
    assert "1行目「氏名」João（ã）" in answer.content.decode()


def honoraria_in_cp932():
    return editor(**{
        "dataset": "honoraria", "do": "save", "c-0-what": "name", "c-0-title": "氏名",
        "c-1-what": "total", "c-1-title": "額",
    })  # fmt: skip


def test_an_expired_file_is_not_handed_out(client, city, clock):
    paid(organization=city)
    client.post("/exports/start/", ASK)
    run = ExportRun.objects.get()
    ExportRun.objects.update(expires_at=clock.at - timedelta(seconds=1))
    answer = client.get(f"/exports/{run.pk}/file/", follow=True)
    assert "保存期間が過ぎました" in answer.content.decode()
    assert f"/exports/{run.pk}/file/" not in answer.content.decode()


def test_files_and_mappings_of_another_town_do_not_exist(client, town, outsider):
    run = runs.start(town, "honoraria", {"month": "2026-11"}, None, "csv", by=outsider, at=NOW)
    mapping = Mapping.objects.create(
        organization=town, name="よその形式", dataset="journal", created_at=NOW,
        created_by=outsider, columns=[{"title": "x", "constant": ""}],
    )  # fmt: skip
    assert client.get(f"/exports/{run.pk}/file/").status_code == 404
    assert client.get(f"/exports/mappings/{mapping.pk}/").status_code == 404
    assert "よその形式" not in client.get("/exports/mappings/").content.decode()
    answer = client.post("/exports/start/", ASK | {"shape": f"mapping:{mapping.pk}"})
    assert answer.status_code == 422
    assert client.get(f"/exports/mappings/new/?from=mapping:{mapping.pk}").status_code == 404


@pytest.mark.parametrize("code", list(shipped()))
def test_a_shipped_shape_is_copied_and_stays_the_same(client, code):
    page = client.get(f"/exports/mappings/new/?from=shipped:{code}")
    draft = page.context["draft"]
    sent = {"dataset": draft.dataset, "name": draft.name, "columns": len(draft.columns),
            "encoding": draft.encoding, "newline": draft.newline, "date_style": draft.date_style,
            "do": "save"} | ({"header": "on"} if draft.header else {})  # fmt: skip
    for n, one in enumerate(draft.columns):
        parts = {"place": n + 1, "title": one.title, "what": one.what, "text": one.text}
        sent |= {f"c-{n}-{key}": value for key, value in parts.items()}
    assert client.post("/exports/mappings/new/", sent).status_code == 302
    own = Mapping.objects.get()
    assert own.columns == shipped()[code].as_json()["columns"]
    assert own.name.endswith("の写し")


def test_the_preview_shows_the_first_rows_as_they_would_be_written(client, city):
    paid(organization=city)
    page = client.post("/exports/mappings/preview/", editor()).content.decode()
    assert "令和8年11月30日" in page
    assert "11月分 V371" in page
    assert (
        "波かっこ"
        in client.post(
            "/exports/mappings/preview/", editor(**{"c-1-text": "{months"})
        ).content.decode()
    )


def test_account_names_are_a_setting_of_the_mapping(client, city):
    paid(organization=city)
    sent = editor(**{"c-0-what": "debit", "do": "save"})
    client.post("/exports/mappings/new/", sent)
    own = Mapping.objects.get()
    assert own.accounts["expense"] == "報償費"
    client.post("/exports/start/", ASK | {"shape": f"mapping:{own.pk}"})
    content = fetched(client, ExportRun.objects.get())[1].decode("cp932")
    assert content.splitlines() == ["日付,摘要", "報償費,11月分 V371", "報償費,11月分 V371"]


@pytest.mark.parametrize(
    ("press", "titles"),
    [
        ("add", ["日付", "摘要", ""]),
        ("up-1", ["摘要", "日付"]),
        ("down-0", ["摘要", "日付"]),
        ("remove-0", ["摘要"]),
        ("up-0", ["日付", "摘要"]),
        ("remove-99", ["日付", "摘要"]),
        ("", ["日付", "摘要"]),
    ],
)
def test_buttons_change_the_columns_without_javascript_and_store_nothing(client, press, titles):
    page = client.post("/exports/mappings/new/", editor(do=press))
    assert page.status_code == 200
    assert [one.title for one in page.context["draft"].columns] == titles
    assert not Mapping.objects.exists()


def test_places_may_be_typed(client):
    page = client.post("/exports/mappings/new/", editor(**{"c-0-place": "9", "do": ""}))
    assert [one.title for one in page.context["draft"].columns] == ["摘要", "日付"]


def test_a_mapping_is_changed_and_removed_and_its_files_stay(client, city):
    client.post("/exports/mappings/new/", editor(do="save"))
    own = Mapping.objects.get()
    client.post("/exports/start/", ASK | {"shape": f"mapping:{own.pk}"})
    again = client.post("/exports/mappings/new/", editor(do="save"))
    assert again.status_code == 422
    assert "同じ名前" in again.content.decode()
    client.post(f"/exports/mappings/{own.pk}/", editor(do="save", name="新しい名前"))
    own.refresh_from_db()
    assert own.name == "新しい名前"
    client.post(f"/exports/mappings/{own.pk}/remove/")
    assert not Mapping.objects.exists()
    assert "経理課の形式" in client.get("/exports/").content.decode()
    verbs = AuditEntry.objects.filter(verb__startswith="mapping.").order_by("id")
    assert [line.verb for line in verbs] == [
        "mapping.created", "mapping.changed", "mapping.removed",
    ]  # fmt: skip


def test_a_nameless_mapping_is_not_stored(client):
    answer = client.post("/exports/mappings/new/", editor(do="save", name=" "))
    assert answer.status_code == 422
    assert not Mapping.objects.exists()


@pytest.mark.django_db(transaction=True)
async def test_under_asgi_pieces_come_one_after_the_other(accountant, city, monkeypatch):
    from asgiref.sync import sync_to_async

    monkeypatch.setattr(runs, "PIECE", 100)
    await sync_to_async(paid)(organization=city)
    await sync_to_async(give_second_factor)(accountant)
    client = AsyncClient()
    await client.aforce_login(accountant, backend="django.contrib.auth.backends.ModelBackend")
    await client.post("/exports/start/", ASK)
    run = await ExportRun.objects.aget()
    answer = await client.get(f"/exports/{run.pk}/file/")
    assert answer.is_async
    pieces = [piece async for piece in answer.streaming_content]
    assert {len(piece) for piece in pieces[:-1]} == {100}
    assert sum(map(len, pieces)) == run.size
