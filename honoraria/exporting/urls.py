"""Addresses of this room, inside the namespace ``honoraria``."""

from django.urls import path

from honoraria.exporting import mapping_views, views

urlpatterns = [
    path("", views.list_runs, name="exports"),
    path("rows/", views.rows, name="export_rows"),
    path("start/", views.start, name="export_start"),
    path("<int:pk>/file/", views.fetch, name="export_file"),
    path("mappings/", mapping_views.list_mappings, name="mappings"),
    path("mappings/new/", mapping_views.new, name="mapping_new"),
    path("mappings/preview/", mapping_views.preview_rows, name="mapping_preview"),
    path("mappings/<int:pk>/", mapping_views.edit, name="mapping"),
    path("mappings/<int:pk>/remove/", mapping_views.remove, name="mapping_remove"),
]
