from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "fangpin.web.console"
    label = "console"
