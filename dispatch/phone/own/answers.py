"""What every settings page does with a form: try the action, say what was kept, or show it again."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.errors import ActionError
from dispatch.phone import words


def accepted(request: HttpRequest, form: Form, act: Callable[[], object], done: str = "") -> bool:
    """Run the action of a valid form; a refusal becomes an error of the form (then False)."""
    if not form.is_valid():
        return False
    try:
        act()
    except ActionError as error:
        form.add_error(error.field if error.field in form.fields else None, words.refusal(error))
        return False
    messages.success(request, done or _("保存しました。"))
    return True


def status_of(form: Form) -> int:
    """422 for a form that came back with errors."""
    return 422 if form.is_bound and form.errors else 200
