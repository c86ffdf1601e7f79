"""Chips, countdowns, avatars, pages of a list: what the tags write."""

from datetime import UTC, datetime

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from ui.states import KINDS, look_of


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(("kind", "code"), [(k, c) for k, codes in KINDS.items() for c in codes])
def test_every_state_is_told_by_icon_and_words(kind: str, code: str) -> None:
    html = render("{% status code kind %}", code=code, kind=kind)
    look = look_of(kind, code)
    assert f"#{look.icon}" in html
    assert str(look.label) in html


def test_every_state_of_the_models_has_a_look() -> None:
    from dispatch.models import Assignment, Mode, Offer, Request, Urgency
    from honoraria.models import Honorarium
    from volunteers.models import Volunteer

    choices = {
        "request": Request.Status, "offer": Offer.State, "assignment": Assignment.State,
        "honorarium": Honorarium.State, "volunteer": Volunteer.Status, "urgency": Urgency,
        "mode": Mode,
    }  # fmt: skip
    for kind, enum in choices.items():
        for value, label in enum.choices:
            assert str(KINDS[kind][value].label) == label


def test_an_unknown_state_is_shown_quietly() -> None:
    assert "mystery" in render('{% status "mystery" "offer" %}')


def test_a_countdown_shows_the_wall_time_in_tokyo_without_javascript() -> None:
    until = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
    html = render("{% countdown until %}", until=until)
    assert "14:30まで" in html
    assert 'data-countdown="2026-11-24T05:30:00+00:00"' in html
    assert render("{% countdown until %}", until=None) == ""


@pytest.mark.parametrize("name", ["王 麗華", "Maria", "دانا", "👩🏽", "", "  "])
def test_an_avatar_accepts_any_name(name: str) -> None:
    assert 'aria-hidden="true">' in render("{% avatar name %}", name=name)


def test_names_are_escaped() -> None:
    assert "<b>" not in render("{% avatar name %}{% chip name %}{% icon 'x' name %}", name="<b>")


def test_pagination_keeps_the_filters() -> None:
    request = RequestFactory().get("/volunteers/?language=vi&page=2")
    page = Paginator(range(371), 20).get_page(2)
    html = Template("{% load ui %}{% pagination page '名' %}").render(
        Context({"page": page, "request": request})
    )
    assert "language=vi&amp;page=3" in html
    assert "371名" in html
    assert 'aria-current="page"' in html


def test_progress_without_a_total_is_indeterminate() -> None:
    assert "value=" not in render("{% progress 0 0 '読み込み' %}")
    assert 'value="3" max="9"' in render("{% progress 3 9 '読み込み' %}")
