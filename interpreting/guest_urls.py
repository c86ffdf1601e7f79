"""Pages for people without an account, included at the root."""

from django.urls import path

from interpreting.rooms.views import guest

app_name = "guest"
urlpatterns = [
    path("r/<str:token>/", guest.entry, name="entry"),
    path("seat/<int:pk>/", guest.show_seat, name="seat"),
    path("seat/<int:pk>/state/", guest.state, name="state"),
    path("seat/<int:pk>/leave/", guest.leave, name="leave"),
    path("tablet/", guest.tablet, name="tablet"),
]
