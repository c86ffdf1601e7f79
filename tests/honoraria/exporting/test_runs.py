"""Runs of exports: refusals, large files, killed workers, expiry, other organizations."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import OperationalError
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.exporting import runs
from honoraria.exporting.cells import neutral
from honoraria.exporting.datasets import DATASETS
from honoraria.exporting.shapes import read_shape, shipped, usual
from honoraria.exporting.wishes import Wish
from honoraria.models import ExportPiece, ExportRun, Honorarium
from tests import factories
from tests.factories import NOW
from tests.honoraria.exporting.paying import paid
from tests.honoraria.exporting.test_examples import content_of

pytestmark = pytest.mark.django_db
MONTH = {"month": "2026-11"}
UGLY = (
    '=HYPERLINK("http://x")', "＝1", "\u200b=1", "\t=1", "João, \"Jo\"", "Nguyễn Văn An", "𠮷田 髙橋",
    "改行\nあり", "محمد", "ສົມສະໜຸກ", "'既に'", "a\\.b", "\\.", "ﾊﾝｶｸ", "🙂", "  空白  ", "%s {number}",
)  # fmt: skip


@pytest.fixture
def user(city):
    return factories.MembershipFactory(organization=city, role="accountant").user


def entry(city, name="山田 花", **more):
    volunteer = factories.VolunteerFactory(organization=city, name=name)
    request = factories.RequestFactory(organization=city)
    assignment = factories.AssignmentFactory(request=request, volunteer=volunteer)
    return factories.HonorariumFactory(report__assignment=assignment, **more)


def start(city, user, kind="csv", mapping=None, **more):
    return runs.start(city, "honoraria", MONTH, mapping, kind, by=user, at=NOW, **more)


def rows_of(run):
    text = content_of(run).decode(run.mapping["encoding"])
    return list(csv.DictReader(io.StringIO(text, newline="")))


def cp932():
    return usual(DATASETS["honoraria"]).as_json() | {"encoding": "cp932"}


def test_a_name_with_every_ugly_letter_survives_in_both_kinds(city, user):
    for name in UGLY:
        entry(city, name)
    found = [row["氏名"] for row in rows_of(start(city, user))]
    assert found == [neutral(name) for name in UGLY]
    assert found[:4] == [f"'{name}" for name in UGLY[:4]]
    book = openpyxl.load_workbook(io.BytesIO(content_of(start(city, user, "xlsx"))))
    cells = [row[3] for row in book.active.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == list(UGLY)
    assert {cell.data_type for cell in cells} == {"s"}


def test_cp932_refuses_with_the_rows_and_the_letters_named(city, user):
    for name in ("髙橋 花", "Nguyễn Văn An", "João"):
        entry(city, name)
    run = start(city, user, mapping=cp932())
    assert run.state == "failed"
    assert "2行目「氏名」Nguyễn Văn An（ễ・ă）" in run.error
    assert "3行目「氏名」João（ã）" in run.error
    assert "1行目" not in run.error
    assert not run.pieces.exists()
    with pytest.raises(ActionError, match="まだできていません"):
        runs.fetch(run, by=user, at=NOW)
    failed = AuditEntry.objects.get(subject=run.key, verb="export.failed")
    assert "Nguy" not in str(failed.detail), "names do not get into the trail"


def test_cp932_holds_what_it_can_and_has_no_bom(city, user):
    entry(city, "髙橋 花")
    run = start(city, user, mapping=cp932())
    assert run.state == "done", run.error
    assert content_of(run).startswith("活動日,".encode("cp932"))
    assert rows_of(run)[0]["氏名"] == "髙橋 花"


def test_many_refused_cells_are_counted(city, user):
    for n in range(runs_shown := 23):
        entry(city, f"𠮷田 {n}")
    run = start(city, user, mapping=cp932())
    assert f"ほか{runs_shown - 20}か所" in run.error


def test_newline_dates_and_head_follow_the_mapping(city, user):
    entry(city)
    shape = {
        "dataset": "honoraria", "newline": "lf", "date_style": "wareki", "header": False,
        "columns": [
            {"title": "日", "source": "day"},
            {"title": "文", "template": "{name}さん {total}円"},
            {"title": "印", "constant": "=x"},
        ],
    }  # fmt: skip
    run = start(city, user, mapping=shape)
    assert content_of(run).decode("utf-8-sig") == "令和8年11月26日,山田 花さん 3460円,'=x\n"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"columns": []}, "columns"),
        ({"columns": [{"title": "x", "source": "password"}]}, "columns"),
        ({"columns": [{"title": "x", "template": "{volunteer__user__password}"}]}, "columns"),
        ({"columns": [{"title": "x", "template": "{name"}]}, "columns"),
        ({"encoding": "utf-16"}, "encoding"),
        ({"date_style": "'; DROP"}, "date_style"),
        ({"dataset": "users"}, "dataset"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(change, field):
    with pytest.raises(ActionError) as refused:
        read_shape(usual(DATASETS["honoraria"]).as_json() | change)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "wanted",
    [{}, {"month": "2026-13"}, {"first": "2026-04-01"}, {"first": "2026-04-02", "last": "2026-04-01"},
     {"first": "2020-01-01", "last": "2026-01-01"}, {"first": "x", "last": "y"}],
)  # fmt: skip
def test_days_that_make_no_sense_are_refused(city, user, wanted):
    with pytest.raises(ActionError):
        runs.start(city, "honoraria", wanted, None, "csv", by=user, at=NOW)
    assert not ExportRun.objects.exists()


def test_a_mapping_of_another_dataset_is_refused(city, user):
    with pytest.raises(ActionError, match="仕訳"):
        start(city, user, mapping=shipped()["yayoi"])


def test_a_large_file_waits_for_the_worker(city, user, monkeypatch):
    monkeypatch.setattr(runs, "SMALL", 1)
    entry(city), entry(city)
    run = start(city, user)
    assert (run.state, run.rows_expected) == ("queued", 2)
    (job,) = ProcrastinateJob.objects.filter(task_name="honoraria.make_export")
    runs.make(job.args["run_id"])
    run.refresh_from_db()
    assert (run.state, run.rows) == ("done", 2)
    assert run.sha256 == hashlib.sha256(content_of(run)).hexdigest()


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


def kill_in_the_middle(monkeypatch, error):
    """Let the second batch of rows never come."""
    real = runs.batches

    def one_batch(select):
        for batch in real(select):
            yield batch[:1]
            raise error

    monkeypatch.setattr(runs, "batches", one_batch)
    return lambda: monkeypatch.setattr(runs, "batches", real)


@pytest.fixture
def half(city, user, clock, monkeypatch):
    """A run whose worker was killed after some pieces."""
    monkeypatch.setattr(runs, "PIECE", 64)
    for _ in range(3):
        entry(city)
    mend = kill_in_the_middle(monkeypatch, Killed())
    with pytest.raises(Killed):
        start(city, user)
    mend()
    run = ExportRun.objects.get()
    assert (run.state, run.rows) == ("running", 1)
    assert run.pieces.exists()
    return run


def test_a_run_killed_in_the_middle_is_taken_again_once_its_lease_is_over(half, clock):
    runs.make(half.pk)
    half.refresh_from_db()
    assert half.state == "running", "the lease is still held"
    assert not runs.left_lying(clock.at).exists()
    clock.move(seconds=61)
    assert list(runs.left_lying(clock.at)) == [half]
    for run_id in runs.left_lying(clock.at).values_list("pk", flat=True):
        runs.make(run_id)
    half.refresh_from_db()
    assert (half.state, half.rows, half.attempts) == ("done", 3, 2)
    content = content_of(half)
    assert hashlib.sha256(content).hexdigest() == half.sha256
    assert (len(content), len(rows_of(half))) == (half.size, 3)
    made = half.sha256
    runs.make(half.pk)
    half.refresh_from_db()
    assert (half.sha256, half.attempts) == (made, 2), "a finished run is not made again"


def test_a_run_is_given_up_after_three_workers_died(half, clock, monkeypatch):
    kill_in_the_middle(monkeypatch, Killed())
    for _ in range(2):
        clock.move(seconds=61)
        with pytest.raises(Killed):
            runs.make(half.pk)
    clock.move(seconds=61)
    runs.make(half.pk)
    half.refresh_from_db()
    assert (half.state, half.attempts) == ("failed", 3)
    assert "中断" in half.error
    assert not half.pieces.exists()


def test_a_slow_worker_that_lost_its_lease_leaves_the_file_of_the_other(
    city, user, clock, monkeypatch
):
    for _ in range(3):
        entry(city)
    real = runs.batches

    def overtaken(select):
        monkeypatch.setattr(runs, "batches", real)
        clock.move(seconds=61)
        runs.make(ExportRun.objects.get().pk)
        yield from real(select)

    monkeypatch.setattr(runs, "batches", overtaken)
    run = start(city, user)
    assert (run.state, run.rows, run.attempts) == ("done", 3, 2)
    assert hashlib.sha256(content_of(run)).hexdigest() == run.sha256
    assert Counter(AuditEntry.objects.about(run.key).values_list("verb", flat=True)) == {
        "export.asked": 1,
        "export.made": 1,
    }


def test_an_outage_of_the_database_leaves_the_run_to_the_next_worker(
    city, user, clock, monkeypatch
):
    entry(city)
    mend = kill_in_the_middle(monkeypatch, OperationalError("gone"))
    with pytest.raises(OperationalError):
        start(city, user)
    mend()
    assert ExportRun.objects.get().state == "running"


def test_an_error_of_ours_is_said_in_japanese(city, user, clock, monkeypatch):
    entry(city)
    kill_in_the_middle(monkeypatch, ZeroDivisionError("secret"))
    run = start(city, user)
    assert run.state == "failed"
    assert "もう一度" in run.error
    assert "secret" not in run.error


def test_a_file_is_kept_a_week(city, user, clock):
    entry(city)
    run = start(city, user)
    runs.forget_old(at=clock.at + timedelta(days=6, hours=23))
    assert ExportPiece.objects.filter(run=run).exists()
    clock.move(days=7)
    with pytest.raises(ActionError, match="保存期間"):
        runs.fetch(run, by=user, at=clock.at)
    runs.forget_old(at=clock.at)
    assert not ExportPiece.objects.filter(run=run).exists()
    assert ExportRun.objects.filter(pk=run.pk).exists(), "the line stays"


def test_names_in_a_refusal_are_forgotten_with_the_file(city, user, clock):
    entry(city, "João")
    run = start(city, user, mapping=cp932())
    runs.forget_old(at=clock.at + timedelta(days=7))
    run.refresh_from_db()
    assert "João" not in run.error


@pytest.mark.parametrize("name", list(DATASETS))
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_dataset_holds_only_what_belongs_to_the_organization(city, town, user, name, kind):
    for organization in (city, town):
        paid(organization=organization)
    dataset = DATASETS[name]
    own = dataset.count(city, Wish.read(MONTH))
    assert own == {"honoraria": 1, "payments": 1, "payment_lines": 1, "journal": 2}.get(name, 0)
    run = runs.start(city, name, MONTH, None, kind, by=user, at=NOW)
    assert (run.state, run.rows) == ("done", own), run.error
    assert len(list(dataset.rows(city, Wish.read(MONTH)))) == own


def test_every_source_of_every_dataset_can_be_written(city, user):
    paid(organization=city)
    for dataset in DATASETS.values():
        every = [{"title": one.title, "source": one.name} for one in dataset.columns]
        texts = [{"title": one.title, "template": f"{{{one.name}}}"} for one in dataset.columns]
        shape = {"dataset": dataset.name, "columns": every + texts}
        for kind in ("csv", "xlsx"):
            run = runs.start(city, dataset.name, MONTH, shape, kind, by=user, at=NOW)
            assert run.state == "done", run.error


def test_payments_of_other_days_are_not_in_the_journal(city, user):
    paid(organization=city)
    paid(organization=city, number=372, on=date(2026, 12, 1))
    assert DATASETS["journal"].count(city, Wish.read(MONTH)) == 2
    assert Honorarium.objects.count() == 2
