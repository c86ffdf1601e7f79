"""The mapping editor: shipped shapes to copy, columns, and the first rows as one edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization
from accounts.times import local
from honoraria.exporting import actions
from honoraria.exporting.access import get_mapping_for, visible_mappings
from honoraria.exporting.datasets import DATASETS
from honoraria.exporting.drafts import AS_CONSTANT, AS_TEMPLATE, Draft
from honoraria.exporting.forms import shape_named
from honoraria.exporting.selecting import preview
from honoraria.exporting.shapes import ACCOUNT_LABELS, SOURCE, shape_of, shipped
from honoraria.exporting.wishes import Wish
from honoraria.models import Mapping

REFUSED = 422
PREVIEW_DAYS = 400


@require_GET
@roles(*MONEY)
def list_mappings(request: HttpRequest) -> HttpResponse:
    """Own mappings, the shipped ones, and the datasets to start from."""
    membership, _, _ = acting(request)
    own = [(one, DATASETS[one.dataset].title) for one in visible_mappings(membership)]
    context = {
        "own": own,
        "shipped": shipped(),
        "datasets": DATASETS.values(),
        "section": "mappings",
    }
    return render(request, "honoraria/exporting/mappings.html", context)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def new(request: HttpRequest) -> HttpResponse:
    """A new mapping, from a shipped one (``?from=shipped:yayoi``) or a dataset's usual form."""
    membership, organization, user = acting(request)
    if request.method == "GET":
        own = list(visible_mappings(membership))
        try:
            shape = shape_named(request.GET.get("from", "honoraria"), own)
        except ActionError as error:
            raise Http404 from error
        name = f"{shape.name or shape.dataset.title}の写し" if shape.name else ""
        return _editor(request, organization, replace(Draft.of(shape), name=name), None)
    draft = Draft.read(request.POST)
    if request.POST.get("do") != "save":
        return _editor(request, organization, draft, None)
    try:
        actions.create_mapping(
            organization, _name(draft), draft.shape(), by=user, at=database_now()
        )
    except ActionError as error:
        return _editor(request, organization, draft, None, error)
    messages.success(request, "出力形式を保存しました。")
    return redirect("honoraria:mappings")


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an own mapping."""
    membership, organization, user = acting(request)
    mapping = get_mapping_for(membership, pk)
    if request.method == "GET":
        return _editor(request, organization, Draft.of(shape_of(mapping)), mapping)
    draft = replace(Draft.read(request.POST), dataset=mapping.dataset)
    if request.POST.get("do") != "save":
        return _editor(request, organization, draft, mapping)
    try:
        actions.change_mapping(mapping, _name(draft), draft.shape(), by=user, at=database_now())
    except ActionError as error:
        return _editor(request, organization, draft, mapping, error)
    messages.success(request, "出力形式を保存しました。")
    return redirect("honoraria:mappings")


def _name(draft: Draft) -> str:
    if not 0 < len(draft.name) <= 60:
        raise ActionError("no_name", "名称を60文字までで入力してください。", field="name")
    return draft.name


@require_POST
@roles(*MONEY)
def preview_rows(request: HttpRequest) -> HttpResponse:
    """The first rows in the shape of the form, while it is being edited."""
    _, organization, _ = acting(request)
    context = _preview(organization, Draft.read(request.POST))
    return render(request, "honoraria/exporting/preview.html", context)


@require_POST
@roles(*MONEY)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an own mapping."""
    membership, _, user = acting(request)
    actions.remove_mapping(get_mapping_for(membership, pk), by=user, at=database_now())
    messages.success(request, "出力形式を削除しました。")
    return redirect("honoraria:mappings")


def _editor(
    request: HttpRequest,
    organization: Organization,
    draft: Draft,
    mapping: Mapping | None,
    error: ActionError | None = None,
) -> HttpResponse:
    dataset = DATASETS.get(draft.dataset)
    if dataset is None:
        raise Http404
    context = {
        "draft": draft,
        "mapping": mapping,
        "dataset": dataset,
        "error": error,
        "as_constant": AS_CONSTANT,
        "as_template": AS_TEMPLATE,
        "encodings": Mapping.Encoding.choices,
        "newlines": Mapping.Newline.choices,
        "date_styles": Mapping.DateStyle.choices,
        "accounts": [
            (key, label, draft.accounts.get(key, "")) for key, label in ACCOUNT_LABELS.items()
        ]
        if any(column.kind == "account" for column in dataset.columns)
        else [],
        "section": "mappings",
        **_preview(organization, draft),
    }
    status = REFUSED if error else 200
    return render(request, "honoraria/exporting/mapping.html", context, status=status)


def _preview(organization: Organization, draft: Draft) -> dict[str, Any]:
    """The first rows of the last year, or why there are none."""
    try:
        shape = draft.shape()
    except ActionError as error:
        return {"why": error.text}
    today = local(database_now()).date()
    wish = Wish(today - timedelta(days=PREVIEW_DAYS), today + timedelta(days=PREVIEW_DAYS))
    kinds = [
        shape.dataset.column(one.what).cell_kind if one.how == SOURCE else "text"
        for one in shape.columns
    ]
    titles = [one.title for one in shape.columns]
    rows = [
        list(zip(row, kinds, titles, strict=True)) for row in preview(shape, organization, wish)
    ]
    return {"titles": titles, "rows": rows, "shape": shape}
