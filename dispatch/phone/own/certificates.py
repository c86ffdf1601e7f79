"""資格・研修: entered by the person, checked by the desk; what ends soon is said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.times import local
from dispatch.actions.desk_notes import tell_desk
from dispatch.phone import words
from dispatch.phone.forms import posted
from dispatch.phone.own.answers import accepted, status_of
from dispatch.phone.own.forms import TrainingForm
from dispatch.phone.own.hours_words import date_in_words
from dispatch.phone.people import volunteers_only
from volunteers.actions.trainings import add_training, remove_training
from volunteers.models import Training, Volunteer

SOON = timedelta(days=60)
COLUMNS = ("kind", "name", "done_on", "ends_on")


def ends_soon(training: Training, today: date) -> bool:
    """It ends within sixty days, or has ended."""
    return training.ends_on is not None and training.ends_on - today <= SOON


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def certificates(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """The list, and one more."""
    form = TrainingForm(posted(request), label_suffix="")
    if request.method == "POST" and accepted(request, form, lambda: _add(volunteer, form)):
        return redirect("volunteer:certificates")
    today = local(database_now()).date()
    context = {
        "organization": volunteer.organization,
        "volunteer": volunteer,
        "form": form,
        "trainings": [_shown(one, today) for one in volunteer.trainings.all()],
    }
    return render(request, "volunteer/own/certificates.html", context, status=status_of(form))


@require_POST
@volunteers_only
def remove(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """Take an unchecked entry back; 404 for anybody else's."""
    get_object_or_404(volunteer.trainings, pk=pk)
    try:
        remove_training(volunteer, pk, by=volunteer.user, at=database_now())
    except ActionError as error:
        messages.error(request, words.refusal(error))
    else:
        messages.success(request, _("取り消しました。"))
    return redirect("volunteer:certificates")


def _add(volunteer: Volunteer, form: TrainingForm) -> None:
    at = database_now()
    with transaction.atomic():
        values = {name: form.cleaned_data[name] for name in COLUMNS}
        training = add_training(volunteer, **values, by=volunteer.user, at=at)
        if training is None:  # sent twice
            return
        kind = training.get_kind_display()
        tell_desk(
            volunteer,
            f"本人の画面で{kind}の登録がありました。ご確認ください：{training.name}",
            at=at,
        )


def _shown(training: Training, today: date) -> dict[str, Any]:
    ended = training.ends_on is not None and training.ends_on < today
    return {
        "row": training,
        "kind": {"certificate": _("資格"), "training": _("研修")}[training.kind],
        "done_on": date_in_words(training.done_on) if training.done_on else "",
        "ends_on": date_in_words(training.ends_on) if training.ends_on else "",
        "ended": ended,
        "soon": not ended and ends_soon(training, today),
    }
