"""The demo's page of lines, and the buttons of a handset. 404 outside the demo."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clock import database_now
from config.demo import lines, phones
from config.demo.views import demo_only


@demo_only
@never_cache
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """How the provider of each channel behaves, to be changed."""
    if request.method == "POST":
        for channel in lines.CHANNELS:
            mode = request.POST.get(channel, "")
            if mode and not lines.set_mode(channel, mode):
                raise Http404
        messages.success(request, "回線の状態を変えました。")
        return redirect("demo:lines")
    return render(request, "demo/lines.html", {"lines": lines.lines(database_now())})


@demo_only
@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an SMS from a handset."""
    volunteer = phones.phone(pk, request.session).volunteer
    if not lines.answer(volunteer, request.POST.get("body", ""), database_now()):
        messages.error(request, "返信の本文を入力してください。")
    return redirect("demo:phone", pk)


@demo_only
@require_POST
def key(request: HttpRequest, pk: int, message_id: int) -> HttpResponse:
    """Press a key during an automatic call."""
    volunteer = phones.phone(pk, request.session).volunteer
    pressed = request.POST.get("key", "")
    if lines.press(volunteer, message_id, pressed, database_now()) is None:
        raise Http404
    messages.success(request, f"電話で「{pressed}」を押しました。")
    return redirect("demo:phone", pk)
