"""The styleguide, and a page with a living fragment whose content the tests change."""

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

PAGE = """{% extends "ui/staff.html" %}{% block title %}試験{% endblock %}{% block heading %}試験{% endblock %}
{% block content %}<div id="area" data-live="{{ socket }}" data-live-url="/fragment/"
  data-live-interval="1" data-alert-types="offer.*">{{ fragment }}</div>
<button type="button" data-alert-toggle hidden>音で知らせる</button>{% endblock %}
{% block modules %}{% include "ui/module.html" with name="live" %}
{% include "ui/module.html" with name="countdown" %}
{% include "ui/module.html" with name="alert" %}{% endblock %}"""
FORM = """{% extends "ui/staff.html" %}{% block title %}試験{% endblock %}{% block heading %}試験{% endblock %}
{% block content %}<form method="post" action="{{ action }}" data-draft="case" data-unsaved>
<label for="id_note">内容</label><input id="id_note" name="note">
<label for="id_secret">暗証</label><input id="id_secret" name="secret" type="password">
<button type="submit">送る</button></form>{% endblock %}"""


@dataclass
class World:
    """What the server shows now, and what it was asked."""

    text: str = "はじめ"
    version: int = 1
    socket: str = ""
    down: bool = False
    asked: list[int] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)

    def change(self, text: str) -> None:
        """A new state of the fragment."""
        self.version, self.text = self.version + 1, text


world = World()


def markup() -> str:
    """The fragment as the page and the fragment's own address show it."""
    return (
        f'<p id="text">{world.text}</p><input id="typed" aria-label="入力" value="">'
        '<details id="more"><summary>くわしく</summary>内容</details>'
    )


def live(request: HttpRequest) -> HttpResponse:
    """The page with the living fragment."""
    template = engines["django"].from_string(PAGE.replace("{{ fragment }}", markup()))
    response = HttpResponse(template.render({"socket": world.socket}, request))
    response._csp_update = {"connect-src": [world.socket]} if world.socket else {}  # type: ignore[attr-defined]
    return response


def fragment(request: HttpRequest) -> HttpResponse:
    """200 with an ETag, 304 when nothing changed, 503 while down."""
    tag = f'"{world.version}"'
    status = 503 if world.down else 304 if request.headers.get("If-None-Match") == tag else 200
    world.asked.append(status)
    return HttpResponse(markup() if status == 200 else b"", status=status, headers={"ETag": tag})


def form(request: HttpRequest) -> HttpResponse:
    """A form; its POST is counted and answered by an outage or a page of thanks."""
    if request.method == "POST":
        world.posts.append(request.POST["note"])
        if world.down:
            return HttpResponse("<body data-error-page>503</body>", status=503)
        return HttpResponse(
            engines["django"].from_string('{% extends "ui/phone.html" %}').render({}, request)
        )
    return HttpResponse(engines["django"].from_string(FORM).render({"action": "/form/"}, request))


urlpatterns = [
    path("ui/", include("ui.urls")),
    path("live/", live),
    path("fragment/", fragment),
    path("form/", form),
]
