"""What the desk does with a request: whom to ask, answers by telephone, endings, bookings.

Every press is one action; its refusal is shown on the request's page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.access import get_assignment_for, get_offer_for, get_request_for
from dispatch.actions import assignments as assignment_actions
from dispatch.actions import offers as offer_actions
from dispatch.actions import requests as request_actions
from dispatch.candidates import find_candidates
from dispatch.forms import AnswerForm, CancelForm, UnmetForm
from dispatch.match_values import Ranking
from dispatch.models import Offer, Request
from dispatch.neighbours import name_on
from dispatch.views.acts import act
from dispatch.views.requests import WRITERS, page_with
from volunteers.models import Volunteer


@roles(*WRITERS)
def show_candidates(request: HttpRequest, pk: int) -> HttpResponse:
    """Who could come, in order and with reasons, and who just cannot; chosen people are asked."""
    membership, _, _ = acting(request)
    found = get_request_for(membership, pk)
    remote = request.GET.get("remote") == "1" or None
    ranking = find_candidates(found, at=database_now(), remote=remote, skip_asked=False)
    asked = {o.volunteer_id: o for o in found.offers.order_by("id")}
    people = Volunteer.objects.in_bulk(
        [c.volunteer_id for c in ranking.candidates] + [e.volunteer_id for e in ranking.excluded]
    )
    return render(
        request,
        "dispatch/candidates.html",
        {
            "found": found,
            "rows": [
                (c, people[c.volunteer_id], asked.get(c.volunteer_id)) for c in ranking.candidates
            ],
            "excluded": [(e, people[e.volunteer_id]) for e in ranking.excluded],
            "remote": remote,
            "is_open": found.status == Request.Status.OPEN,
        },
    )


@roles(*WRITERS)
@require_POST
def ask_chosen(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer to the ticked people; for video when they were ticked in the list for video."""
    membership, _, user = acting(request)
    found = get_request_for(membership, pk)
    at = database_now()
    chosen = {int(v) for v in request.POST.getlist("volunteer")[:500] if _is_key(v)}
    remote = request.POST.get("remote") == "1"
    ranking: Ranking = find_candidates(
        found, at=at, limit=500, remote=remote or None, skip_asked=False
    )
    picked = [c for c in ranking.candidates if c.volunteer_id in chosen]
    if not picked:
        messages.error(request, "打診する方を選んでください。")
        address = reverse("dispatch:candidates", args=[found.pk])
        return redirect(f"{address}?remote=1" if remote else address)
    return act(
        request,
        found.pk,
        lambda: offer_actions.offer_to(found, picked, by=user, at=at, remote=remote),
        f"{len(picked)}人に打診しました。",
    )


@roles(*WRITERS)
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the seat to one person who has agreed already."""
    membership, organization, user = acting(request)
    found = get_request_for(membership, pk)
    volunteer_id = request.POST.get("volunteer", "")
    if not _is_key(volunteer_id):
        raise Http404
    volunteer = Volunteer.objects.of(organization).filter(pk=int(volunteer_id)).first()
    if volunteer is None:
        raise Http404
    return act(
        request,
        found.pk,
        lambda: offer_actions.assign_directly(
            found,
            volunteer,
            by=user,
            at=database_now(),
            remote=request.POST.get("remote") == "1",
        ),
        f"{volunteer.name}さんに決めました。",
    )


@roles(*WRITERS)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the request off, with who and why."""
    membership, _, user = acting(request)
    found = get_request_for(membership, pk)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return page_with(request, found, cancel_form=form)
    return act(
        request,
        found.pk,
        lambda: request_actions.cancel_request(
            found,
            cancelled_by=form.cleaned_data["cancelled_by"],
            reason=form.cleaned_data["reason"],
            by=user,
            at=database_now(),
        ),
        "依頼を取り消し、関係する方に知らせました。",
    )


@roles(*WRITERS)
@require_POST
def close_unmet(request: HttpRequest, pk: int) -> HttpResponse:
    """End a request nobody could serve."""
    membership, _, user = acting(request)
    found = get_request_for(membership, pk)
    form = UnmetForm(request.POST)
    if not form.is_valid():
        return page_with(request, found, unmet_form=form)
    return act(
        request,
        found.pk,
        lambda: request_actions.close_unmet(
            found, reason=form.cleaned_data["reason"], by=user, at=database_now()
        ),
        "「手配できず」として終了しました。",
    )


SIMPLE_VERBS: dict[str, tuple[Callable[..., Any], str]] = {
    "stop": (request_actions.stop_waves, "自動の打診を止めました。"),
    "resume": (request_actions.resume_waves, "自動の打診を再開しました。"),
    "reopen": (request_actions.reopen_request, "手配を再開しました。"),
}


@roles(*WRITERS)
@require_POST
def simple_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Stop the waves, resume them, reopen the request."""
    membership, _, user = acting(request)
    found = get_request_for(membership, pk)
    if verb not in SIMPLE_VERBS:
        raise Http404
    action, done = SIMPLE_VERBS[verb]
    return act(request, found.pk, lambda: action(found, by=user, at=database_now()), done)


@roles(*WRITERS)
@require_POST
def record_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what a volunteer said on the telephone."""
    membership, _, user = acting(request)
    offer = get_offer_for(membership, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "「引き受ける」か「できない」を選んでください。")
        return redirect("dispatch:request", offer.request_id)
    via = form.cleaned_data["via"] or Offer.Via.PHONE
    at, name = database_now(), name_on(offer)
    if form.cleaned_data["answer"] == "no":
        reason = form.cleaned_data["reason"]
        return act(
            request,
            offer.request_id,
            lambda: offer_actions.decline_offer(
                offer, via=via, at=at, by=user, label=str(user), reason=reason
            ),
            f"{name}さんの「できない」を記録しました。",
        )

    def accept() -> None:
        answer = offer_actions.accept_offer(offer, via=via, at=at, by=user, label=str(user))
        if answer.outcome == "too_late":
            raise ActionError("too_late", "すでに人数がそろっています。控えとして記録しました。")

    return act(request, offer.request_id, accept, f"{name}さんに決まりました。")


@roles(*WRITERS)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one offer back."""
    membership, _, user = acting(request)
    offer = get_offer_for(membership, pk)
    return act(
        request,
        offer.request_id,
        lambda: offer_actions.withdraw_offer(offer, by=user, at=database_now()),
        "打診を取り下げました。",
    )


@roles(*WRITERS)
@require_POST
def assignment_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm, arrive, start, release or mark as not kept, for the volunteer on the telephone."""
    membership, _, user = acting(request)
    assignment = get_assignment_for(membership, pk)
    at = database_now()
    reason = request.POST.get("reason", "").replace("\x00", "")[:300]
    verbs: dict[str, tuple[Callable[[], Any], str]] = {
        "reconfirm": (
            lambda: assignment_actions.reconfirm(assignment, by=user, at=at),
            "前日の確認を記録しました。",
        ),
        "arrived": (
            lambda: assignment_actions.arrive(assignment, by=user, at=at),
            "到着を記録しました。",
        ),
        "start": (
            lambda: assignment_actions.start(assignment, by=user, at=at),
            "開始を記録しました。",
        ),
        "release": (
            lambda: assignment_actions.give_back(assignment, reason=reason, by=user, at=at),
            "派遣を取り消し、手配をやり直します。",
        ),
        "no-show": (
            lambda: assignment_actions.record_no_show(assignment, by=user, at=at),
            "「不参加」を記録しました。",
        ),
    }
    if verb not in verbs:
        raise Http404
    action, done = verbs[verb]
    return act(request, assignment.request_id, action, done)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
