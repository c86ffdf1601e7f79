"""Staff pages about reports, under /reports/."""

from django.urls import path

from interpreting import views

app_name = "reports"
urlpatterns = [
    path("", views.list_reports, name="list"),
    path("confirm/", views.confirm_many, name="confirm_many"),
    path("assignment/<int:pk>/", views.enter, name="enter"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/confirm/", views.confirm, name="confirm"),
    path("<int:pk>/return/", views.send_back, name="return"),
    path("receipts/<int:pk>/", views.receipt, name="receipt"),
]
