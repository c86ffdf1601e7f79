"""The settings page of the organization's desks (窓口): a list, and a form for one of them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Role
from dispatch.access import get_desk_for
from dispatch.actions.desks import DeskDraft, save_desk
from dispatch.roster import desks_of
from volunteers.forms.fields import PhoneField


class DeskForm(forms.Form):
    """Name, address, telephone."""

    name = forms.CharField(
        label="名称", max_length=120, error_messages={"required": "名称を入力してください。"}
    )
    address = forms.CharField(label="住所", max_length=200, required=False)
    phone = PhoneField(label="電話")


@roles(Role.ADMIN)
@require_safe
def list_desks(request: HttpRequest) -> HttpResponse:
    """Every desk of the organization."""
    organization = acting(request)[1]
    return render(request, "dispatch/desks.html", {"desks": desks_of(organization)})


@roles(Role.ADMIN)
def edit_desk(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Enter a desk, or change one."""
    membership, organization, user = acting(request)
    desk = get_desk_for(membership, pk) if pk is not None else None
    data = request.POST if request.method == "POST" else None
    now = {name: getattr(desk, name) for name in DeskForm.base_fields} if desk else None
    form = DeskForm(data, initial=now, label_suffix="")
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            draft = DeskDraft(**form.cleaned_data)
            try:
                saved = save_desk(organization, draft, desk=desk, by=user, at=database_now())
            except ActionError as error:
                form.add_error(error.field if error.field in form.fields else None, error.text)
            else:
                messages.success(request, f"{saved.name}を保存しました。")
                return redirect("dispatch:desks")
    return render(request, "dispatch/desk_form.html", {"form": form, "desk": desk}, status=status)
