"""Bad files, strangers, large lists, killed processes: what may go wrong around an import."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.errors import ActionError
from accounts.models import User
from realtime.worker import worker_app
from tests.volunteers.importing_run import (
    SAMPLE,
    bring_in,
    columns,
    counts,
    newest,
    preview,
    upload,
    workbook,
)
from volunteers import tasks
from volunteers.actions import importing
from volunteers.actions.import_rows import Writer
from volunteers.models import ImportRun, Volunteer

HEAD = ["登録番号", "氏名", "対応言語", "備考"]


@pytest.fixture
def desk(client_of: Callable[[User], Client], coordinator: User, clock: object) -> Client:
    return client_of(coordinator)


def long_list(length: int) -> bytes:
    people = [[number, f"石井 {number}子", "英語◎", ""] for number in range(1, length + 1)]
    return workbook(名簿=[HEAD, *people])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "名簿.xlsx", "ファイルが空です"),
        (b"%PDF-1.7 not a list", "名簿.xlsx", "表のファイルとして読み取れません"),
        (b"PK\x03\x04broken", "名簿.xlsx", "壊れている"),
        (b"x" * (10 * 1024 * 1024 + 1), "名簿.xlsx", "大きすぎます"),
        ("氏名\n".encode() + "山\n".encode() * 20_001, "名簿.csv", "行が多すぎます"),
        (SAMPLE.read_bytes(), "名簿.xlsm", "マクロ"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
         "名簿.xlsx", "パスワード"),
    ],
)  # fmt: skip
def test_a_bad_file_is_named_beside_the_field(
    content: bytes, name: str, words: str, desk: Client
) -> None:
    answer = upload(desk, content, name)
    assert answer.status_code == 422
    (text,) = answer.context["form"].errors["file"]
    assert words in text
    assert name in answer.content.decode(), "what was chosen is named"
    assert not ImportRun.objects.exists()


@pytest.mark.django_db
def test_no_file_is_asked_for(desk: Client) -> None:
    answer = desk.post("/volunteers/import/")
    assert answer.status_code == 422
    assert "ファイルを選んでください" in answer.content.decode()


@pytest.mark.django_db
def test_without_a_column_for_the_name_the_choice_stays_and_the_sheet_says_so(desk: Client) -> None:
    upload(desk, long_list(2))
    answer = columns(desk, **{"column-0-1": "note", "column-0-3": "kana"})
    assert answer.status_code == 422
    assert "氏名がどの列かを選んでください" in answer.content.decode()
    chosen = {one.name: one.target for one in answer.context["form"].sheets[0].columns}
    assert (chosen["column-0-1"], chosen["column-0-3"]) == ("note", "kana")


@pytest.mark.django_db
def test_a_target_that_does_not_exist_is_ignored(desk: Client) -> None:
    upload(desk, long_list(2))
    assert columns(desk, **{"column-0-2": "password"}).status_code == 302
    assert newest().mapping["名簿"]["columns"]["2"] == "languages"


@pytest.mark.django_db
def test_no_sheet_at_all_is_refused(desk: Client) -> None:
    upload(desk, long_list(2))
    answer = desk.post(f"/volunteers/import/{newest().pk}/columns/", {})
    assert answer.status_code == 422
    assert "シートを1枚以上" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["columns", "preview", "confirm", "progress", "abandon"])
def test_the_run_of_another_organization_does_not_exist(
    page: str, desk: Client, outsider: User, client_of: Callable[[User], Client]
) -> None:
    upload(desk, long_list(2))
    url = f"/volunteers/import/{newest().pk}/{page}/"
    stranger = client_of(outsider)
    assert {stranger.get(url).status_code, stranger.post(url).status_code} <= {404, 405}
    assert newest().state == "mapping"


@pytest.mark.django_db
def test_rows_of_another_run_cannot_be_decided(desk: Client) -> None:
    upload(desk, long_list(2))
    columns(desk)
    other = newest().rows.first()
    upload(desk, long_list(2))
    columns(desk)
    assert other is not None
    desk.post(f"/volunteers/import/{newest().pk}/preview/", {f"decision-{other.pk}": "skip"})
    other.refresh_from_db()
    assert other.decision == ""


@pytest.mark.django_db
def test_a_long_list_is_read_and_written_in_the_background_with_progress(
    desk: Client, now: datetime
) -> None:
    upload(desk, long_list(850))
    assert columns(desk).url.endswith("/progress/")
    jobs = ProcrastinateJob.objects.filter(task_name="volunteers.go_on_with_import")
    assert {"run_id": newest().pk} in [job.args for job in jobs]
    page = desk.get(f"/volunteers/import/{newest().pk}/progress/").content.decode()
    assert "読み取っています" in page
    assert 'http-equiv="refresh"' in page
    tasks.go_on(newest())
    part = desk.get(f"/volunteers/import/{newest().pk}/progress/?part=1").content.decode()
    assert "読み取りが終わりました" in part
    assert "<html" not in part
    assert counts(desk)["create"] == 850
    desk.post(f"/volunteers/import/{newest().pk}/confirm/")
    assert newest().state == "applying"
    assert Volunteer.objects.count() == 0
    tasks.go_on(newest())
    assert (newest().state, newest().done_rows, Volunteer.objects.count()) == ("done", 850, 850)
    assert "850名" in desk.get(f"/volunteers/import/{newest().pk}/progress/").content.decode()


@pytest.mark.django_db
def test_writing_goes_on_where_it_was_killed(
    desk: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(desk, long_list(120))
    columns(desk)
    desk.post(f"/volunteers/import/{newest().pk}/confirm/")
    write, calls = Writer.write, []

    def killed_in_the_second_chunk(self: Writer, rows: Any) -> None:
        calls.append(len(rows))
        write(self, rows)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Writer, "write", killed_in_the_second_chunk)
    with pytest.raises(KeyboardInterrupt):
        importing.apply_import(newest(), at=now)
    assert (newest().state, newest().done_rows, Volunteer.objects.count()) == ("applying", 50, 50)
    tasks.go_on(newest())
    assert (newest().state, newest().done_rows, Volunteer.objects.count()) == ("done", 120, 120)
    assert newest().rows.filter(applied=True).count() == 120


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_and_four_workers_write_everybody_once(
    desk: Client, now: datetime
) -> None:
    upload(desk, long_list(120))
    columns(desk)
    run = newest()
    first = [importing.confirm_import(run, by=run.by, at=now) for _ in range(2)]
    assert first == [True, False]

    def work() -> None:
        importing.apply_import(run, at=now)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (newest().state, Volunteer.objects.count()) == ("done", 120)


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_does_what_the_page_left_to_it(desk: Client) -> None:
    upload(desk, long_list(60))
    columns(desk)
    desk.post(f"/volunteers/import/{newest().pk}/confirm/")
    assert newest().state == "applying"

    async def work() -> None:
        application = worker_app()
        async with application.open_async():
            await application.run_worker_async(
                wait=False, install_signal_handlers=False, queues=["imports"], delete_jobs="always"
            )

    asyncio.run(work())
    assert (newest().state, Volunteer.objects.count()) == ("done", 60)


@pytest.mark.django_db
def test_giving_up_deletes_the_file_and_its_rows(desk: Client, now: datetime) -> None:
    upload(desk, long_list(2))
    columns(desk)
    run = newest()
    desk.post(f"/volunteers/import/{run.pk}/abandon/")
    run = newest()
    assert (run.state, run.content, run.rows.count()) == ("failed", None, 0)
    with pytest.raises(ActionError):
        importing.confirm_import(run, by=run.by, at=now)


@pytest.mark.django_db
def test_a_forgotten_file_is_deleted_after_a_week(desk: Client, now: datetime) -> None:
    upload(desk, long_list(2))
    assert importing.forget_old_imports(at=now + timedelta(days=6)) == 0
    assert importing.forget_old_imports(at=now + timedelta(days=8)) == 1
    assert newest().content is None


@pytest.mark.django_db
def test_the_mapping_can_be_corrected_after_the_preview(desk: Client) -> None:
    upload(desk, long_list(2))
    columns(desk)
    assert columns(desk, **{"column-0-3": "note"}).status_code == 302
    assert counts(desk)["create"] == 2
    assert newest().rows.count() == 3


@pytest.mark.django_db
def test_a_page_of_the_preview_costs_few_statements(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    upload(desk, SAMPLE.read_bytes())
    columns(desk)
    with django_assert_max_num_queries(20):
        assert preview(desk, "create").status_code == 200


@pytest.mark.django_db
def test_every_tab_of_every_state_can_be_opened(desk: Client, now: datetime) -> None:
    bring_in(desk, SAMPLE.read_bytes(), now)
    url = f"/volunteers/import/{newest().pk}/preview/"
    for show in ("human", "create", "change", "cells", "same", "skip", "?", ""):
        page = desk.get(url, {"show": show, "page": "99", "reason": "none"})
        assert page.status_code == 200
        assert "登録する</button>" not in page.content.decode()
