"""The interpreter's room, included under ``v/``."""

from django.urls import path

from interpreting.rooms.views import volunteer

app_name = "volunteer_room"
urlpatterns = [path("rooms/<int:pk>/", volunteer.show_room, name="room")]
