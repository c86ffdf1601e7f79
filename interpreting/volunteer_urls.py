"""The volunteer's own report, included under ``v/``."""

from django.urls import path

from interpreting import volunteer_views

app_name = "volunteer_report"
urlpatterns = [
    path("assignments/<int:pk>/report/", volunteer_views.report, name="report"),
    path("receipts/<int:pk>/", volunteer_views.receipt, name="receipt"),
]
