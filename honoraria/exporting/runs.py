"""Export runs: asked for, made piece by piece under a lease, fetched, forgotten after a week.

Small files are made at once, large ones by the worker. Whoever makes one renews its lease with
every piece; when a worker is killed the lease runs out, a sweep hands the run to the next one,
which starts over, and after `MOST_ATTEMPTS` it is given up. Asking, making and every fetching is
recorded; the sum of the bytes is kept with them.
"""

from __future__ import annotations

import hashlib
import io
import logging
import tempfile
from collections.abc import Mapping as Dictionary
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet

from accounts.audit import record
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, User
from honoraria.exporting.datasets import DATASETS, Dataset, batches
from honoraria.exporting.makers import makers
from honoraria.exporting.selecting import headings, text_select, typed_select
from honoraria.exporting.shapes import Shape, read_shape, usual
from honoraria.exporting.wishes import Wish
from honoraria.exporting.writers import csv_blocks, write_workbook
from honoraria.models import ExportPiece, ExportRun

logger = logging.getLogger(__name__)
State = ExportRun.State
SMALL = 5_000  # rows that are made while somebody waits
PIECE = 1024 * 1024  # bytes
LEASE = timedelta(seconds=60)
KEPT = timedelta(days=7)
MOST_ATTEMPTS = 3
KINDS = {
    "csv": "CSV",
    "xlsx": "Excel（XLSX）",
}
FAILED = (
    "書き出しの途中で問題が起きました。もう一度お試しください。続くときは管理者へご連絡ください。"
)
GIVEN_UP = "書き出しが何度も中断されたため、取りやめました。期間を短くしてお試しください。"


class _LeaseLostError(Exception):
    """Somebody else works on the run now; what this one made must not be kept."""


def start(
    organization: Organization,
    dataset: str,
    filter: Dictionary[str, Any],
    mapping: Shape | Dictionary[str, Any] | None,
    kind: str,
    *,
    by: User,
    at: datetime,
    at_once: bool = False,
) -> ExportRun:
    """Ask for a file. ``mapping``: a shape, its JSON, or None for the usual form.

    Up to `SMALL` rows (any number with ``at_once``) are made before this returns; then the run is
    done or failed. Raises ActionError: no_dataset, bad_filter, bad_mapping, no_kind.
    """
    if dataset not in DATASETS:
        raise ActionError("no_dataset", "書き出す内容を選んでください。", field="dataset")
    if kind not in KINDS:
        raise ActionError("no_kind", "ファイルの形式を選んでください。", field="kind")
    wish, shape = Wish.read(filter), _shape(DATASETS[dataset], mapping)
    expected = DATASETS[dataset].count(organization, wish)
    run = ExportRun(
        organization=organization,
        dataset=dataset,
        filter=wish.as_detail(),
        mapping=shape.as_json(),
        kind=kind,
        name=f"{dataset.replace('_', '-')}-{wish.file_part}.{kind}",
        rows_expected=expected,
        created_at=at,
        created_by=by,
    )
    return begin(run, at_once=at_once or expected <= SMALL)


def begin(run: ExportRun, *, at_once: bool) -> ExportRun:
    """Keep and record a run that was filled in, then make it now or leave it to the worker."""
    with transaction.atomic():
        run.save(force_insert=True)
        record(
            run.key,
            "export.asked",
            organization=run.organization_id,
            by=run.created_by,
            at=run.created_at,
            **_detail(run),
        )
        if not at_once:
            from honoraria.tasks import make_export

            make_export.defer(run_id=run.pk)
    if at_once:
        make(run.pk)
        run.refresh_from_db()
    return run


def _shape(dataset: Dataset, mapping: Shape | Dictionary[str, Any] | None) -> Shape:
    if not mapping:
        return usual(dataset)
    shape = mapping if isinstance(mapping, Shape) else read_shape(mapping)
    if shape.dataset is not dataset:
        text = f"この出力形式は「{shape.dataset.title}」用です。"
        raise ActionError("bad_mapping", text, field="mapping")
    return shape


def _detail(run: ExportRun) -> dict[str, Any]:
    """What the trail keeps of a run."""
    return {
        "dataset": run.dataset,
        "filter": run.filter,
        "mapping": run.mapping.get("name", ""),
        "format": run.kind,
    }


def make(run_id: int) -> None:
    """Make the file of a run, if nobody else is at it. Safe to call again and again."""
    run = _claim(run_id, database_now())
    if run is None:
        return
    try:
        _finish(run, _write(run))
    except _LeaseLostError:
        logger.warning("export %s: taken over by another worker", run_id)
    except ActionError as error:
        _fail(run, error.text)
    except (OperationalError, InterfaceError):
        raise  # the lease runs out and the next one starts over
    except Exception:
        logger.exception("export %s failed", run_id)
        _fail(run, FAILED)


def _claim(run_id: int, at: datetime) -> ExportRun | None:
    """Take the run for this worker: a waiting one, or one whose worker was heard of no more."""
    with transaction.atomic():
        free = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=at)
        locked = ExportRun.objects.select_for_update(skip_locked=True, of=("self",))
        run = locked.filter(free, pk=run_id).first()
        if run is None:
            return None
        if run.attempts >= MOST_ATTEMPTS:
            _give_up(run, GIVEN_UP, at)
            return None
        run.pieces.all().delete()
        run.state, run.rows, run.size = State.RUNNING, 0, 0
        run.attempts += 1
        run.lease_until = at + LEASE
        run.save(update_fields=["state", "rows", "size", "attempts", "lease_until"])
    return run


class _Pieces:
    """Bytes into pieces in the database, with their sum and the run's progress."""

    def __init__(self, run: ExportRun) -> None:
        self.run = run
        self.digest = hashlib.sha256()
        self.held = bytearray()
        self.number = self.size = self.rows = 0

    def add(self, block: bytes) -> None:
        """Take bytes; full pieces are stored."""
        self.held += block
        while len(self.held) >= PIECE:
            self._store(PIECE)

    def progress(self, rows: int) -> None:
        """So many more rows were written; says that we are still at it."""
        self.rows += rows
        _renew(self.run, rows=self.rows)

    def end(self) -> None:
        """Store what is left."""
        if self.held:
            self._store(len(self.held))

    def _store(self, length: int) -> None:
        content = bytes(self.held[:length])
        del self.held[:length]
        self.digest.update(content)
        self.size += length
        with transaction.atomic():
            _renew(self.run, size=self.size)
            ExportPiece.objects.create(run=self.run, number=self.number, content=content)
        self.number += 1


def _renew(run: ExportRun, **values: Any) -> None:
    """Prolong the lease; whoever lost it stops here. Its end also says whose it is."""
    until = max(database_now() + LEASE, run.lease_until or database_now())
    mine = ExportRun.objects.filter(
        pk=run.pk, state=State.RUNNING, attempts=run.attempts, lease_until=run.lease_until
    )
    if not mine.update(lease_until=until, **values):
        raise _LeaseLostError
    run.lease_until = until


def _write(run: ExportRun) -> _Pieces:
    pieces = _Pieces(run)
    if run.dataset in makers:
        with tempfile.TemporaryFile() as file:
            makers[run.dataset].write(run, file, pieces.progress)
            _copy(file, pieces)
        pieces.end()
        return pieces
    shape, wish = read_shape(run.mapping), Wish.read(run.filter)
    if run.kind == "xlsx":
        with tempfile.TemporaryFile() as file:
            select = typed_select(shape, run.organization, wish)
            write_workbook(shape, headings(shape), batches(select), file, pieces.progress)
            _copy(file, pieces)
    else:
        select = text_select(shape, run.organization, wish)
        for block, rows in csv_blocks(shape, batches(select)):
            pieces.add(block)
            if rows:
                pieces.progress(rows)
    pieces.end()
    return pieces


def _copy(file: IO[bytes], pieces: _Pieces) -> None:
    file.seek(0, io.SEEK_SET)
    while block := file.read(PIECE):
        pieces.add(block)


def _finish(run: ExportRun, pieces: _Pieces) -> None:
    at = database_now()
    with transaction.atomic():
        _renew(run, rows=pieces.rows, size=pieces.size)
        run.state, run.rows, run.size = State.DONE, pieces.rows, pieces.size
        run.sha256 = pieces.digest.hexdigest()
        run.finished_at, run.expires_at, run.lease_until = at, at + KEPT, None
        run.save()
        record(
            run.key,
            "export.made",
            organization=run.organization_id,
            by=run.created_by,
            at=at,
            **_detail(run),
            rows=run.rows,
            sha256=run.sha256,
        )


def _fail(run: ExportRun, text: str) -> None:
    """Say why there is no file; nothing of it is kept."""
    at = database_now()
    with transaction.atomic():
        present = ExportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if present.state == State.RUNNING and present.attempts == run.attempts:
            _give_up(present, text, at)


def _give_up(run: ExportRun, text: str, at: datetime) -> None:
    run.pieces.all().delete()
    run.state, run.error, run.size = State.FAILED, text, 0
    run.finished_at, run.expires_at, run.lease_until = at, at + KEPT, None
    run.save()
    # the text may quote names, which have no place in the trail
    record(
        run.key,
        "export.failed",
        organization=run.organization_id,
        by=run.created_by,
        at=at,
        **_detail(run),
    )


def fetch(run: ExportRun, *, by: User, at: datetime) -> ExportRun:
    """Hand the file out: recorded before the first byte leaves.

    Raises ActionError: not_ready, expired.
    """
    with transaction.atomic():
        present = ExportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if present.state != State.DONE:
            raise ActionError("not_ready", "ファイルはまだできていません。")
        if is_expired(present, at):
            raise ActionError("expired", "保存期間が過ぎました。もう一度書き出してください。")
        present.fetched_at = at
        present.save(update_fields=["fetched_at"])
        record(
            present.key,
            "export.fetched",
            organization=present.organization_id,
            by=by,
            at=at,
            **_detail(present),
            rows=present.rows,
            sha256=present.sha256,
        )
    return present


def is_expired(run: ExportRun, at: datetime) -> bool:
    """The file is not handed out any more."""
    return run.expires_at is not None and run.expires_at <= at


def left_lying(at: datetime) -> QuerySet[ExportRun]:
    """Runs that wait longer than a job takes to arrive, or whose worker was heard of no more."""
    lost = Q(state=State.QUEUED, created_at__lt=at - timedelta(seconds=20))
    return ExportRun.objects.filter(lost | Q(state=State.RUNNING, lease_until__lt=at))


def forget_old(*, at: datetime) -> int:
    """Delete the bytes of expired files and names in old refusals; the runs stay in the list."""
    old = ExportRun.objects.filter(expires_at__lte=at)
    old.exclude(error="").update(
        error="保存期間が過ぎたため、理由の表示を消しました。", expires_at=None
    )
    return ExportPiece.objects.filter(run__in=old.filter(state=State.DONE)).delete()[0]
