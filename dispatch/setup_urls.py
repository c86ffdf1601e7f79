"""Addresses of what a desk prepares: coverage, roster, ladder, desks, operators, agreements."""

from __future__ import annotations

from django.urls import path

from dispatch.views import (
    coverage,
    desks,
    feeds,
    ladder,
    operators,
    roster,
    sharing,
    templates,
)

urlpatterns = [
    path("coverage/", coverage.show_coverage, name="coverage"),
    path("coverage/week/", coverage.show_week, name="coverage_week"),
    path("coverage/week.csv", coverage.download_week, name="coverage_csv"),
    path("roster/", roster.show_roster, name="roster"),
    path("roster/add/", roster.add, name="roster_add"),
    path("roster/shifts/<int:pk>/remove/", roster.remove, name="shift_remove"),
    path("roster/shifts/<int:pk>/absent/", roster.absent, name="shift_absent"),
    path("settings/ladder/", ladder.edit_ladder, name="ladder"),
    path("settings/ladder/preview/", ladder.preview, name="ladder_preview"),
    path("settings/operators/", operators.list_operators, name="operators"),
    path("settings/operators/new/", operators.edit_operator, name="operator_new"),
    path("settings/operators/calls/", operators.list_calls, name="operator_calls"),
    path("settings/operators/calls.csv", operators.download_calls, name="operator_calls_csv"),
    path("settings/operators/<int:pk>/", operators.edit_operator, name="operator_edit"),
    path("settings/operators/<int:pk>/<slug:verb>/", operators.operator_verb, name="operator_verb"),
    path("settings/messages/", templates.list_templates, name="templates"),
    path(
        "settings/messages/<slug:kind>/<slug:language>/", templates.edit_template, name="template"
    ),
    path(
        "settings/messages/<slug:kind>/<slug:language>/preview/",
        templates.preview_template,
        name="template_preview",
    ),
    path("settings/desks/", desks.list_desks, name="desks"),
    path("settings/desks/new/", desks.edit_desk, name="desk_new"),
    path("settings/desks/<int:pk>/", desks.edit_desk, name="desk_edit"),
    path("settings/desks/<int:pk>/calendar/", feeds.desk_calendar, name="desk_calendar"),
    path("settings/sharing/", sharing.list_agreements, name="sharing"),
    path("settings/sharing/<int:pk>/<slug:verb>/", sharing.agreement_verb, name="sharing_verb"),
]
