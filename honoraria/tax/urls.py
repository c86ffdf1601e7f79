"""Addresses of this room, inside the namespace ``honoraria``."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
