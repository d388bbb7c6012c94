"""Addresses of the farmer's door."""

from __future__ import annotations

from django.urls import path

from fangpin.web.public.views import ask, follow, paper, receipt

urlpatterns = [
    path("progress/", follow.look_up, name="declare-progress"),
    path("progress/close/", follow.close, name="declare-close"),
    path("progress/appeal/", follow.file_appeal, name="declare-appeal"),
    path("progress/letter/", paper.household_letter, name="declare-letter"),
    path(
        "progress/letter.pdf",
        paper.household_letter,
        {"form": "pdf"},
        name="declare-letter-pdf",
    ),
    path("progress/<str:receipt_no>/", follow.look_up, name="declare-progress-of"),
    path("letters/<str:receipt_no>/", paper.printed_letter, name="declaration-letter"),
    path(
        "letters/<str:receipt_no>/letter.pdf",
        paper.printed_letter,
        {"form": "pdf"},
        name="declaration-letter-pdf",
    ),
    path("posters/<str:division>/", paper.printed_posters, name="declaration-posters"),
    path(
        "posters/<str:division>/posters.pdf",
        paper.printed_posters,
        {"form": "pdf"},
        name="declaration-posters-pdf",
    ),
    path("<str:village>/<str:check>/", ask.start, name="declare"),
    path("<str:village>/<str:check>/poster/", paper.poster, name="declare-poster"),
    path("<str:village>/<str:check>/check/", ask.check_answers, name="declare-check"),
    path("<str:village>/<str:check>/receipt/", receipt.receipt, name="declare-receipt"),
    path("<str:village>/<str:check>/again/", receipt.again, name="declare-again"),
    path("<str:village>/<str:check>/<slug:question>/", ask.ask, name="declare-question"),
]
