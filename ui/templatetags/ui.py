"""Tags for pages: icons, chips, fields, countdowns, progress, pages of a list.

`{% load ui %}` in a template, then `{% field form.language %}`, `{% status "open" %}` and so on.
Everything escapes what it is given; nothing writes inline styles or handlers (the content
security policy forbids them).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, HiddenInput
from django.forms.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ui import furigana
from ui.states import Look, look_of

register = template.Library()

AVATAR_TONES = 6


@register.simple_tag
def asset(path: str) -> str:
    """The URL of a static file; error pages still work where the manifest lacks it."""
    try:
        return static(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A symbol of the icon sheet; decorative unless `label` says what it means."""
    href = f"{asset('ui/icons/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag
def brand(href: str = "") -> SafeString:
    """Mark and wordmark; a link when `href` is given."""
    sheet = asset("ui/icons/icons.svg")
    inner = format_html(
        '<svg class="brand__mark" aria-hidden="true"><use href="{0}#mark"></use></svg>'
        '<svg class="brand__word" role="img" aria-label="つなぎ"><use href="{0}#wordmark"></use>'
        "</svg>",
        sheet,
    )
    if href:
        return format_html('<a class="brand" href="{}" aria-label="つなぎ">{}</a>', href, inner)
    return format_html('<span class="brand">{}</span>', inner)


@register.simple_tag
def chip(label: str, tone: str = "", icon_name: str = "info") -> SafeString:
    """A chip with an icon and words: `{% chip "研修修了" "ok" "check" %}`."""
    tone_class = f" chip--{tone}" if tone else ""
    return format_html('<span class="chip{}">{}{}</span>', tone_class, icon(icon_name), label)


@register.simple_tag
def status(code: str, kind: str = "request", label: str = "") -> SafeString:
    """The chip of a state: kind is request, offer, assignment, honorarium, volunteer."""
    look: Look = look_of(kind, code)
    return chip(label or str(look.label), look.tone, look.icon)


@register.simple_tag
def urgency(code: str) -> SafeString:
    """The chip of now, today or booked."""
    return status(code, "urgency")


@register.simple_tag
def mode(code: str) -> SafeString:
    """The chip of accompany, onsite, video, phone or translation."""
    return status(code, "mode")


@register.simple_tag
def state_label(code: str, kind: str = "request") -> str:
    """Only the words of a state."""
    return str(look_of(kind, code).label)


@register.simple_tag
def state_icon(code: str, kind: str = "request") -> SafeString:
    """Only the icon of a state; the words must stand beside it."""
    return icon(look_of(kind, code).icon)


@register.simple_tag
def countdown(until: datetime | None, label: str = "残り時間", large: bool = False) -> SafeString:
    """Time left until an aware instant; without JavaScript the wall time in Asia/Tokyo."""
    if until is None:
        return SafeString("")
    local = timezone.localtime(until)
    return format_html(
        '<time class="countdown{}" role="timer" aria-label="{}" datetime="{}" data-countdown="{}">'
        "{}まで</time>",
        " countdown--large" if large else "",
        label,
        until.isoformat(),
        until.isoformat(),
        local.strftime("%H:%M"),
    )


@register.simple_tag
def avatar(name: str, large: bool = False) -> SafeString:
    """The first letter of a pseudonym or name on a tone derived from it; decorative."""
    text = name.strip()
    tone = sum(map(ord, text)) % AVATAR_TONES
    size = " avatar--large" if large else ""
    return format_html(
        '<span class="avatar avatar--{}{}" aria-hidden="true">{}</span>',
        tone,
        size,
        text[:1].upper() or "？",
    )


def described_by(bound: BoundField, with_help: bool) -> str:
    """Ids of the help and error texts of a field, in reading order."""
    ids = [f"{bound.auto_id}_helptext"] if with_help else []
    ids += [f"{bound.auto_id}_error"] if bound.errors else []
    return " ".join(ids)


@register.inclusion_tag("ui/field.html")
def field(
    bound: BoundField,
    *,
    label: str = "",
    help: str = "",
    classes: str = "",
    placeholder: str = "",
    mark_optional: bool = False,
    **attributes: Any,
) -> dict[str, Any]:
    """Label, required mark, help, control and errors of one form field.

    Further keywords become attributes of the control, `_` as `-`:
    `{% field form.language data_combobox="1" data_url=url autocomplete="off" %}`.
    """
    help_text = help or bound.help_text
    group = bool(getattr(bound, "use_fieldset", False))
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    if placeholder:
        attrs["placeholder"] = placeholder
    if not group and (ids := described_by(bound, bool(help_text))):
        attrs["aria-describedby"] = ids
    return {
        "field": bound,
        "label": label or bound.label,
        "help": help_text,
        "group": group,
        "single": isinstance(bound.field.widget, CheckboxInput),
        "hidden": isinstance(bound.field.widget, HiddenInput),
        "classes": classes,
        "mark_optional": mark_optional and not bound.field.required,
        "describedby": described_by(bound, bool(help_text)),
        "control": bound if group else bound.as_widget(attrs=attrs),
    }


def every_error(form: "BaseForm | BaseFormSet[Any]") -> Iterator[tuple[str, str, str]]:
    """(anchor, label, text) of every error; anchor and label are empty for the whole form."""
    if isinstance(form, BaseFormSet):
        yield from (("", "", str(text)) for text in form.non_form_errors())
        for one in form.forms:
            yield from every_error(one)
        return
    yield from (("", "", str(text)) for text in form.non_field_errors())
    for bound in form:
        anchor = bound.id_for_label or f"{bound.auto_id}_error"
        yield from ((anchor, str(bound.label), str(text)) for text in bound.errors)


@register.inclusion_tag("ui/error_summary.html")
def error_summary(*forms: "BaseForm | BaseFormSet[Any]") -> dict[str, Any]:
    """A list of everything to be corrected, each line a link to its field; empty if nothing."""
    return {"errors": [error for form in forms if form.is_bound for error in every_error(form)]}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], noun: str = "件") -> dict[str, Any]:
    """Links to the pages of a list; keeps the query string. `noun` counts: 件, 名."""
    numbers = list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))
    return {
        "page": page,
        "numbers": numbers,
        "gap": page.paginator.ELLIPSIS,
        "noun": noun,
        "request": context.get("request"),
    }


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int, label: str, key: str = "progress") -> dict[str, Any]:
    """A progress bar with figures; a total of 0 shows that it is not known yet."""
    return {"done": done, "total": total, "label": label, "key": key}


@register.simple_tag
def reader_languages() -> list[dict[str, Any]]:
    """The languages of the site: code, own name (never translated), lang attribute, current."""
    active = get_language() or settings.LANGUAGE_CODE
    return [
        {
            "code": code,
            "name": name,
            "lang": "ja" if code.startswith("ja") else code,
            "current": code == active,
        }
        for code, name in settings.LANGUAGES
    ]


@register.simple_tag(takes_context=True)
def readings_switch(context: template.Context) -> str:
    """What the switch of ふりがな turns to: "on" or "off"; empty where there are none."""
    request = context.get("request")
    if request is None or get_language() != furigana.LANGUAGE:
        return ""
    return furigana.OFF if furigana.wanted(request) else "on"


@register.simple_tag
def html_language() -> str:
    """The `lang` attribute for the active language (easy Japanese is still `ja`)."""
    code = get_language() or "ja"
    return "ja" if code.startswith("ja") else code
