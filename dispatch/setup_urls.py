"""Addresses of what a desk prepares: coverage, roster, ladder, operators, agreements."""

from __future__ import annotations

from django.urls import path

from dispatch.views import coverage, roster

urlpatterns = [
    path("coverage/", coverage.show_coverage, name="coverage"),
    path("coverage/week/", coverage.show_week, name="coverage_week"),
    path("coverage/week.csv", coverage.download_week, name="coverage_csv"),
    path("roster/", roster.show_roster, name="roster"),
    path("roster/add/", roster.add, name="roster_add"),
    path("roster/shifts/<int:pk>/remove/", roster.remove, name="shift_remove"),
    path("roster/shifts/<int:pk>/absent/", roster.absent, name="shift_absent"),
]
