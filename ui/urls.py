"""The styleguide and the mock pages; included only in the demo and in tests."""

from django.urls import path

from ui import views

app_name = "ui"
urlpatterns = [
    path("", views.styleguide, name="styleguide"),
    path("board/", views.mock_board, name="mock_board"),
    path("offer/", views.mock_offer, name="mock_offer"),
    path("outcome/", views.mock_outcome, name="mock_outcome"),
    path("sign-in/", views.mock_sign_in, name="mock_sign_in"),
    path("suggest/", views.suggest, name="suggest"),
]
