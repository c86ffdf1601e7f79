"""Exports: asking for a file, the list with its progress, fetching; and the month as one file."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Membership
from accounts.times import local
from honoraria.closing import points
from honoraria.exporting import runs
from honoraria.exporting.access import get_run_for, visible_mappings, visible_runs
from honoraria.exporting.answers import file_answer
from honoraria.exporting.datasets import DATASETS
from honoraria.exporting.forms import ExportForm
from honoraria.exporting.makers import makers
from honoraria.exporting.wishes import Wish
from honoraria.forms import FindForm
from honoraria.models import ExportRun

PER_PAGE = 20
REFUSED = 422


@dataclass(frozen=True, slots=True)
class Line:
    """A run as the list shows it."""

    run: ExportRun
    title: str
    shape: str
    days: str
    only: str
    expired: bool

    @classmethod
    def of(cls, run: ExportRun, *, expired: bool) -> Line:
        """The words for a run."""
        if maker := makers.get(run.dataset):
            return cls(run, maker.title, "", maker.words(run), "", expired)
        dataset, wish = DATASETS.get(run.dataset), Wish.read(run.filter)
        states = dict(dataset.states) if dataset else {}
        only = "・".join(
            part for part in (states.get(wish.state), points.ONLY.get(wish.only), wish.q) if part
        )
        title = dataset.title if dataset else run.dataset
        return cls(run, title, run.mapping.get("name", ""), wish.words, only, expired)


@require_GET
@roles(*MONEY)
def list_runs(request: HttpRequest) -> HttpResponse:
    """The form and what was exported so far."""
    membership, _, _ = acting(request)
    return _page(request, _form(request, membership), 200)


@require_GET
@roles(*MONEY)
def rows(request: HttpRequest) -> HttpResponse:
    """The list alone, fetched again while files are being made."""
    membership, _, _ = acting(request)
    return render(request, "honoraria/exporting/rows.html", _listed(request, membership))


def _form(request: HttpRequest, membership: Membership) -> ExportForm:
    own = list(visible_mappings(membership))
    return ExportForm(request.POST or None, own=own, today=local(database_now()).date())


def _listed(request: HttpRequest, membership: Membership) -> dict[str, object]:
    at = database_now()
    page: Page[ExportRun] = Paginator(visible_runs(membership), PER_PAGE).get_page(
        request.GET.get("page")
    )
    lines = [Line.of(run, expired=runs.is_expired(run, at)) for run in page]
    busy = any(line.run.state in (runs.State.QUEUED, runs.State.RUNNING) for line in lines)
    return {"page": page, "lines": lines, "busy": busy}


def _page(request: HttpRequest, form: ExportForm, status: int) -> HttpResponse:
    membership, _, _ = acting(request)
    context = {"form": form, "section": "exports", **_listed(request, membership)}
    return render(request, "honoraria/exporting/list.html", context, status=status)


@require_POST
@roles(*MONEY)
def start(request: HttpRequest) -> HttpResponse:
    """Ask for a file; a small one is ready when the page comes back."""
    membership, organization, user = acting(request)
    form = _form(request, membership)
    if not form.is_valid():
        return _page(request, form, REFUSED)
    try:
        shape = form.chosen()
        run = runs.start(
            organization,
            shape.dataset.name,
            form.cleaned_data["filter"],
            shape,
            form.cleaned_data["kind"],
            by=user,
            at=database_now(),
        )
    except ActionError as error:
        form.add_error(error.field if error.field in form.fields else None, error.text)
        return _page(request, form, error.status)
    _tell(request, run)
    return redirect("honoraria:exports")


def _tell(request: HttpRequest, run: ExportRun) -> None:
    if run.state == runs.State.DONE:
        messages.success(request, f"{run.rows:,}行のファイルができました。")
    elif run.state == runs.State.FAILED:
        messages.error(request, "ファイルを作れませんでした。一覧の理由をご確認ください。")
    else:
        messages.info(request, "ファイルを作っています。できあがると、一覧から受け取れます。")


@require_GET
@roles(*MONEY)
def fetch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file of a run; every fetching is recorded."""
    membership, _, user = acting(request)
    run = get_run_for(membership, pk)
    try:
        return file_answer(request, run, by=user, at=database_now())
    except ActionError as error:
        messages.warning(request, error.text)
        return redirect("honoraria:exports")


@require_POST
@roles(*MONEY)
def month_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The entries that the month's page shows, as a file; a long one is left to the worker.

    The page's own query says which; a link that somebody sends makes no file.
    """
    _, organization, user = acting(request)
    if kind not in runs.KINDS:
        raise Http404
    at = database_now()
    form = FindForm(request.GET, today=local(at).date())
    wanted = form.wanted()
    if form.errors:
        return redirect(f"{reverse('honoraria:list')}?{request.GET.urlencode()}")
    only = request.GET.get("only", "")
    wanted = replace(wanted, only=only if only in points.ONLY else "")
    run = runs.start(organization, "honoraria", wanted.as_detail(), None, kind, by=user, at=at)
    if run.state != runs.State.DONE:
        _tell(request, run)
        return redirect("honoraria:exports")
    return file_answer(request, run, by=user, at=database_now())
