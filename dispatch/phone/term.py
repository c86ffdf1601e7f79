"""A volunteer's term: until when, and renewing it by reading and signing the pledge once more.

Also where the person says whether to stay, when the desk has asked. What is confirmed here changes
the register only when the desk has accepted it (`volunteers.actions.renewals`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.times import local
from dispatch.phone.people import volunteers_only
from ui.paper import paper
from volunteers.actions import renewals, staying
from volunteers.actions.contacts import CONTACTS
from volunteers.applications import rules, words
from volunteers.applications.forms import (
    ContactForm,
    SigningForm,
    SkillRows,
    SkillSet,
    blank_rows,
)
from volunteers.applications.pledges import pledge_of, text_in
from volunteers.applications.renewal_views import card_paper
from volunteers.models import Application, Registration, Volunteer
from volunteers.phones import as_written
from volunteers.terms import fiscal_year_end


class RenewalForm(ContactForm, SigningForm):
    """What the person confirms, prefilled, and the signature."""

    hours = forms.BooleanField(
        label=gettext_lazy("活動できる時間は、いまの登録のとおりです。"),
        error_messages={
            "required": gettext_lazy(
                "時間を確かめて、チェックを入れてください。先に変えることもできます。"
            )
        },
    )
    pledge_version = forms.CharField(max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in CONTACTS:  # shown; changed on a page of their own, behind a code
            del self.fields[name]


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def term(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """The present term; the form while it may be renewed; what became of a renewal that was sent."""
    at = database_now()
    today = local(at).date()
    latest = volunteer.registrations.first()
    sent = renewals.renewal_of(volunteer, today) if latest else None
    open_now = latest is not None and sent is None and rules.may_renew(latest.ends_on, today)
    form, rows = _forms(volunteer, request.POST if request.method == "POST" and open_now else None)
    right = form.is_bound and bool(form.is_valid() & rows.is_valid())
    if right and _send(request, volunteer, form, rows, at):
        return redirect("volunteer:term")
    context = {
        "volunteer": volunteer,
        "organization": volunteer.organization,
        "latest": latest,
        "starts_on": words.day_text(latest.starts_on) if latest else "",
        "ends_on": words.day_text(latest.ends_on) if latest else "",
        "over": latest is not None and latest.ends_on < today,
        "sent": sent,
        "open_now": open_now,
        "next_end": words.day_text(_next_end(volunteer, today)),
        "has_card": latest is not None and latest.pledged_on is not None,
        "asked_to_stay": volunteer.stay_asked_at is not None and not volunteer.stay_answer,
        "contacts": _contacts(volunteer),
        "form": form,
        "rows": rows,
        **_hours(volunteer),
        **_pledge(request, volunteer),
    }
    status = 422 if form.is_bound and (form.errors or not rows.is_valid()) else 200
    return render(request, "volunteer/term.html", context, status=status)


def wanted_of(volunteer: Volunteer, at: datetime) -> dict[str, Any]:
    """What the first page asks about the term: to renew it, to say whether to stay; empty: nothing."""
    today = local(at).date()
    latest = volunteer.registrations.first()
    asked: dict[str, Any] = {}
    if volunteer.stay_asked_at is not None and not volunteer.stay_answer:
        asked["asked_to_stay"] = True
    may_renew = latest is not None and rules.may_renew(latest.ends_on, today)
    if latest and may_renew and renewals.renewal_of(volunteer, today) is None:
        over = latest.ends_on < today
        asked |= {"renewal_due": words.day_text(latest.ends_on), "term_over": over}
    return asked


@require_POST
@volunteers_only
def stay(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """The answer to «do you want to stay?» from the person's own page."""
    answer = request.POST.get("answer", "")
    try:
        staying.answer_stay(volunteer, answer, by=volunteer.user, at=database_now(), how="page")
        messages.success(request, _("お返事をありがとうございます。"))
    except ActionError:
        messages.error(request, _("この確認はもう終わっています。"))
    return redirect("volunteer:term")


@require_safe
@volunteers_only
def card(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """The person's own card for the newest term; 404 without a signed pledge."""
    newest: Registration | None = volunteer.registrations.select_related("volunteer").first()
    if newest is None or newest.pledged_on is None:
        raise Http404
    made = paper(
        "volunteers",
        "card",
        card_paper(volunteer.organization, [newest]),
        title="ボランティア登録証",
    )
    disposition = {"Content-Disposition": 'inline; filename="card.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=disposition)


def _send(
    request: HttpRequest, volunteer: Volunteer, form: RenewalForm, rows: SkillRows, at: datetime
) -> Application | None:
    data = form.cleaned_data
    try:
        made = renewals.submit_renewal(
            volunteer,
            values=data,
            skills=rows.skills(),
            pledge_version=data["pledge_version"],
            signed_name=data["signed_name"],
            by=volunteer.user,
            at=at,
        )
    except ActionError as error:
        form.add_error(error.field if error.field in form.fields else None, error.text)
        return None
    messages.success(request, _("更新の手続きを受け付けました。ありがとうございます。"))
    return made


def _forms(volunteer: Volunteer, data: Any) -> tuple[RenewalForm, SkillRows]:
    known: dict[str, Any] = {name: getattr(volunteer, name) for name in renewals.CONFIRMED}
    known["fields_wanted"] = [row.field for row in volunteer.field_skills.all()]
    known["pledge_version"] = pledge_of(volunteer.organization).version
    form = RenewalForm(data, initial=known)
    names = ("language", "to_japanese", "from_japanese", "certificate")
    spoken = [{name: getattr(row, name) for name in names} for row in volunteer.skills.all()]
    shown = blank_rows(spoken, len(spoken) + 1)
    return form, cast(SkillRows, SkillSet(data, prefix="skills", initial=shown))


def _contacts(volunteer: Volunteer) -> list[dict[str, str]]:
    """Each contact as the register has it, and where another one is proved."""
    shown = {"mobile": as_written(volunteer.mobile), "email": volunteer.email}
    names = {"mobile": _("携帯電話"), "email": _("メール")}
    return [
        {
            "name": names[kind],
            "value": shown[kind],
            "url": reverse("volunteer:contact", args=[kind]),
        }
        for kind in CONTACTS
    ]


def _next_end(volunteer: Volunteer, today: date) -> date:
    from volunteers.actions.terms import next_term_start

    return fiscal_year_end(next_term_start(volunteer, today))


def _hours(volunteer: Volunteer) -> dict[str, Any]:
    """The hours in words, and where they are changed."""
    from django.urls import NoReverseMatch, reverse

    from dispatch.phone.own.hours_words import in_words
    from volunteers.schedules import plain_rules

    try:
        address = reverse("volunteer:hours")
    except NoReverseMatch:
        address = ""
    return {"hours": in_words(plain_rules(volunteer.rules.all())), "hours_url": address}


def _pledge(request: HttpRequest, volunteer: Volunteer) -> dict[str, Any]:
    pledge = pledge_of(volunteer.organization)
    text = text_in(pledge, request.LANGUAGE_CODE or "ja")
    return {
        "pledge": pledge,
        "pledge_text": text,
        "binding": "" if text == pledge.text else pledge.text,
    }
