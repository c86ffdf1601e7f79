"""The volunteer's own hours and honoraria, included under ``v/``."""

from django.urls import path

from honoraria import volunteer_views

app_name = "volunteer_money"
urlpatterns = [
    path("money/", volunteer_views.money, name="money"),
    path("money/<int:year>/", volunteer_views.statement, name="statement"),
]
