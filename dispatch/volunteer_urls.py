"""Addresses of a volunteer's own pages, included under ``v/``."""

from django.urls import path

from dispatch.phone import home

app_name = "volunteer"
urlpatterns = [
    path("", home.home, name="home"),
]
