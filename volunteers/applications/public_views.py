"""The pages of an applicant: the form, proving the contact, the state of the application, signing.

Nobody is signed in here. A draft belongs to the browser's session; what has been sent, to whoever
has its secret reference. Works without JavaScript; what was typed and the files survive mistakes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clock import database_now
from accounts.codes import issue_code, redeem_code
from accounts.errors import ActionError
from accounts.models import Organization
from accounts.throttle import Throttle, address_of
from accounts.times import local
from ui.reading import personal, read_in
from volunteers.actions import application_drafts as drafts
from volunteers.actions import applications as actions
from volunteers.applications import messages as telling
from volunteers.applications import rules, words
from volunteers.applications.documents import LARGEST, MOST, read_document
from volunteers.applications.forms import (
    ApplicationForm,
    ConfirmationForm,
    SigningForm,
    SkillRows,
    SkillSet,
    blank_rows,
    initial_of,
    typed_values,
)
from volunteers.applications.pledges import pledge_of, text_in
from volunteers.models import Application

DRAFTS = "applications"  # in the session: slug → reference of the draft
SENT_CODE = "application_code"  # in the session: reference and channel a code was sent for
POSTS = Throttle("application-posts", 60, 3600)
BEGUN = Throttle("applications-begun", 20, 3600)
CODES = Throttle("application-codes", 10, 3600)
TRIES = Throttle("application-tries", 60, 3600)
SMS_CODES = Throttle("application-sms-codes", 20, 3600)
"""Of one organization, which pays for them out of what its offers are paid from."""
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@personal
def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; every press keeps what was typed and the files that are fine."""
    organization = _taking(slug)
    read_in(request)
    at = database_now()
    if request.method != "POST":
        return _show_form(request, organization, _draft_of(request, organization), at)
    if request.POST.get("website"):  # no person sees this field
        return redirect("volunteers:apply", slug)
    draft = _draft_of(request, organization)
    if POSTS.count(address_of(request)) or (draft is None and BEGUN.count(address_of(request))):
        return _refuse(request, organization, at)
    if draft is None:
        draft = drafts.begin_application(organization, language=_language(request), at=at)
        _remember(request, organization, draft)
    drafts.keep_draft(draft, typed_values(request.POST), at=at)
    return _go_on(request, organization, draft, at)


def _go_on(
    request: HttpRequest, organization: Organization, draft: Application, at: datetime
) -> HttpResponse:
    """Save, take a file out, or go on to the confirmation if everything is right."""
    refused = _take_files(request, draft, at)
    if request.POST.get("remove", "").isdecimal():
        drafts.remove_document(draft, int(request.POST["remove"][:18]), at=at)
        return redirect("volunteers:apply", organization.slug)
    if "save" in request.POST and not refused:
        messages.success(request, _("下書きを保存しました。このままとじても、14日間残ります。"))
        return redirect("volunteers:apply", organization.slug)
    form, rows = _forms(organization, at, request.POST)
    for text in refused:
        form.add_error(None, text)
    if form.is_valid() & rows.is_valid() and not refused:
        drafts.complete_draft(draft, form.cleaned_data, rows.skills(), at=at)
        return redirect("volunteers:apply_confirm", organization.slug)
    return _show_form(request, organization, draft, at, (form, rows))


@get_or_post
@personal
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """What will be sent, and the code that proves the contact; with it the application is sent."""
    organization = _taking(slug)
    read_in(request)
    draft, at = _draft_of(request, organization), database_now()
    if draft is None or not draft.draft.get("complete"):
        return redirect("volunteers:apply", slug)
    sent = request.session.get(SENT_CODE, {})
    channel = sent.get("channel", "") if sent.get("reference") == draft.reference else ""
    form = ConfirmationForm(request.POST if "code" in request.POST else None, label_suffix="")
    if request.method == "POST" and request.POST.get("send") in _contacts(draft):
        channel = request.POST["send"]
        try:
            _send_code(request, draft, channel, at)
            return redirect("volunteers:apply_confirm", slug)
        except ActionError as error:
            messages.error(request, error.text)
    elif request.method == "POST" and channel and form.is_valid():
        answer = _submit(request, draft, channel, form, at)
        if answer is not None:
            return answer
    context = {
        "organization": organization,
        "application": draft,
        "contacts": _contacts(draft),
        "channel": channel,
        "form": form,
        "facts": facts_of(draft),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "volunteers/apply/confirm.html", context, status=status)


@get_or_post
@personal
def status(request: HttpRequest, reference: str) -> HttpResponse:
    """How the application stands; taking it back; the pledge to sign once it goes well."""
    application = _sent(reference)
    read_in(request, application.message_language)
    at = database_now()
    form = SigningForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            name = form.cleaned_data["signed_name"]
            actions.sign_pledge(application, signed_name=name, at=at)
            messages.success(request, _("署名しました。ありがとうございます。"))
            return redirect("volunteers:application_status", reference)
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, error.text)
    signable = application.state in ("screening", "interview") and not application.pledged_on
    context = {
        "organization": application.organization,
        "application": application,
        "state": words.STATES[application.state],
        "when": words.instant_text(application.interview_at) if application.interview_at else "",
        "open": bool(Application.MOVES[Application.State(application.state)]),
        "signable": signable,
        "form": form,
        **pledge_context(request, application.organization),
    }
    status_code = 422 if form.is_bound and form.errors else 200
    return render(request, "volunteers/apply/status.html", context, status=status_code)


@require_POST
@personal
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """The applicant takes the application back."""
    application = _sent(reference)
    read_in(request, application.message_language)
    try:
        actions.withdraw_application(application, by=None, at=database_now())
    except ActionError:
        messages.error(request, _("いまは取り消せません。窓口にご連絡ください。"))
    return redirect("volunteers:application_status", reference)


def pledge_context(request: HttpRequest, organization: Organization) -> dict[str, Any]:
    """The pledge in the reader's language, and in Japanese as the one that binds."""
    pledge = pledge_of(organization)
    text = text_in(pledge, request.LANGUAGE_CODE or "ja")
    return {
        "pledge": pledge,
        "pledge_text": text,
        "binding": "" if text == pledge.text else pledge.text,
    }


def facts_of(application: Application) -> list[tuple[str, str]]:
    """What was filled in, in the words of the reader, to look through once more."""
    from volunteers import languages

    spoken = "、".join(
        languages.name(skill["language"], words.reader()) for skill in application.skills
    )
    wanted = "、".join(
        str(words.FIELDS[code]) for code in application.fields if code in words.FIELDS
    )
    facts = [
        (_("氏名"), application.name),
        (_("生年月日"), words.day_text(application.birth_date) if application.birth_date else ""),
        (_("住所"), application.address),
        (_("ことば"), spoken),
        (_("協力できる分野"), wanted),
        (_("応募の理由、これまでの経験"), application.motive),
        (_("保護者の氏名"), application.guardian_name),
        (_("書類"), "、".join(one.file_name for one in application.documents.all())),
    ]
    return [(label, value) for label, value in facts if value]


def _taking(slug: str) -> Organization:
    return get_object_or_404(Organization, slug=slug, takes_applications=True)


def _sent(reference: str) -> Application:
    rows = Application.objects.select_related("organization").exclude(state="draft")
    found = rows.filter(reference=reference, kind=Application.Kind.NEW).first()
    if found is None:
        raise Http404
    return found


def _draft_of(request: HttpRequest, organization: Organization) -> Application | None:
    reference = request.session.get(DRAFTS, {}).get(organization.slug, "")
    rows = Application.objects.filter(organization=organization, state=Application.State.DRAFT)
    return rows.select_related("organization").filter(reference=reference).first()


def _remember(request: HttpRequest, organization: Organization, draft: Application) -> None:
    known = dict(request.session.get(DRAFTS, {}))
    request.session[DRAFTS] = {**known, organization.slug: draft.reference}


def _language(request: HttpRequest) -> str:
    return request.LANGUAGE_CODE or "ja"


def _forms(
    organization: Organization,
    at: datetime,
    data: Any = None,
    typed: dict[str, list[str]] | None = None,
) -> tuple[ApplicationForm, SkillRows]:
    main, rows = initial_of(typed or {})
    today = local(at).date()
    form = ApplicationForm(
        data, initial=main, organization=organization, term=rules.term_for(today), today=today
    )
    shown = blank_rows(rows, 3)
    return form, cast(SkillRows, SkillSet(data, prefix="skills", initial=shown))


def _show_form(
    request: HttpRequest,
    organization: Organization,
    draft: Application | None,
    at: datetime,
    sent: tuple[ApplicationForm, SkillRows] | None = None,
) -> HttpResponse:
    typed = draft.draft.get("typed") if draft else None
    form, rows = sent or _forms(organization, at, typed=typed)
    term = rules.term_for(local(at).date())
    context = {
        "organization": organization,
        "form": form,
        "rows": rows,
        "documents": list(draft.documents.defer("content")) if draft else [],
        "most": MOST,
        "megabytes": LARGEST // 1024 // 1024,
        "term": words.day_text(term),
        "draft": draft,
    }
    code = 422 if form.is_bound and (form.errors or not rows.is_valid()) else 200
    return render(request, "volunteers/apply/form.html", context, status=code)


def _refuse(request: HttpRequest, organization: Organization, at: datetime) -> HttpResponse:
    form, rows = _forms(organization, at, request.POST)
    form.is_valid()
    form.add_error(None, _("続けて送信されました。しばらくおいてから、もう一度お試しください。"))
    response = _show_form(request, organization, _draft_of(request, organization), at, (form, rows))
    response.status_code = 429
    return response


def _take_files(request: HttpRequest, draft: Application, at: datetime) -> list[str]:
    """Keep the files that are fine; what is wrong with the others."""
    refused = []
    uploads = request.FILES.getlist("documents")
    room = MOST - draft.documents.count()
    for upload in uploads[:room]:  # the others are not even looked at: looking costs
        try:
            drafts.add_document(draft, read_document(upload), at=at)
        except ActionError as error:
            refused.append(error.text)
    return refused if len(uploads) <= room else [*refused, drafts.too_many().text]


def _contacts(draft: Application) -> dict[str, str]:
    """Where a code may go: anybody can have one sent, so only to mobiles in Japan, and by e-mail."""
    from volunteers.phones import as_written, is_mobile

    mobile = as_written(draft.mobile) if is_mobile(draft.mobile) else ""
    known = {"sms": mobile, "email": draft.email}
    return {channel: address for channel, address in known.items() if address}


def _address(draft: Application, channel: str) -> str:
    return {"sms": draft.mobile, "email": draft.email}.get(channel, "")


def _send_code(request: HttpRequest, draft: Application, channel: str, at: datetime) -> None:
    """Send a code to the contact; raises ActionError too_many_codes, sms_used_up."""
    if CODES.count(address_of(request)):
        text = _("続けて送信されました。しばらくおいてから、もう一度お試しください。")
        raise ActionError("too_many_codes", text, status=429)
    draft.contact_channel = channel  # not saved before the code has come back
    with transaction.atomic():
        code = issue_code(telling.subject_of(_address(draft, channel)), at=at)
        if channel == "sms" and SMS_CODES.count(str(draft.organization_id)):
            text = _(
                "いまはSMSで確認番号を送れません。メールで受け取るか、1時間ほどお待ちください。"
            )
            raise ActionError("sms_used_up", text, status=429)
        telling.tell_applicant(draft, "code", at=at, code=code)
    request.session[SENT_CODE] = {"reference": draft.reference, "channel": channel}


def _submit(
    request: HttpRequest, draft: Application, channel: str, form: ConfirmationForm, at: datetime
) -> HttpResponse | None:
    """Send the application if the code is right; None with the reason in the form."""
    subject = telling.subject_of(_address(draft, channel))
    if TRIES.count(address_of(request)):
        form.add_error(None, _("続けて入力されました。しばらくおいてから、お試しください。"))
    elif not redeem_code(subject, form.cleaned_data["code"], at=at):
        text = _("番号が違うか、期限が過ぎています。新しい番号を送ることもできます。")
        form.add_error("code", text)
    else:
        try:
            actions.submit_application(draft, channel=channel, at=at)
        except ActionError as error:
            messages.error(request, error.text)
            return redirect("volunteers:apply", draft.organization.slug)
        request.session.pop(SENT_CODE, None)
        kept = dict(request.session.get(DRAFTS, {}))
        kept.pop(draft.organization.slug, None)
        request.session[DRAFTS] = kept
        return redirect("volunteers:application_status", draft.reference)
    return None
