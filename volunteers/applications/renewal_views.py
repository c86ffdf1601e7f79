"""Renewal at the desk: whose term ends and how far they are, accepting, paper forms, cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import STAFF, acting, roles
from accounts.clock import database_now
from accounts.models import Organization
from accounts.times import local
from accounts.trying import attempt
from realtime.models import Message
from ui.paper import paper
from volunteers import languages
from volunteers.access import get_application_for, get_volunteer_for
from volunteers.actions import renewals
from volunteers.applications import words
from volunteers.applications.pledges import pledge_of, signed_in_words
from volunteers.applications.reminders import ending
from volunteers.models import Application, Registration, Volunteer
from volunteers.phones import as_written
from volunteers.terms import fiscal_year_end

YEAR_BACK = 365


@dataclass(frozen=True)
class Row:
    """One person whose term ends or has ended, and how far the renewal is."""

    volunteer: Volunteer
    ends_on: date
    application: Application | None
    changes: int
    asked: Message | None

    @property
    def group(self) -> str:
        """changed, unchanged (sent in) or waiting."""
        if self.application:
            return "changed" if self.changes else "unchanged"
        return "waiting"

    @property
    def on_paper(self) -> bool:
        """Nothing that shows a page reaches the person."""
        return not (self.volunteer.mobile or self.volunteer.email)


@require_GET
@roles(*STAFF)
def list_renewals(request: HttpRequest) -> HttpResponse:
    """Everybody whose term ends within 60 days or has ended, what was sent in first."""
    _membership, organization, _user = acting(request)
    today = local(database_now()).date()
    rows = rows_of(organization, today)
    context = {
        "rows": rows,
        "today": today,
        "unchanged": sum(row.group == "unchanged" for row in rows),
        "on_paper": sum(row.on_paper and not row.application for row in rows),
        "ends": terms_of(organization),
    }
    return render(request, "volunteers/apply/renewals.html", context)


@require_GET
@roles(*STAFF)
def show_renewal(request: HttpRequest, pk: int) -> HttpResponse:
    """One renewal: what changes, and how the pledge was signed."""
    membership, _organization, _user = acting(request)
    application = get_application_for(membership, pk)
    if application.kind != Application.Kind.RENEWAL:
        raise Http404
    context = {
        "application": application,
        "changes": renewals.changes_of(application) if application.state != "accepted" else [],
        "signed": signed_in_words(application),
        "ends_on": fiscal_year_end(application.term_starts_on),
        "open": bool(Application.MOVES[Application.State(application.state)]),
        "steps": list(application.steps.select_related("by")),
    }
    return render(request, "volunteers/apply/renewal.html", context)


@require_POST
@roles(*STAFF)
def accept_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the changes over and add the term."""
    membership, _organization, user = acting(request)
    application = get_application_for(membership, pk)
    attempt(
        request,
        lambda: renewals.accept_renewal(application, by=user, at=database_now()),
        f"{application.name}さんの登録を更新しました。",
    )
    return redirect("volunteers:renewals")


@require_POST
@roles(*STAFF)
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a renewal without renewing: the person may send another one."""
    from volunteers.actions.applications import withdraw_application

    membership, _organization, user = acting(request)
    application = get_application_for(membership, pk)
    if application.kind != Application.Kind.RENEWAL:
        raise Http404
    note = request.POST.get("note", "")[:1000]
    attempt(
        request,
        lambda: withdraw_application(application, by=user, at=database_now(), note=note),
        f"{application.name}さんの更新の申し出を取り下げました。もう一度手続きできます。",
    )
    return redirect("volunteers:renewals")


@require_POST
@roles(*STAFF)
def accept_all(request: HttpRequest) -> HttpResponse:
    """Accept every renewal without changes."""
    _membership, organization, user = acting(request)
    done = renewals.accept_unchanged(organization, by=user, at=database_now())
    messages.success(request, f"変更のない{done}名の登録を更新しました。")
    return redirect("volunteers:renewals")


@require_GET
@roles(*STAFF)
def paper_forms(request: HttpRequest) -> HttpResponse:
    """Renewal forms to print: for one person (``volunteer``), else for all without phone or mail."""
    membership, organization, _user = acting(request)
    today = local(database_now()).date()
    wanted = request.GET.get("volunteer", "")
    if wanted:
        people = [get_volunteer_for(membership, int(wanted) if wanted.isdecimal() else 0)]
    else:
        rows = rows_of(organization, today)
        people = [row.volunteer for row in rows if row.on_paper and not row.application]
    if not people:
        raise Http404
    return _pdf("renewal", renewal_paper(organization, people), "登録更新の用紙")


@require_GET
@roles(*STAFF)
def cards(request: HttpRequest) -> HttpResponse:
    """Cards of everybody whose term ends on the day ``term``."""
    _membership, organization, _user = acting(request)
    try:
        ends_on = date.fromisoformat(request.GET.get("term", ""))
    except ValueError as error:
        raise Http404 from error
    registrations = Registration.objects.filter(
        volunteer__organization=organization, ends_on=ends_on, pledged_on__isnull=False
    ).exclude(volunteer__status=Volunteer.Status.WITHDRAWN)
    found = list(registrations.select_related("volunteer").order_by("volunteer__number"))
    if not found:
        raise Http404
    return _pdf("card", card_paper(organization, found), "ボランティア登録証")


@require_GET
@roles(*STAFF)
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of one person, for the newest term."""
    membership, organization, _user = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    newest = volunteer.registrations.select_related("volunteer").first()
    if newest is None or newest.pledged_on is None:
        raise Http404
    return _pdf("card", card_paper(organization, [newest]), "ボランティア登録証")


def rows_of(organization: Organization, today: date) -> list[Row]:
    """The list, sent in first, then by the end of the term."""
    open_ones = {one.volunteer_id: one for one in renewals.open_renewals(organization)}
    people = ending(today).filter(organization=organization)
    rows = []
    for volunteer in people.order_by("number"):
        ends_on: date = volunteer.term_ends  # type: ignore[attr-defined]
        application = open_ones.get(volunteer.pk)
        if application is None and (today - ends_on).days > YEAR_BACK:
            continue
        changes = len(renewals.changes_of(application)) if application else 0
        rows.append(Row(volunteer, ends_on, application, changes, None))
    return sorted(_with_messages(rows), key=lambda row: (row.application is None, row.ends_on))


def _with_messages(rows: list[Row]) -> list[Row]:
    keys = [row.volunteer.key for row in rows]
    found = Message.objects.filter(recipient__in=keys, kind__in=["renewal", "renewal_last"])
    newest = {one.recipient: one for one in found.order_by("id")}
    return [
        Row(row.volunteer, row.ends_on, row.application, row.changes, newest.get(row.volunteer.key))
        for row in rows
    ]


def terms_of(organization: Organization) -> list[date]:
    """The last days of terms of which cards may be wanted, the newest first."""
    mine = Registration.objects.filter(volunteer__organization=organization)
    newest = mine.aggregate(newest=Max("ends_on"))["newest"]
    if newest is None:
        return []
    ends = mine.filter(pledged_on__isnull=False).values_list("ends_on", flat=True).distinct()
    return sorted(ends, reverse=True)[:3]


def card_paper(organization: Organization, registrations: list[Registration]) -> dict[str, Any]:
    """What the cards say; the name only with consent, no photograph."""
    return {
        "organization": organization.name,
        "organization_en": organization.name_en,
        "phone": organization.phone,
        "cards": [
            {
                "number": str(one.volunteer.number),
                "name": one.volunteer.name if one.volunteer.public_name_consent else "",
                "from": words.day_text(one.starts_on, "ja"),
                "to": words.day_text(one.ends_on, "ja"),
            }
            for one in registrations
        ],
    }


def renewal_paper(organization: Organization, people: list[Volunteer]) -> dict[str, Any]:
    """What the forms say: what the register knows, the pledge, room to correct and to sign."""
    pledge = pledge_of(organization)
    return {
        "organization": organization.name,
        "phone": organization.phone,
        "version": pledge.version,
        "pledge": pledge.text.splitlines(),
        "people": [_paper_of(one) for one in people],
    }


def _paper_of(volunteer: Volunteer) -> dict[str, Any]:
    latest = volunteer.registrations.first()
    marks = {1: "△", 2: "○", 3: "◎"}
    skills = [
        f"{languages.name(row.language)}（日本語へ{marks[row.to_japanese]} 日本語から{marks[row.from_japanese]}）"
        for row in volunteer.skills.all()
    ]
    phone = volunteer.mobile or volunteer.phone
    fields = {row.field for row in volunteer.field_skills.all()}
    return {
        "number": str(volunteer.number),
        "name": volunteer.name,
        "ends_on": words.day_text(latest.ends_on, "ja") if latest else "",
        "facts": [
            ["氏名", volunteer.name],
            ["フリガナ", volunteer.kana],
            ["住所", volunteer.address],
            ["電話", as_written(phone) if phone else ""],
            ["FAX", as_written(volunteer.fax) if volunteer.fax else ""],
            ["メール", volunteer.email],
            ["対応言語", "、".join(skills)],
            ["分野", "、".join(str(text) for code, text in words.FIELDS.items() if code in fields)],
        ],
    }


def _pdf(name: str, data: dict[str, Any], title: str) -> HttpResponse:
    made = paper("volunteers", name, data, title=title)
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )
