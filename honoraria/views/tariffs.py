"""The tariffs: what they say in words, what they give, new versions from presets or by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization
from accounts.times import local
from dispatch.models import Mode
from honoraria import actions
from honoraria.access import get_tariff_for, get_version_for
from honoraria.actions.tariffs import IN_USE, in_use
from honoraria.coverage import gaps, overlaps
from honoraria.forms import SampleForm, TariffForm, TermsForm
from honoraria.models import Tariff, TariffVersion
from honoraria.rules_form import RulesForm, errors_of, initial_of
from honoraria.samples import both_sides, of_texts, samples
from honoraria.tariff import Preset, Rules, TariffError, describe, preset, presets

REFUSED = 422
FIRST_RULES: Rules = {
    "role": "payout",
    "fee": {
        "kind": "base_step",
        "base_minutes": 120,
        "base_amount": 3000,
        "steps": [{"size": 60, "amount": 1000}],
        "rounding": {"method": "ceil"},
    },
    "transport": {"kind": "actual"},
    "waiting": "not_counted",
}


@require_GET
@roles(*MONEY)
def list_tariffs(request: HttpRequest) -> HttpResponse:
    """Every tariff with the version that holds today."""
    _, organization, _ = acting(request)
    today = local(database_now()).date()
    versions = Prefetch("versions", TariffVersion.objects.order_by("-valid_from"))
    rows = [
        {"tariff": tariff, "current": _current(tariff, today)}
        for tariff in Tariff.objects.filter(organization=organization).prefetch_related(versions)
    ]
    context = {
        "rows": rows,
        "presets": presets(),
        "warnings": [*overlaps(organization, today), *gaps(organization, today)],
        "section": "tariffs",
    }
    return render(request, "honoraria/tariffs.html", context)


def _current(tariff: Tariff, today: date) -> dict[str, Any] | None:
    for version in tariff.versions.all():
        if version.valid_from <= today and (version.valid_to is None or today <= version.valid_to):
            words = _words(version.rules)
            return {"version": version, "words": words, "modes": _mode_names(version)}
    return None


def _words(rules: Rules) -> list[str]:
    try:
        return describe(rules)
    except TariffError as error:
        return [str(error)]


def _mode_names(version: TariffVersion) -> list[str]:
    return [str(Mode(code).label) for code in version.modes if code in Mode.values]


@require_GET
@roles(*MONEY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A tariff with all its versions, in words and as a table of samples."""
    membership, _, _ = acting(request)
    tariff = get_tariff_for(membership, pk)
    today = local(database_now()).date()
    versions = [
        {
            "version": version,
            "words": _words(version.rules),
            "modes": _mode_names(version),
            "samples": samples(version.rules, version.valid_from),
            "in_use": in_use(version),
            "current": version.valid_from <= today
            and (version.valid_to is None or today <= version.valid_to),
        }
        for version in tariff.versions.order_by("-valid_from")
    ]
    context = {
        "tariff": tariff,
        "versions": versions,
        "section": "tariffs",
    }
    return render(request, "honoraria/tariff.html", context)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def new(request: HttpRequest) -> HttpResponse:
    """A new tariff, perhaps from a published one."""
    _, organization, user = acting(request)
    chosen = _preset(request)
    around: dict[str, Any] = {}
    usual: dict[str, Any] = {}
    shown, first_day = _first_rules(), local(database_now()).date()
    if chosen is not None:
        shown, first_day = initial_of(chosen.rules), chosen.valid_from or first_day
        around = {"name": chosen.name}
        usual = {"paid_by": chosen.paid_by, "tax": chosen.tax}
        if of_texts(chosen.rules):
            usual["modes"] = [Mode.TRANSLATION]
    form = TariffForm(request.POST or None, initial=around)
    terms = TermsForm(request.POST or None, initial=usual)
    rules_form = _rules_form(request, {**shown, "valid_from": first_day})
    good = request.method == "POST" and form.is_valid() & terms.is_valid() & rules_form.is_valid()
    if good and not _peek(request):
        try:
            version = actions.create_tariff(
                organization,
                **form.values(),
                **terms.values(),
                valid_from=rules_form.cleaned_data["valid_from"],
                rules=rules_form.rules(),
                by=user,
                at=database_now(),
            )
        except ActionError as error:
            _refuse(rules_form, error)
        else:
            messages.success(request, "謝礼基準を作りました。")
            return redirect("honoraria:tariff", version.tariff_id)
    return _form_page(
        request, None, "謝礼基準を作る", form=form, terms=terms, rules_form=rules_form
    )


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name and priority."""
    membership, _, user = acting(request)
    tariff = get_tariff_for(membership, pk)
    kept = {name: getattr(tariff, name) for name in TariffForm.NAMES}
    form = TariffForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        actions.update_tariff(tariff, **form.values(), by=user, at=database_now())
        messages.success(request, "変更しました。")
        return redirect("honoraria:tariff", pk)
    return _form_page(request, tariff, "名称・優先順位を変える", form=form)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def new_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Other rules from a day on; starts from the present ones or from a preset."""
    membership, _, user = acting(request)
    tariff = get_tariff_for(membership, pk)
    latest = tariff.versions.order_by("-valid_from").first()
    chosen = _preset(request)
    start = chosen or latest
    rules_form = _rules_form(request, _first_rules() if start is None else initial_of(start.rules))
    terms = TermsForm(request.POST or None, initial=_terms_of(latest))
    good = request.method == "POST" and terms.is_valid() & rules_form.is_valid()
    if good and not _peek(request):
        try:
            actions.add_version(
                tariff,
                valid_from=rules_form.cleaned_data["valid_from"],
                rules=rules_form.rules(),
                terms=terms.values(),
                by=user,
                at=database_now(),
            )
        except ActionError as error:
            _refuse(rules_form, error)
        else:
            messages.success(request, "新しい版を作りました。前の版は、前日で終わります。")
            return redirect("honoraria:tariff", pk)
    return _form_page(request, tariff, "新しい版を作る", terms=terms, rules_form=rules_form)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def edit_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a version that no approved entry used."""
    membership, _, user = acting(request)
    version = get_version_for(membership, pk)
    if request.method == "GET" and in_use(version):
        messages.info(request, IN_USE)
        return redirect("honoraria:tariff", version.tariff_id)
    rules_form = _rules_form(
        request, {**initial_of(version.rules), "valid_from": version.valid_from}
    )
    terms = TermsForm(request.POST or None, initial=_terms_of(version))
    good = request.method == "POST" and terms.is_valid() & rules_form.is_valid()
    if good and not _peek(request):
        try:
            actions.change_version(
                version,
                valid_from=rules_form.cleaned_data["valid_from"],
                rules=rules_form.rules(),
                terms=terms.values(),
                by=user,
                at=database_now(),
            )
        except ActionError as error:
            _refuse(rules_form, error)
        else:
            messages.success(request, "版を直しました。承認前の謝礼は計算し直しました。")
            return redirect("honoraria:tariff", version.tariff_id)
    return _form_page(request, version.tariff, "版を直す", terms=terms, rules_form=rules_form)


@require_POST
@roles(*MONEY)
def preview(request: HttpRequest) -> HttpResponse:
    """What the rules typed so far say and give; nothing is kept."""
    _, organization, _ = acting(request)
    context = _preview(request, RulesForm(request.POST), organization)
    return render(request, "honoraria/preview.html", context)


def _preview(
    request: HttpRequest, rules_form: RulesForm, organization: Organization
) -> dict[str, Any]:
    today = local(database_now()).date()
    sample_form = SampleForm(request.POST)
    if not rules_form.is_valid():
        return {"problems": list(errors_of(rules_form)), "sample_form": sample_form}
    rules, first = rules_form.rules(), rules_form.cleaned_data["valid_from"] or today
    activity = sample_form.activity(first)
    return {
        "words": _words(rules),
        "samples": samples(rules, first),
        "sides": both_sides(rules, activity, organization),
        "sample_form": sample_form,
    }


def _first_rules() -> dict[str, Any]:
    """The fields before anything is typed: a usual kind of rules, without amounts."""
    return {
        name: value
        for name, value in initial_of(FIRST_RULES).items()
        if not name.endswith(("amount", "base_minutes", "size"))
    }


def _terms_of(version: TariffVersion | None) -> dict[str, Any]:
    """What a version says beside its rules; nothing before the first."""
    return {} if version is None else {n: getattr(version, n) for n in TariffVersion.TERMS}


def _rules_form(request: HttpRequest, initial: dict[str, Any]) -> RulesForm:
    """The form as sent, with two more rows of what ``more`` names, or as the rules are."""
    return RulesForm(request.POST or None, initial=initial, more=request.POST.get("more", ""))


def _preset(request: HttpRequest) -> Preset | None:
    """The published tariff that the address names."""
    try:
        return preset(request.GET.get("preset", ""))
    except KeyError:
        return None


def _peek(request: HttpRequest) -> bool:
    """Only the preview or another row was asked for."""
    return "preview" in request.POST or "more" in request.POST


def _refuse(form: RulesForm, error: ActionError) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.text)


def _form_page(
    request: HttpRequest,
    tariff: Tariff | None,
    heading: str,
    *,
    form: TariffForm | None = None,
    terms: TermsForm | None = None,
    rules_form: RulesForm | None = None,
) -> HttpResponse:
    _, organization, _ = acting(request)
    shown: dict[str, Any] = {"sample_form": SampleForm()}
    if rules_form is not None and rules_form.is_bound:
        shown = _preview(request, rules_form, organization)
    context = {
        "form": form,
        "terms": terms,
        "rules_form": rules_form,
        "tariff": tariff,
        "heading": heading,
        "presets": presets() if rules_form is not None else (),
        "preset": request.GET.get("preset", ""),
        "section": "tariffs",
        **shown,
    }
    refused = request.method == "POST" and not _peek(request)
    return render(
        request, "honoraria/tariff_form.html", context, status=REFUSED if refused else 200
    )
