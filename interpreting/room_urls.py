"""The desk's pages of rooms, included at the root."""

from django.urls import path

from interpreting.guest_texts import views as guest_texts
from interpreting.rooms.views import staff

app_name = "interpreting"
urlpatterns = [
    path("requests/<int:pk>/room/", staff.open_room, name="open_room"),
    path("rooms/<int:pk>/", staff.show_room, name="room"),
    path("rooms/<int:pk>/panel/", staff.panel, name="room_panel"),
    path("rooms/<int:pk>/invite/", staff.invite, name="room_invite"),
    path("rooms/<int:pk>/do/<slug:verb>/", staff.room_verb, name="room_verb"),
    path("rooms/<int:pk>/seats/<int:seat>/invitation/", staff.invitation, name="room_invitation"),
    path("rooms/<int:pk>/seats/<int:seat>/do/<slug:verb>/", staff.seat_verb, name="seat_verb"),
    path("settings/guest-languages/", guest_texts.list_languages, name="guest_languages"),
    path("settings/guest-languages/<str:tag>/", guest_texts.show_language, name="guest_language"),
    path(
        "settings/guest-languages/<str:tag>/sheet/",
        guest_texts.print_sheet,
        name="guest_language_sheet",
    ),
]
