from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "fangpin.web.public"
    label = "public"
