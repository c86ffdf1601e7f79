"""Files of a programme or a submitted claim: workbook, evidence, statements of municipalities."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from honoraria.exporting.answers import file_answer
from honoraria.grants import files
from honoraria.grants.access import get_claim_for, get_programme_for
from honoraria.models import Claim, ExportRun, Programme


@require_POST
@roles(*MONEY)
def of_programme(request: HttpRequest, pk: int, what: str, kind: str) -> HttpResponseBase:
    """A draft of what would be claimed now."""
    membership, _, _ = acting(request)
    programme = get_programme_for(membership, pk)
    return _made(request, programme, None, what, kind)


@require_POST
@roles(*MONEY)
def of_claim(request: HttpRequest, pk: int, what: str, kind: str) -> HttpResponseBase:
    """What was submitted."""
    membership, _, _ = acting(request)
    claim = get_claim_for(membership, pk)
    return _made(request, claim.programme, claim, what, kind)


def _made(
    request: HttpRequest, programme: Programme, claim: Claim | None, what: str, kind: str
) -> HttpResponseBase:
    """The file itself, or the list of exports where it will be."""
    if kind not in files.KINDS.get(what, ()):
        raise Http404
    _, _, user = acting(request)
    text = request.POST.get("place", "")
    place = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None
    try:
        run = files.ask(programme, claim, what, kind, place=place, by=user, at=database_now())
        if run.state == ExportRun.State.DONE:
            return file_answer(request, run, by=user, at=database_now())
    except ActionError as error:
        messages.error(request, error.text)
        if claim:
            return redirect("honoraria:claim", claim.pk)
        return redirect("honoraria:programme", programme.pk)
    if run.state == ExportRun.State.FAILED:
        messages.error(request, "ファイルを作れませんでした。一覧の理由をご確認ください。")
    else:
        text = "ファイルを作っています。できあがると、一覧から受け取れます。"
        messages.info(request, text)
    return redirect("honoraria:exports")
