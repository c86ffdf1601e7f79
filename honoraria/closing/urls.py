"""Addresses of this room, inside the namespace ``honoraria``."""

from django.urls import path

from honoraria.closing import views

urlpatterns = [
    path("", views.months, name="months"),
    path("<str:name>/", views.month, name="month"),
    path("<str:name>/close/", views.close, name="month_close"),
    path("<str:name>/reopen/", views.reopen, name="month_reopen"),
]
