"""Addresses of this room, inside the namespace ``honoraria``."""

from django.urls import path

from honoraria.figures import views

urlpatterns = [
    path("", views.figures, name="figures"),
    path("<str:name>.csv", views.export, name="figures_csv"),
    path("budget/<int:year>/", views.budget, name="budget"),
]
