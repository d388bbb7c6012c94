"""The database itself refuses to change or remove entries of the audit trail."""

from typing import Any

from django.db import migrations

from fangpin.casework.audit import triggers


def install(_: Any, schema_editor: Any) -> None:
    triggers.install(schema_editor.connection)


def remove(_: Any, schema_editor: Any) -> None:
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_audit_trail")]

    operations = [migrations.RunPython(install, remove)]
