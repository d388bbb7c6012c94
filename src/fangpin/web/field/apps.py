from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "fangpin.web.field"
    label = "field"
