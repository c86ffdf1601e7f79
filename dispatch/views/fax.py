"""FAX送信票: a sheet to print for somebody of the call list who is told by FAX."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.models import Role
from dispatch.access import get_call_for
from dispatch.calls import call_list
from dispatch.fax_sheet import sheet_of, title_of
from ui.paper import paper


@roles(Role.COORDINATOR, Role.ADMIN)
@require_safe
def fax_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF; 404 for a message that is not on the call list, or a person without a FAX."""
    membership, organization, _ = acting(request)
    message, at = get_call_for(membership, pk), database_now()
    listed = (one for one in call_list(organization, at) if one.message.pk == message.pk)
    call = next(listed, None)
    if call is None or not call.volunteer.fax:
        raise Http404
    pdf = paper("dispatch", "fax", sheet_of(call, organization, at), title=title_of(call))
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="fax-{message.pk}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer
