"""Waking a volunteer's browser: subscribe, unsubscribe, try it; the service worker and manifest.

What is subscribed belongs to the person behind the session; the session remembers which browser it
was, so that signing out forgets it. The service worker consists of parts that are served as one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from dispatch.messages import home_url, push_address, send_push
from dispatch.phone.people import volunteers_only
from realtime import push
from volunteers.models import Volunteer

SESSION = "push_endpoint"
WORKER = ("store", "answers", "pages", "push")
DEVICES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
           ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip
BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))


@require_POST
@volunteers_only
def subscribe(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Keep this browser's subscription; 400 for anything that is none."""
    given = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    device = device_of(request.headers.get("User-Agent", ""))
    if not push.is_on():
        return JsonResponse({"kept": False}, status=404)
    try:
        push.subscribe(push_address(volunteer), **given, device=device, at=database_now())
    except push.NotAllowed:
        return JsonResponse({"kept": False}, status=400)
    request.session[SESSION] = given["endpoint"]
    return JsonResponse({"kept": True})


@require_POST
@volunteers_only
def unsubscribe(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Forget this browser."""
    forgotten = push.unsubscribe(push_address(volunteer), request.POST.get("endpoint", ""))
    request.session.pop(SESSION, None)
    return JsonResponse({"forgotten": forgotten})


@require_POST
@volunteers_only
def try_out(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Send the person's own browsers a notification, to hear how it sounds."""
    at = database_now()
    sent = send_push(
        volunteer,
        kind="push_test",
        title=_("受信テスト"),
        body=_("この通知が見えていれば、呼び出しを受け取れます。"),
        url=home_url(),
        subject_key=volunteer.key,
        dedupe_key=f"{volunteer.key}:push_test:{at:%Y%m%d%H%M}",  # once a minute is enough
        at=at,
    )
    return JsonResponse({"sent": sent})


def forget_this_browser(request: HttpRequest, volunteer: Volunteer) -> None:
    """At the sign-out: whoever has the telephone next must not be rung for somebody else."""
    endpoint = request.session.get(SESSION)
    if endpoint:
        push.unsubscribe(push_address(volunteer), endpoint)


def device_of(agent: str) -> str:
    """«Android · Chrome», as far as the browser says so."""
    found = [
        next((name for word, name in names if re.search(rf"\b{word}", agent)), "")
        for names in (DEVICES, BROWSERS)
    ]
    return " · ".join(part for part in found if part)


@require_safe
@cache_control(max_age=0, must_revalidate=True)
@gzip_page
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker at the root of the site, where it may serve the volunteers' pages."""
    return HttpResponse(worker_script(), content_type="text/javascript; charset=utf-8")


def worker_script() -> str:
    """Its parts, one after the other; they share one scope."""
    return "".join(part_of_worker(name) for name in WORKER)


def part_of_worker(name: str) -> str:
    """One part as it lies among the static files; 404 where these are incomplete."""
    path = finders.find(f"dispatch/worker/{name}.js")
    if not path:
        raise Http404
    return Path(path).read_text(encoding="utf-8")


@require_safe
@cache_control(max_age=86400)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a telephone needs to put the volunteers' page on its first screen."""
    content = {
        "name": "つなぎ 通訳ボランティア",
        "short_name": "つなぎ",
        "description": "通訳ボランティアのお願いと予定",
        "lang": "ja",
        "dir": "ltr",
        "id": "/v/",
        "start_url": "/v/",
        "scope": "/",
        "display": "standalone",
        "display_override": ["standalone", "minimal-ui"],
        "categories": ["productivity", "social"],
        "background_color": "#f7f5ef",
        "theme_color": "#0b6470",
        "icons": manifest_icons(),
        "shortcuts": [
            {"name": name, "url": reverse(to), "icons": manifest_icons()[:1]}
            for name, to in (
                ("わたしのページ", "volunteer:home"),
                ("これまでの活動", "volunteer:history"),
            )
        ],
        "prefer_related_applications": False,
    }
    return JsonResponse(content, content_type="application/manifest+json")


def manifest_icons() -> list[dict[str, Any]]:
    """The small one, the large one, and one that may be cut to any shape."""
    return [
        {"src": static(f"dispatch/icons/{name}.png"), "sizes": f"{size}x{size}",
         "type": "image/png", "purpose": purpose}
        for name, size, purpose in (
            ("192", 192, "any"), ("512", 512, "any"), ("maskable", 512, "maskable"),
        )
    ]  # fmt: skip
