"""Addresses of this room, inside the namespace ``honoraria``."""

from django.urls import path

from honoraria.payees import views

urlpatterns = [
    path("", views.list_payees, name="payees"),
    path("<int:pk>/", views.detail, name="payee"),
    path("<int:pk>/account/", views.enter, name="payee_account"),
    path("<int:pk>/account/check/", views.check, name="payee_check"),
    path("<int:pk>/account/end/", views.end, name="payee_end"),
    path("<int:pk>/account/reveal/", views.reveal, name="payee_reveal"),
    path("<int:pk>/status/", views.status, name="payee_status"),
]
