"""Signing in as a volunteer: a contact or an offer's link, then the number that was sent there.

What is waited for is kept in the session (whose code, whom it may sign in, where to go on to), so
the addresses of these pages carry nothing. Nobody learns here whether a contact is in the register.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from accounts.codes import redeem_code
from accounts.errors import ActionError
from accounts.sign_in import sign_in_volunteer
from dispatch.idle import is_idle
from dispatch.phone import words
from dispatch.phone.codes import people_with, send_to_contact, send_to_volunteer, subject_of
from dispatch.phone.forms import CodeForm, ContactForm, posted
from dispatch.phone.idle import number_is_right
from dispatch.phone.own.forms import NumberForm
from dispatch.phone.people import safe_next, signed_in_volunteer
from dispatch.phone.pushes import forget_this_browser
from dispatch.phone.reading import personal, read_by
from dispatch.phone.throttle import CODES_ASKED, CODES_TYPED, address_of
from volunteers.actions.contacts import prove_contact
from volunteers.actions.sign_in import user_of
from volunteers.models import Volunteer
from volunteers.same_person import identity

WAITING: Final = "volunteer_code"
CHOICE: Final = "volunteer_choice"
PROOF: Final = "volunteer_proof"
PATIENCE = timedelta(minutes=15)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@personal
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the telephone number or the e-mail address."""
    present = signed_in_volunteer(request)
    read_by(request, present)
    going_to = safe_next(request, request.GET.get("next", ""))
    if present is not None and request.method != "POST":
        return redirect(going_to)
    form = ContactForm(posted(request))
    if request.method == "POST" and form.is_valid():
        contact, at = form.cleaned_data["contact"], database_now()
        try:
            _not_too_often(request)
            send_to_contact(contact, at=at)
        except ActionError as error:
            form.add_error(None, error.text)
        else:
            people = [volunteer.pk for volunteer in people_with(contact)]
            typed = request.POST["contact"].strip()
            waiting = {"subject": subject_of(contact), "contact": contact, "people": people}
            expect_code(request, {**waiting, "shown": typed, "next": going_to}, at)
            return redirect("volunteer:code")
    status = 422 if form.errors else 200
    return render(request, "volunteer/sign_in.html", {"form": form}, status=status)


def expect_code(request: HttpRequest, waiting: dict[str, Any], at: datetime) -> None:
    """Remember in the session whose code comes next.

    ``waiting``: ``subject`` of the code, ``people`` it may sign in (primary keys), ``contact`` that
    was typed (if it was), what is ``shown`` of it, ``next`` address.
    """
    request.session[WAITING] = {**waiting, "until": (at + PATIENCE).isoformat()}


@get_or_post
@personal
def enter_code(request: HttpRequest) -> HttpResponse:
    """Take the code, and sign in."""
    at = database_now()
    waiting = _still(request, WAITING, at)
    if waiting is None:
        return redirect("volunteer:sign_in")
    read_by(request, Volunteer.objects.filter(pk__in=waiting["people"]).first())
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if CODES_TYPED.count(address_of(request)):
            form.add_error(None, _("続けて入力されました。しばらくおいてから、お試しください。"))
        elif not redeem_code(waiting["subject"], form.cleaned_data["code"], at=at):
            text = _("番号が違うか、期限が過ぎています。新しい番号を送ることもできます。")
            form.add_error("code", text)
        else:
            return _proved(request, waiting, at)
    context = {"form": form, "shown": waiting["shown"]}
    return render(request, "volunteer/code.html", context, status=422 if form.errors else 200)


@get_or_post
@personal
def send_again(request: HttpRequest) -> HttpResponse:
    """Another code to the same place; a GET only goes back to the page that takes it."""
    at = database_now()
    waiting = _still(request, WAITING, at)
    if waiting is None or request.method != "POST":
        return redirect("volunteer:code")
    read_by(request, Volunteer.objects.filter(pk__in=waiting["people"]).first())
    try:
        _not_too_often(request)
        if waiting.get("contact"):
            send_to_contact(waiting["contact"], at=at)
        else:
            send_to_volunteer(Volunteer.objects.get(pk=waiting["people"][0]), at=at)
    except ActionError as error:
        form = refused(CodeForm, error.text)
        context = {"form": form, "shown": waiting["shown"]}
        return render(request, "volunteer/code.html", context, status=error.status)
    waiting["until"] = (at + PATIENCE).isoformat()
    request.session[WAITING] = waiting
    return redirect("volunteer:code")


@get_or_post
@personal
def choose(request: HttpRequest) -> HttpResponse:
    """A telephone that several people share: who is it?"""
    at = database_now()
    waiting = _still(request, CHOICE, at)
    if waiting is None:
        return redirect("volunteer:sign_in")
    people = list(
        Volunteer.objects.filter(pk__in=waiting["people"]).select_related("organization", "user")
    )
    read_by(request, people[0] if people else None)
    chosen = next((v for v in people if str(v.pk) == request.POST.get("volunteer")), None)
    if request.method == "POST" and chosen is not None:
        return _enter(request, chosen, people, waiting["next"], at)
    return render(request, "volunteer/choose.html", {"people": people})


@get_or_post
@personal
def prove(request: HttpRequest) -> HttpResponse:
    """After the code of a number that was silent for long: the registration number as well."""
    at = database_now()
    waiting = _still(request, PROOF, at)
    if waiting is None:
        return redirect("volunteer:sign_in")
    people = list(
        Volunteer.objects.filter(pk__in=waiting["people"]).select_related("organization", "user")
    )
    chosen = next((one for one in people if one.pk == waiting["chosen"]), None)
    if chosen is None:
        return redirect("volunteer:sign_in")
    read_by(request, chosen)
    form = NumberForm(posted(request))
    if form.is_valid() and number_is_right(chosen, form, by_link=True):
        return _let_in(request, chosen, people, waiting["next"], at)
    context = {"form": form, "action": request.path, "not_mine": ""}
    status = 422 if form.errors else 200
    return render(request, "volunteer/own/prove.html", context, status=status)


@get_or_post
@personal
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session on POST; the language that was chosen stays."""
    if request.method != "POST":
        return redirect("volunteer:home")
    if volunteer := signed_in_volunteer(request):
        forget_this_browser(request, volunteer)
    logout(request)
    return redirect("volunteer:sign_in")


def _proved(request: HttpRequest, waiting: dict[str, Any], at: datetime) -> HttpResponse:
    del request.session[WAITING]
    people = list(
        Volunteer.objects.filter(pk__in=waiting["people"]).select_related("organization", "user")
    )
    if not people:  # somebody guessed the code of a contact that nobody has
        return redirect("volunteer:sign_in")
    if len({identity(volunteer) for volunteer in people}) == 1:
        return _enter(request, _still_there(people), people, waiting["next"], at)
    request.session[CHOICE] = {**waiting, "until": (at + PATIENCE).isoformat()}
    return redirect("volunteer:choose")


def _enter(
    request: HttpRequest, chosen: Volunteer, people: list[Volunteer], going_to: str, at: datetime
) -> HttpResponse:
    same = [one for one in people if identity(one) == identity(chosen)]
    if all(is_idle(one, at) for one in same):
        keep = {"people": [one.pk for one in same], "chosen": chosen.pk, "next": going_to}
        request.session[PROOF] = {**keep, "until": (at + PATIENCE).isoformat()}
        return redirect("volunteer:prove")
    return _let_in(request, chosen, same, going_to, at)


def _still_there(people: list[Volunteer]) -> Volunteer:
    """The first row that the person has not left: only there something can be done."""
    present = [one for one in people if one.status != Volunteer.Status.WITHDRAWN]
    return (present or people)[0]


def _let_in(
    request: HttpRequest, chosen: Volunteer, same: list[Volunteer], going_to: str, at: datetime
) -> HttpResponse:
    try:
        user = user_of(chosen, same, at=at)
    except ActionError as error:
        form = refused(ContactForm, words.refusal(error))
        return render(request, "volunteer/sign_in.html", {"form": form}, status=error.status)
    for one in same:
        prove_contact(one, by=user, at=at)
    request.session.pop(CHOICE, None)
    request.session.pop(PROOF, None)
    sign_in_volunteer(request, user, chosen.pk)
    return redirect(going_to)


def refused(form_class: type[Form], text: str) -> Form:
    """An empty form with a sentence above it."""
    form = form_class({})
    form.errors.clear()
    form.add_error(None, text)
    return form


def _still(request: HttpRequest, key: str, at: datetime) -> dict[str, Any] | None:
    kept = request.session.get(key)
    if kept is None or datetime.fromisoformat(kept["until"]) < at:
        return None
    return dict(kept)


def _not_too_often(request: HttpRequest) -> None:
    if CODES_ASKED.count(address_of(request)):
        raise ActionError(
            "too_many_codes",
            _("続けて送信されました。しばらくおいてから、もう一度お試しください。"),
            status=429,
        )
