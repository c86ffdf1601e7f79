"""言語と分野: what somebody interprets; new claims wait for the desk's check."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from dispatch.actions.desk_notes import tell_desk
from dispatch.phone.own.answers import accepted, status_of
from dispatch.phone.own.forms import FieldsForm, LanguagesForm
from dispatch.phone.people import volunteers_only
from volunteers.actions.own import save_fields, save_skills
from volunteers.languages import name as language_name
from volunteers.models import Volunteer


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def languages(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Two forms on a page; ``part`` says which one was sent."""
    part = request.POST.get("part", "")
    skills = volunteer.skills.all()
    spoken = LanguagesForm(request.POST if part == "languages" else None, skills=skills)
    taken = [row.field for row in volunteer.field_skills.all()]
    fields = FieldsForm(
        request.POST if part == "fields" else None, initial={"fields_taken": taken}, label_suffix=""
    )
    if part == "languages" and accepted(request, spoken, lambda: _save(volunteer, spoken)):
        return redirect("volunteer:languages")
    if part == "fields" and accepted(request, fields, lambda: _save_fields(volunteer, fields)):
        return redirect("volunteer:languages")
    context = {"organization": volunteer.organization, "spoken": spoken, "fields": fields}
    status = max(status_of(spoken), status_of(fields))
    return render(request, "volunteer/own/languages.html", context, status=status)


def _save(volunteer: Volunteer, form: LanguagesForm) -> None:
    at = database_now()
    with transaction.atomic():
        to_check = save_skills(volunteer, form.spoken(), by=volunteer.user, at=at)
        if to_check:
            names = "、".join(language_name(tag) for tag in to_check)
            text = f"本人の画面で言語の登録・変更がありました。ご確認ください：{names}"
            tell_desk(volunteer, text, at=at)


def _save_fields(volunteer: Volunteer, form: FieldsForm) -> None:
    wanted = form.cleaned_data["fields_taken"]
    save_fields(volunteer, wanted, by=volunteer.user, at=database_now())
