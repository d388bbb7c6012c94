from __future__ import annotations

from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "fangpin.casework.followup"
    label = "followup"
