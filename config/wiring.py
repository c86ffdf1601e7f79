"""What lower floors are told about higher ones: streams for sockets, subscriptions, tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import Organization


def connect() -> None:
    """Called once when the apps are ready."""
    import accounts.subscriptions
    import dispatch.register_panels
    import dispatch.staying
    import dispatch.streams
    import dispatch.subscriptions
    import honoraria.own_data
    import honoraria.own_notices
    import interpreting.own_data
    import interpreting.rooms.links as rooms
    import interpreting.subscriptions_sessions
    import interpreting.telephone.links as telephone
    import interpreting.volunteer_views
    import volunteers.streams

    dispatch.streams.register()
    volunteers.streams.register()
    dispatch.register_panels.register()
    dispatch.staying.register()
    interpreting.subscriptions_sessions.register()
    dispatch.subscriptions.request_panels.append(rooms.request_panel)  # above the telephone's
    telephone.register()
    accounts.subscriptions.body_choices.append(requesting_bodies)
    dispatch.subscriptions.report_states.append(interpreting.volunteer_views.states_of_reports)
    dispatch.subscriptions.own_data.append(interpreting.own_data.own_data)
    dispatch.subscriptions.own_data.append(honoraria.own_data.own_data)
    dispatch.subscriptions.own_notices.append(honoraria.own_notices.notices)
    dispatch.subscriptions.on_seated.append(rooms.on_seated)
    dispatch.subscriptions.on_released.append(rooms.on_released)
    dispatch.subscriptions.on_over.append(rooms.on_over)
    dispatch.subscriptions.room_links.append(rooms.room_link)
    dispatch.subscriptions.room_openings.append(rooms.opens_at)
    dispatch.subscriptions.room_states.append(rooms.room_states)


def requesting_bodies(organization: Organization) -> list[tuple[int, str]]:
    """(id, name) of the bodies that a requester may stand for."""
    from dispatch.models import RequestingBody

    found = RequestingBody.objects.filter(organization_id=organization.pk)
    return list(found.values_list("pk", "name"))
