"""Entering somebody new and changing an entry; two people at once do not overwrite each other."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import STAFF, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.times import TOKYO
from volunteers import actions, languages
from volunteers.access import get_volunteer_for
from volunteers.forms import EntryForm
from volunteers.history import WARNINGS, last_change
from volunteers.models import Field, Volunteer

REFUSED = 422
SECTIONS = [
    ("basic", "基本"),
    ("contact", "連絡"),
    ("languages", "言語"),
    ("fields", "分野と地域"),
    ("hours", "活動できる時間"),
    ("exceptions", "例外日"),
    ("term", "登録と誓約"),
    ("remarks", "備考"),
]


@require_http_methods(["GET", "POST"])
@roles(*STAFF)
def new(request: HttpRequest) -> HttpResponse:
    """Enter a new volunteer."""
    _, organization, user = acting(request)
    at = database_now()
    today = at.astimezone(TOKYO).date()
    form = EntryForm(request.POST or None, organization=organization, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            volunteer = actions.register_volunteer(organization, form.record(), by=user, at=at)
        except ActionError as error:
            form.refuse(error.field, error.text)
        else:
            _say_done(request, volunteer, f"{volunteer.name}さんを登録しました。")
            return redirect("volunteers:profile", volunteer.pk)
    return _page(request, form, None, REFUSED if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@roles(*STAFF)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an entry; the page carries the version it was made from."""
    membership, organization, user = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    at = database_now()
    form = EntryForm(
        request.POST or None,
        organization=organization,
        volunteer=get_volunteer_for(membership, pk),
        today=at.astimezone(TOKYO).date(),
    )
    conflict = False
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("overwrite") or request.POST.get("version", "")
        try:
            changed = actions.update_volunteer(
                volunteer, form.record(), version=_number(seen), by=user, at=at
            )
        except ActionError as error:
            conflict = error.code == "changed_meanwhile"
            if not conflict:
                form.refuse(error.field, error.text)
        else:
            _say_done(request, changed, f"{changed.name}さんの登録内容を保存しました。")
            return redirect("volunteers:profile", pk)
    status = 409 if conflict else REFUSED if request.method == "POST" else 200
    return _page(request, form, volunteer, status)


def _number(text: str) -> int:
    """A version; what is none never fits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _page(
    request: HttpRequest, form: EntryForm, volunteer: Volunteer | None, status: int
) -> HttpResponse:
    conflict = status == 409
    context = {
        "form": form,
        "main": form.main,
        "volunteer": volunteer,
        "fields": Field.choices,
        "languages": languages.LANGUAGES,
        "sections": SECTIONS,
        "conflict": conflict,
        "change": last_change(volunteer) if conflict and volunteer else None,
        # after a conflict the page still carries the version the writer saw
        "version": request.POST.get("version") or (volunteer.version if volunteer else ""),
    }
    return render(request, "volunteers/edit.html", context, status=status)


def _say_done(request: HttpRequest, volunteer: Volunteer, text: str) -> None:
    messages.success(request, text)
    for code in actions.warnings_of(volunteer):
        messages.warning(request, WARNINGS[code])
