from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OfficialsConfig(AppConfig):
    name = "fangpin.casework.officials"
    label = "officials"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """After all migrations, whichever app they were of, the listed tables are protected."""
        from fangpin.casework.officials import row_security

        post_migrate.connect(row_security.install, sender=self, dispatch_uid="fangpin.row_security")
