"""「登録・設定」: where every page about the person is found, each with what is set now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.sessions import VOLUNTEER_SESSION
from accounts.times import local
from dispatch.phone import words
from dispatch.phone.own.certificates import ends_soon
from dispatch.phone.own.hours_words import date_in_words, in_words
from dispatch.phone.people import own_rows, volunteers_only
from dispatch.subscriptions import OwnNotice, notices_of
from volunteers.languages import name as language_name
from volunteers.models import Volunteer
from volunteers.schedules import plain_rules


@dataclass(frozen=True)
class Entry:
    """One line of the menu; ``warning`` is what should be looked at."""

    url: str
    icon: str
    title: str
    now: str = ""
    warning: str = ""


@require_safe
@volunteers_only
def menu(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """The whole menu."""
    others = Volunteer.objects.filter(user=volunteer.user_id).select_related("organization")
    context = {
        "volunteer": volunteer,
        "organization": volunteer.organization,
        "groups": _groups(volunteer),
        "others": [one for one in others if one.pk != volunteer.pk],
    }
    return render(request, "volunteer/own/menu.html", context)


@require_POST
@volunteers_only
def switch_organization(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Look at the entry in another town; 404 for anybody else's."""
    wanted = request.POST.get("volunteer", "")
    if not wanted.isdecimal():
        raise Http404
    mine = Volunteer.objects.filter(user=volunteer.user_id, pk=int(wanted)).first()
    if mine is None:
        raise Http404
    request.session[VOLUNTEER_SESSION] = mine.pk
    return redirect("volunteer:me")


def _groups(volunteer: Volunteer) -> list[tuple[str, list[Entry]]]:
    notices = notices_of(own_rows(volunteer), database_now())
    found = [
        (
            _("活動"),
            [_hours(volunteer), _away(volunteer), _languages(volunteer), *_papers(volunteer)],
        ),
        (_("連絡"), [_channels(volunteer), *_elsewhere()]),
        (_("謝礼"), _money(notices)),
        (_("サインインとデータ"), _rest()),
    ]
    shown = [(title, [one for one in entries if one.url]) for title, entries in found]
    return [(title, entries) for title, entries in shown if entries]


def _hours(volunteer: Volunteer) -> Entry:
    lines = in_words(plain_rules(volunteer.rules.all()))
    more = " …" if len(lines) > 2 else ""
    kept = _joined(lines[:2]) + more if lines else _("登録はありません。")
    return Entry(_url("hours"), "clock", _("活動できる時間"), kept)


def _away(volunteer: Volunteer) -> Entry:
    today = local(database_now()).date()
    coming = volunteer.exceptions.filter(last_day__gte=today).count()
    kept = _("%(count)s件の登録があります。") % {"count": coming} if coming else ""
    return Entry(_url("away"), "calendar", _("休む日・特別に活動できる日"), kept)


def _languages(volunteer: Volunteer) -> Entry:
    names = [language_name(row.language, words.reader()) for row in volunteer.skills.all()]
    return Entry(_url("languages"), "translate", _("言語と分野"), _joined(names))


def _papers(volunteer: Volunteer) -> list[Entry]:
    today = local(database_now()).date()
    soon = [one for one in volunteer.trainings.all() if ends_soon(one, today)]
    warning = _("有効期限が近いものがあります。") if soon else ""
    term = volunteer.registrations.first()
    kept = ""
    if term is not None:
        kept = _("%(day)sまで") % {"day": date_in_words(term.ends_on)}
    return [
        Entry(_url("certificates"), "report", _("資格・研修"), warning=warning),
        Entry(_url("term"), "check-circle", _("登録期間と誓約"), kept),
    ]


def _channels(volunteer: Volunteer) -> Entry:
    wrong = volunteer.contact_wrong_at is not None
    stopped = volunteer.sms_stopped_at is not None
    warning = _("連絡先の確認が必要です。") if wrong else _("SMSは停止中です。") if stopped else ""
    return Entry(_url("channels"), "bell", _("連絡先と連絡方法"), warning=warning)


def _elsewhere() -> list[Entry]:
    return [Entry(_url("calendar"), "calendar", _("カレンダーに入れる"))]


def _rest() -> list[Entry]:
    return [
        Entry(_url("devices"), "lock", _("サインインと端末")),
        Entry(_url("data"), "download", _("自分のデータを受け取る")),
        Entry(_url("leave"), "minus-circle", _("退会する")),
    ]


def _joined(parts: list[str]) -> str:
    return (", " if words.reader() == "en" else "、").join(parts)


def _money(notices: list[OwnNotice]) -> list[Entry]:
    """Pages of the floor above, none where the house is built without it."""
    account, money = (_url(name, "volunteer_money") for name in ("account", "money"))
    entries = [
        Entry(account, "bank", _("振込先口座")),
        Entry(money, "honoraria", _("活動時間と謝礼")),
    ]
    said = {one.url: (one.text, one.waits) for one in reversed(notices)}
    known = [_with_notice(one, *said.pop(one.url, ("", False))) for one in entries]
    # what waits elsewhere (a signature) has no line of its own here unless it waits
    more = [
        Entry(one.url, one.icon, one.link, warning=one.text)
        for one in notices
        if one.url in said and one.waits
    ]
    return known + more


def _with_notice(entry: Entry, text: str, waits: bool) -> Entry:
    return replace(entry, warning=text) if waits else replace(entry, now=text)


def _url(name: str, space: str = "volunteer") -> str:
    try:
        return reverse(f"{space}:{name}")
    except NoReverseMatch:
        return ""
