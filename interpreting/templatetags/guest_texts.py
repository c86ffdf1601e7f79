"""Words of the guest pages in templates: `{% say "consent_present" desk=desk_name %}`.

The page's context carries `texts` (see interpreting.guest_texts); a key that is missing there
shows itself, so that it is noticed, and never breaks a guest's page.
"""

from __future__ import annotations

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from interpreting.guest_texts import fill

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: Context, key: str, **values: str) -> str:
    """The text of `key` with {desk}, {phone} and the given words filled in; escaped as usual."""
    text = str((context.get("texts") or {}).get(key, key))
    phone = context.get("desk_phone_written") or context.get("desk_phone", "")
    return fill(text, **{"desk": context.get("desk_name", ""), "phone": phone, **values})


@register.simple_tag
def control(name: str) -> SafeString:
    """A symbol of the room's own controls (mic, camera, leave); decorative."""
    return _symbol("interpreting/room-controls.svg", name)


@register.simple_tag
def sign(name: str) -> SafeString:
    """A pictogram that is understood without words (wait, slower, repeat); decorative."""
    return _symbol("interpreting/room-icons.svg", name)


def _symbol(sheet: str, name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static(sheet), name
    )
