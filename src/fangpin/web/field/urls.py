"""Addresses of the phone of the village."""

from __future__ import annotations

from django.urls import path

from fangpin.web.field.views import blobs, openrosa, records, session, shell, tasks

urlpatterns = [
    path("", shell.shell, name="field"),
    path("sw.js", shell.worker, name="field-worker"),
    path("manifest.webmanifest", shell.manifest, name="field-manifest"),
    path("app/<str:version>/<str:name>", shell.asset, name="field-asset"),
    path("session", session.session, name="field-session"),
    path("tasks", tasks.tasks, name="field-tasks"),
    path("forms", tasks.forms, name="field-forms"),
    path("blobs/<str:sha256>", blobs.blob, name="field-blob"),
    path("visits", records.visits, name="field-visits"),
    path("clues", records.clues, name="field-clues"),
    path("follow-ups", records.follow_ups, name="field-follow-ups"),
    path("odk/formList", openrosa.form_list, name="odk-form-list"),
    path("odk/forms/<str:form>.xml", openrosa.form_xml, name="odk-form"),
    path("odk/forms/<str:form>/manifest", openrosa.form_manifest, name="odk-manifest"),
    path("odk/forms/<str:form>/cases.csv", openrosa.cases_csv, name="odk-cases"),
    path("odk/submission", openrosa.submission, name="odk-submission"),
]
