"""Addresses of the register's import and export, in the namespace of `volunteers.urls`."""

from django.urls import URLPattern, path

from volunteers import import_views

urlpatterns: list[URLPattern] = [
    path("import/", import_views.upload, name="import"),
    path("import/<int:pk>/columns/", import_views.columns, name="import_map"),
    path("import/<int:pk>/preview/", import_views.preview, name="import_preview"),
    path("import/<int:pk>/confirm/", import_views.confirm, name="import_confirm"),
    path("import/<int:pk>/progress/", import_views.progress, name="import_progress"),
    path("import/<int:pk>/abandon/", import_views.abandon, name="import_abandon"),
    path("export/", import_views.export, name="export"),
]
