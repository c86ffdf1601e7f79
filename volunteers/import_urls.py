"""Addresses of the register's import and export, in the namespace of `volunteers.urls`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
