"""Addresses of a volunteer's own pages, included under ``v/``."""

from django.urls import path

from dispatch.phone import calendar, home, jobs, line, pushes, sign_in, term
from dispatch.phone.own.urls import urlpatterns as own_settings
from dispatch.views import roster

app_name = "volunteer"
urlpatterns = [
    path("", home.home, name="home"),
    path("fragment/", home.home_fragment, name="home_fragment"),
    path("on-call/", home.on_call, name="on_call"),
    path("push/subscribe/", pushes.subscribe, name="push_subscribe"),
    path("push/unsubscribe/", pushes.unsubscribe, name="push_unsubscribe"),
    path("push/try/", pushes.try_out, name="push_try"),
    path("shifts/<int:pk>/absent/", roster.own_absence, name="shift_absent"),
    path("line/", line.connect_line, name="line"),
    path("neighbours/", roster.own_consent, name="neighbours"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("history/", home.history, name="history"),
    path("term/", term.term, name="term"),
    path("term/stay/", term.stay, name="stay"),
    path("term/card.pdf", term.card, name="card"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("code/", sign_in.enter_code, name="code"),
    path("code/again/", sign_in.send_again, name="code_again"),
    path("choose/", sign_in.choose, name="choose"),
    path("prove/", sign_in.prove, name="prove"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("assignments/<int:pk>/", jobs.show_job, name="job"),
    path("assignments/<int:pk>/confirm/", jobs.confirm, name="job_confirm"),
    path("assignments/<int:pk>/on-the-way/", jobs.leave, name="job_on_the_way"),
    path("assignments/<int:pk>/arrived/", jobs.be_there, name="job_arrived"),
    path("assignments/<int:pk>/start/", jobs.begin, name="job_start"),
    path("assignments/<int:pk>/finish/", jobs.end, name="job_finish"),
    path("assignments/<int:pk>/give-back/", jobs.hand_back, name="job_give_back"),
    *own_settings,
]
