"""Taking a list into the register: upload, mapping, reading, decisions, writing.

A run moves mapping → reading → preview → applying → done, or is given up; the file is deleted at
both ends. Reading and writing may be killed at any moment: reading starts over, writing goes on
with the first row that is not marked as applied. One process at a time works for an organization.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from accounts import audit
from accounts.errors import ActionError
from accounts.models import Organization, User
from accounts.times import TOKYO
from realtime import events
from volunteers.actions.import_rows import Writer
from volunteers.comparing.matching import Register
from volunteers.comparing.own_rows import read_own_rows
from volunteers.comparing.proposals import Conditions
from volunteers.comparing.rows import Planner
from volunteers.importing.columns import Mapping as ColumnMapping
from volunteers.importing.duplicates import find_duplicates
from volunteers.importing.rows import read_rows
from volunteers.importing.workbook import Workbook, WorkbookError, open_workbook
from volunteers.languages import lookup
from volunteers.models import ImportMapping, ImportRow, ImportRun
from volunteers.own_layout import is_own

logger = logging.getLogger(__name__)
State, Outcome = ImportRun.State, ImportRow.Outcome
CHUNK = 50
READ_CHUNK = 500
LOCK = 720_802
FORGOTTEN_AFTER = timedelta(days=7)
LISTED_FOR = timedelta(days=90)


def find_language(text: str) -> str | None:
    """The tag of the language that a word of a list names."""
    return found.tag if (found := lookup(text)) else None


def conditions_of(run: ImportRun) -> Conditions:
    """What holds for every row of a run; the same at the preview and at the writing."""
    today = run.created_at.astimezone(TOKYO).date()
    return Conditions(today, run.organization.pledge_version, run.pledged_on)


def start_import(
    organization: Organization, *, content: bytes, file_name: str, by: User, at: datetime
) -> ImportRun:
    """Keep an uploaded file. Our own workbook needs no mapping and goes on to reading.

    Raises ActionError with the code of the `WorkbookError`, field "file".
    """
    workbook = _opened(content, file_name)
    own = is_own(workbook)
    sheets = workbook.sheets[:1] if own else workbook.sheets
    with transaction.atomic():
        run = ImportRun.objects.create(
            organization=organization,
            by=by,
            file_name=file_name[-200:].replace("\0", ""),
            file_hash=hashlib.sha256(content).hexdigest(),
            content=content,
            state=State.READING if own else State.MAPPING,
            total_rows=sum(len(sheet.rows) for sheet in sheets),
            created_at=at,
        )
        _record(run, "started", by=by, at=at)
    return run


def _opened(content: bytes, file_name: str) -> Workbook:
    try:
        return open_workbook(content, file_name)
    except WorkbookError as error:
        raise ActionError(error.code, error.message_ja, field="file", status=400) from error


def workbook_of(run: ImportRun) -> Workbook:
    """The uploaded file, opened; raises ActionError import_over when it was deleted already."""
    if run.content is None:
        raise ActionError("import_over", "この取り込みは終わっています。")
    return _opened(bytes(run.content), run.file_name)


def choose_mapping(
    run: ImportRun,
    mappings: Mapping[str, ColumnMapping],
    fingerprints: Mapping[str, str],
    *,
    pledged_on: date | None,
    by: User,
    at: datetime,
) -> ImportRun:
    """Say what the columns mean (sheet name → mapping) and go on to reading; also to correct it
    after the preview. The layouts are remembered for the organization's next file.

    Raises ActionError: not_possible, no_sheet, no_name.
    """
    if not mappings:
        raise ActionError("no_sheet", "取り込むシートを1枚以上選んでください。", status=400)
    for sheet, mapping in mappings.items():
        if not {"name", "family_name", "given_name"} & set(mapping.columns.values()):
            text = f"シート「{sheet}」で、氏名がどの列かを選んでください。"
            raise ActionError("no_name", text, field=sheet, status=400)
    with transaction.atomic():
        present = _lock(run, State.MAPPING, State.PREVIEW)
        present.rows.all().delete()
        present.mapping = {sheet: mapping.to_json() for sheet, mapping in mappings.items()}
        present.pledged_on = pledged_on
        present.state, present.done_rows = State.READING, 0
        present.save(update_fields=["mapping", "pledged_on", "state", "done_rows"])
        for sheet, mapping in mappings.items():
            ImportMapping.objects.update_or_create(
                organization_id=present.organization_id,
                fingerprint=fingerprints[sheet],
                defaults={"mapping": mapping.to_json(), "used_at": at},
            )
        _hint(present)
    return present


def read_import(run: ImportRun) -> None:
    """Read the file and compare it with the register: reading → preview. Safe to repeat."""
    with _alone(run) as free:
        run.refresh_from_db()
        if not free or run.state != State.READING:
            return
        try:
            _read(run)
        except Exception:
            logger.exception("reading import %s failed", run.pk)
            text = "読み取りの途中で問題が起きました。お手数ですが、管理者にお知らせください。"
            _finish(run, State.FAILED, error=text)


def _read(run: ImportRun) -> None:
    planned = _planned(run, workbook_of(run))
    run.rows.all().delete()
    done = 0
    chunk: list[ImportRow] = []
    for row in planned:
        row.run = run
        chunk.append(row)
        if len(chunk) == READ_CHUNK:
            done += _keep_rows(run, chunk, done)
            chunk = []
    done += _keep_rows(run, chunk, done)
    with transaction.atomic():
        present = _lock(run, State.READING)
        present.state, present.total_rows = State.PREVIEW, done
        present.save(update_fields=["state", "total_rows"])
        _hint(present)


def _keep_rows(run: ImportRun, rows: list[ImportRow], done: int) -> int:
    with transaction.atomic():
        _lock(run, State.READING)
        ImportRow.objects.bulk_create(rows)
        ImportRun.objects.filter(pk=run.pk).update(done_rows=done + len(rows))
        _hint(run)
    return len(rows)


def _planned(run: ImportRun, workbook: Workbook) -> Iterator[ImportRow]:
    planner = Planner(Register.of(run.organization), conditions_of(run))
    if is_own(workbook):
        return planner.plan_own(read_own_rows(workbook))
    today = conditions_of(run).today
    results = []
    adding = set()
    for sheet in workbook.sheets:
        if sheet.name not in run.mapping:
            continue
        mapping = ColumnMapping.from_json(run.mapping[sheet.name])
        results += read_rows(sheet, mapping, find_language, as_of=today)
        if "languages" not in mapping.columns.values():
            adding.add(sheet.name)
    return planner.plan_list(find_duplicates(results), frozenset(adding))


def decide(run: ImportRun, decisions: Mapping[int, str]) -> None:
    """Keep what a person decided about rows (row key → "", "skip", "use" or "separate").

    Raises ActionError: not_possible.
    """
    known = {"", "skip", "use", "separate"}
    with transaction.atomic():
        present = _lock(run, State.PREVIEW)
        rows = present.rows.filter(pk__in=[pk for pk, word in decisions.items() if word in known])
        changed = [row for row in rows if row.decision != decisions[row.pk]]
        for row in changed:
            row.decision = decisions[row.pk]
        ImportRow.objects.bulk_update(changed, ["decision"], batch_size=500)


def confirm_import(run: ImportRun, *, by: User, at: datetime) -> bool:
    """Start writing; False if somebody already did. Raises ActionError: not_possible."""
    with transaction.atomic():
        present = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        if present.state in (State.APPLYING, State.DONE):
            return False
        present = _lock(run, State.PREVIEW)
        present.state, present.by = State.APPLYING, by
        present.done_rows, present.total_rows = 0, pending(present).count()
        present.save(update_fields=["state", "by", "done_rows", "total_rows"])
        _hint(present)
        _record(present, "confirmed", by=by, at=at, rows=present.total_rows)
    return True


def pending(run: ImportRun) -> QuerySet[ImportRow]:
    """Rows that are still to be written."""
    usual = Q(outcome__in=[Outcome.CREATE, Outcome.CHANGE], decision="")
    decided = Q(outcome=Outcome.HUMAN, decision__in=["use", "separate"])
    return run.rows.filter(usual | decided, applied=False)


def created(run: ImportRun) -> int:
    """How many people were new: those whose name was nothing before, and those kept apart."""
    new = Q(changes__contains=[{"field": "name", "old": ""}]) | Q(decision="separate")
    return run.rows.filter(new, applied=True).count()


def apply_import(run: ImportRun, *, at: datetime) -> None:
    """Write the rows of a confirmed run, 50 in a transaction: applying → done. Safe to repeat."""
    with _alone(run) as free:
        run = ImportRun.objects.select_related("organization", "by").defer("content").get(pk=run.pk)
        if not free or run.state != State.APPLYING:
            return
        writer = Writer(run, Register.of(run.organization), conditions_of(run), at=at)
        keys = writer.in_order(pending(run))
        for start in range(0, len(keys), CHUNK):
            _apply_chunk(run, writer, keys[start : start + CHUNK])
        _finish(run, State.DONE, at=at)


def _apply_chunk(run: ImportRun, writer: Writer, keys: Sequence[int]) -> None:
    with transaction.atomic():
        _lock(run, State.APPLYING)
        rows = pending(run).select_for_update(no_key=True, of=("self",)).in_bulk(list(keys))
        writer.write([rows[key] for key in keys if key in rows])
        ImportRun.objects.filter(pk=run.pk).update(done_rows=F("done_rows") + len(rows))
        _hint(run)


def abandon_import(run: ImportRun, *, by: User | None, at: datetime) -> None:
    """Give a run up before anything was written; file and rows are deleted.

    Raises ActionError: not_possible.
    """
    with transaction.atomic():
        present = _lock(run, State.MAPPING, State.READING, State.PREVIEW)
        present.rows.all().delete()
        present.state, present.content, present.finished_at = State.FAILED, None, at
        present.error = "取りやめました。"
        present.save(update_fields=["state", "content", "finished_at", "error"])
        _hint(present)
        _record(present, "abandoned", by=by, at=at)


def forget_old_imports(*, at: datetime) -> int:
    """Give up runs that nobody went on with for a week, so that no file stays behind; what a
    finished run still lists for a human is kept for 90 days. Returns how many were given up."""
    ImportRow.objects.filter(run__finished_at__lt=at - LISTED_FOR).delete()
    waiting = ImportRun.objects.filter(
        state__in=[State.MAPPING, State.PREVIEW], created_at__lt=at - FORGOTTEN_AFTER
    )
    runs = list(waiting.defer("content"))
    for run in runs:
        abandon_import(run, by=None, at=at)
    return len(runs)


def _finish(run: ImportRun, state: str, *, error: str = "", at: datetime | None = None) -> None:
    """Close a run and delete the file and, of rows that were written, what they said."""
    with transaction.atomic():
        present = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        present.state, present.error, present.content = state, error, None
        present.finished_at = at
        present.save(update_fields=["state", "error", "content", "finished_at"])
        present.rows.exclude(outcome=Outcome.HUMAN).update(raw={}, draft={})
        _hint(present)
        if at is not None:
            written = present.rows.filter(applied=True)
            counts = {"rows": written.count(), "created": created(present)}
            _record(present, "finished", by=present.by, at=at, **counts)


@contextmanager
def _alone(run: ImportRun) -> Iterator[bool]:
    """Whether this process may work for the organization now; the database lets go of it when the
    process dies."""
    key = [LOCK, run.organization_id % 2_147_483_647]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _lock(run: ImportRun, *states: str) -> ImportRun:
    present = (
        ImportRun.objects.select_for_update(no_key=True)
        .select_related(None)
        .defer("content")
        .get(pk=run.pk)
    )
    if present.state not in states:
        label = present.get_state_display()
        raise ActionError("not_possible", f"この取り込みは今「{label}」の段階です。")
    return present


def _hint(run: ImportRun) -> None:
    group = events.organization_group(run.organization_id)
    events.publish("import.progress", run.pk, run.done_rows, group)


def _record(run: ImportRun, verb: str, *, by: User | None, at: datetime, **detail: int) -> None:
    audit.record(
        f"import:{run.pk}",
        f"import.{verb}",
        organization=run.organization_id,
        by=by,
        at=at,
        **{"file": run.file_name, **detail},  # type: ignore[arg-type]
    )
