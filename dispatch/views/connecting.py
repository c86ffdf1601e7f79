"""The coordinator's hand on the ladder: another rung, a call to an operator, a device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Role
from dispatch.access import (
    get_operator_call_for,
    get_operator_for,
    get_request_for,
    get_service_for,
)
from dispatch.actions import devices, operators, rungs
from dispatch.device_form import FollowUpForm
from dispatch.models import Operator
from dispatch.views.acts import act
from dispatch.views.requests import page_with

WRITERS = (Role.COORDINATOR, Role.ADMIN)


@roles(*WRITERS)
@require_POST
def open_rung(request: HttpRequest, pk: int, seen: int, to: int) -> HttpResponse:
    """Go to another rung; ``seen`` is the one the page showed as open."""
    membership, _, user = acting(request)
    found = get_request_for(membership, pk)
    reason = said(request, "why") or "職員の判断"
    done = "前の段階に戻しました。" if to < seen else "次の段階に進めました。"
    return act(
        request,
        found.pk,
        lambda: rungs.open_rung(found, to=to, seen=seen, reason=reason, by=user, at=database_now()),
        done,
    )


@roles(*WRITERS)
@require_POST
def dial(request: HttpRequest, pk: int, service: int) -> HttpResponse:
    """The desk is calling an operator."""
    membership, _, user = acting(request)
    found = get_request_for(membership, pk)
    chosen = get_service_for(membership, service)
    return act(
        request,
        found.pk,
        lambda: operators.dial(found, chosen, by=user, at=database_now()),
        f"{chosen.operator.name}への電話を記録しました。つながったら押してください。",
    )


@roles(*WRITERS)
@require_POST
def call_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """The call was connected, was not, or is over."""
    membership, _, user = acting(request)
    call = get_operator_call_for(membership, pk)
    at = database_now()
    reason = said(request, "failure") or "応答なし"
    verbs: dict[str, tuple[Callable[[], Any], str]] = {
        "connected": (
            lambda: operators.record_connected(call, by=user, at=at),
            "つながった時刻を記録しました。打診中の方には、決まったことを知らせます。",
        ),
        "failed": (
            lambda: operators.record_failed(call, reason=reason, by=user, at=at),
            "つながらなかったことを記録しました。",
        ),
        "ended": (
            lambda: operators.record_ended(call, by=user, at=at),
            "通話の終了と料金を記録しました。",
        ),
    }
    if verb not in verbs:
        raise Http404
    action, done = verbs[verb]
    return act(request, call.request_id, action, done)


@roles(*WRITERS)
@require_POST
def show_pin(request: HttpRequest, pk: int) -> HttpResponse:
    """The operator's number and PIN, once, for somebody who is about to call; logged."""
    membership, _, user = acting(request)
    operator = get_operator_for(membership, pk)
    found = None
    if (about := request.GET.get("request", "")).isascii() and about.isdecimal():
        found = get_request_for(membership, int(about[:18]))
    pin = operators.reveal_pin(operator, request=found, by=user, at=database_now())
    return pin_page(request, operator, pin, found.pk if found else None)


def pin_page(
    request: HttpRequest, operator: Operator, pin: str, request_id: int | None
) -> HttpResponse:
    """The page that shows a PIN; nothing keeps a copy of it."""
    context = {"operator": operator, "pin": pin, "request_id": request_id}
    response = render(request, "dispatch/pin.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


@roles(*WRITERS)
@require_POST
def allow_device(request: HttpRequest, pk: int) -> HttpResponse:
    """A human says yes to a device for this matter."""
    membership, _, user = acting(request)
    found = get_request_for(membership, pk)
    return act(
        request,
        found.pk,
        lambda: devices.allow_device(found, by=user, at=database_now()),
        "翻訳機の使用を認めたことを記録しました。",
    )


@roles(*WRITERS)
@require_POST
def use_device(request: HttpRequest, pk: int) -> HttpResponse:
    """A device served; the follow-up by a human is booked in the same press."""
    membership, _, user = acting(request)
    found = get_request_for(membership, pk)
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        return page_with(request, found, device_form=form)
    try:
        done, after = devices.use_device(
            found,
            follow_up=form.draft(found),
            no_follow_up=form.cleaned_data["no_follow_up"],
            by=user,
            at=database_now(),
        )
    except ActionError as error:
        form.add_error(FIELDS.get(error.field), error.text)
        return page_with(request, found, device_form=form)
    if after is None:
        messages.success(request, "記録しました。" if done.device_used_at is None else USED)
        return redirect("dispatch:request", found.pk)
    used = done.device_used_at is not None
    messages.success(
        request, f"{'翻訳機での対応を記録し、' if used else ''}後日の通訳を手配しています。"
    )
    return redirect("dispatch:request", after.pk)


USED = "翻訳機で対応したことを記録しました。"
FIELDS = {"ends_at": "day", "no_follow_up": "no_follow_up"}
"""Which input an error of the actions belongs to."""


def said(request: HttpRequest, name: str) -> str:
    """A short free text of the form."""
    return request.POST.get(name, "").replace("\x00", "").strip()[:300]
