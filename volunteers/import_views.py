"""Pages of the import, one per step: file, columns, preview, writing; and the export.

Every step shows where the run stands, whatever address was opened: a page that is too early or
too late leads to the right one.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import STAFF, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.times import TOKYO
from volunteers import exporting, import_preview, tasks
from volunteers.access import get_import_for
from volunteers.actions import importing
from volunteers.forms.importing import MappingForm, PledgeForm, UploadForm
from volunteers.models import ImportRun

REFUSED = 422
READ_AT_ONCE = 800
"""Rows of a file that are read within the request; more go to the background."""
WRITE_AT_ONCE = 50
PER_PAGE = 50
RECENT = 8
State = ImportRun.State
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
@roles(*STAFF)
def upload(request: HttpRequest) -> HttpResponse:
    """Choose the file; below, what was imported lately."""
    _, organization, user = acting(request)
    form = UploadForm(request.POST or None, request.FILES or None, label_suffix="")
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, label_suffix="")
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = importing.start_import(
                organization,
                content=file.read(),
                file_name=file.name,
                by=user,
                at=database_now(),
            )
        except ActionError as error:
            form.add_error("file", error.text)
        else:
            return _go_on(run)
    chosen = request.FILES.get("file")
    runs = ImportRun.objects.filter(organization=organization).defer("content", "mapping")
    context = {
        "form": form,
        "chosen": getattr(chosen, "name", ""),
        "runs": runs.select_related("by").order_by("-pk")[:RECENT],
    }
    status = REFUSED if request.method == "POST" else 200
    return render(request, "volunteers/import_upload.html", context, status=status)


@require_http_methods(["GET", "POST"])
@roles(*STAFF)
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what each column means."""
    membership, _, user = acting(request)
    run = get_import_for(membership, pk)
    if run.state not in (State.MAPPING, State.PREVIEW):
        return _where_it_stands(run)
    data = request.POST if request.method == "POST" else None
    try:
        form = MappingForm(importing.workbook_of(run), run, data)
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("volunteers:import")
    pledge = PledgeForm(data, run=run)
    if data is not None and form.is_valid() & pledge.is_valid():
        try:
            run = importing.choose_mapping(
                run,
                form.mappings(),
                form.fingerprints(),
                pledged_on=pledge.day(),
                by=user,
                at=database_now(),
            )
        except ActionError as error:
            form.refuse(error.field, error.text)
        else:
            return _go_on(run)
    earlier = ImportRun.objects.filter(
        organization=run.organization, file_hash=run.file_hash, state=State.DONE
    )
    context = {"run": run, "form": form, "pledge": pledge, "earlier": earlier.last(), "step": 2}
    status = REFUSED if data is not None else 200
    return render(request, "volunteers/import_map.html", context, status=status)


@require_http_methods(["GET", "POST"])
@roles(*STAFF)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be created, changed and left alone; keeps what is ticked and decided."""
    membership, _, _ = acting(request)
    run = get_import_for(membership, pk)
    if run.state not in (State.PREVIEW, State.DONE):
        return _where_it_stands(run)
    if request.method == "POST":
        if not _keep_decisions(request, run):
            return _where_it_stands(run)
        if request.htmx:  # type: ignore[attr-defined]
            context = {"run": run, "counts": import_preview.counts(run)}
            return render(request, "volunteers/import_summary.html", context)
        messages.success(request, "選択を保存しました。")
        return HttpResponseRedirect(request.get_full_path())
    return render(request, "volunteers/import_preview.html", _preview_context(request, run))


def _preview_context(request: HttpRequest, run: ImportRun) -> dict[str, object]:
    counts = import_preview.counts(run)
    tabs = [(key, label, hint, counts[key]) for key, label, hint in import_preview.TABS]
    known = [key for key, _, _, _ in tabs]
    first = next((key for key, _, _, count in tabs if count), known[0])
    show = request.GET.get("show", "")
    show = show if show in known else first
    several = import_preview.has_several_sheets(run)
    groups = import_preview.groups(run) if show == import_preview.CELLS else []
    code = request.GET.get("reason", "")
    group = next((one for one in groups if one.code == code), groups[0] if groups else None)
    found: Any = import_preview.rows_of(run, show)
    if show == import_preview.CELLS:
        found = import_preview.cells(run, group.code, several) if group else []
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    if show != import_preview.CELLS:
        rows = import_preview.shown(rows, several)
    return {
        "run": run,
        "counts": counts,
        "tabs": tabs,
        "show": show,
        "hint": next(hint for key, _, hint, _ in tabs if key == show),
        "page": page,
        "rows": rows,
        "groups": groups,
        "group": group,
        "editable": run.state == State.PREVIEW,
        "step": 3,
    }


@require_POST
@roles(*STAFF)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write it, with what is ticked on the page that was open."""
    membership, _, user = acting(request)
    run = get_import_for(membership, pk)
    if run.state == State.PREVIEW and _keep_decisions(request, run):
        at = database_now()
        try:
            first = importing.confirm_import(run, by=user, at=at)
        except ActionError as error:
            messages.error(request, error.text)
            return _where_it_stands(run)
        run.refresh_from_db(fields=["state", "total_rows"])
        if first and run.total_rows <= WRITE_AT_ONCE:
            importing.apply_import(run, at=at)
        elif first:
            tasks.go_on_with_import.defer(run_id=run.pk)
    run.refresh_from_db(fields=["state"])
    return _where_it_stands(run)


@require_GET
@roles(*STAFF)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far reading or writing has come, and the result; a fragment with ``?part=1``."""
    membership, _, _ = acting(request)
    run = get_import_for(membership, pk)
    working = run.state in tasks.WORKING
    part = "part" in request.GET
    if not part and run.state in (State.MAPPING, State.PREVIEW):
        return _where_it_stands(run)
    context: dict[str, object] = {"run": run, "working": working, "step": 4}
    if run.state == State.DONE:
        written, created = run.rows.filter(applied=True).count(), importing.created(run)
        context |= {
            "created": created,
            "changed": written - created,
            "written": written,
            "counts": import_preview.counts(run),
        }
    name = "import_state" if part else "import_progress"
    response = render(request, f"volunteers/{name}.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@roles(*STAFF)
def abandon(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it up; nothing was written."""
    membership, _, user = acting(request)
    run = get_import_for(membership, pk)
    try:
        importing.abandon_import(run, by=user, at=database_now())
        messages.success(request, "取り込みをやめました。ファイルは削除しました。")
    except ActionError as error:
        messages.error(request, error.text)
    return redirect("volunteers:import")


@require_GET
@roles(*STAFF)
def export(request: HttpRequest) -> FileResponse:
    """The whole register as a workbook that can be imported again."""
    _, organization, user = acting(request)
    at = database_now()
    file = exporting.export_register(organization, by=user, at=at)
    name = f"volunteers-{at.astimezone(TOKYO):%Y%m%d-%H%M}.xlsx"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return response


def _keep_decisions(request: HttpRequest, run: ImportRun) -> bool:
    """Keep the ticks (rows ``shown``, of which ``chosen``) and decisions of one page."""
    chosen = set(request.POST.getlist("chosen"))
    decisions = {
        int(key): "" if key in chosen else "skip"
        for key in request.POST.getlist("shown")
        if _is_key(key)
    }
    for name, value in request.POST.items():
        key = name.removeprefix("decision-")
        if name != key and _is_key(key):
            decisions[int(key)] = str(value)
    try:
        importing.decide(run, decisions)
    except ActionError as error:
        messages.error(request, error.text)
        return False
    return True


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _go_on(run: ImportRun) -> HttpResponse:
    """Read a small file now and a large one in the background; then to the page of the run."""
    if run.state == State.READING:
        if run.total_rows <= READ_AT_ONCE:
            importing.read_import(run)
            run.refresh_from_db(fields=["state"])
        else:
            tasks.go_on_with_import.defer(run_id=run.pk)
    return _where_it_stands(run)


def _where_it_stands(run: ImportRun) -> HttpResponse:
    pages = {State.MAPPING: "import_map", State.PREVIEW: "import_preview"}
    name = pages.get(State(run.state), "import_progress")
    return redirect(f"volunteers:{name}", run.pk)
