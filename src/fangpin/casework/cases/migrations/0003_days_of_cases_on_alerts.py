"""What acts have kept on alerts since: the nearest deadline of their case, and whether it was visited."""

from django.db import migrations

FILL = """
UPDATE alerts_alert SET
    case_date = (
        SELECT MIN(COALESCE(c.due_date, DATE('9999-12-31')))
        FROM cases_clue q JOIN cases_case c ON c.id = q.case_id
        WHERE q.alert_id = alerts_alert.id AND c.state = 'open'
            AND c.kind = 'identification' AND c.outcome = ''
    ),
    is_visited = EXISTS (
        SELECT 1 FROM cases_clue q JOIN cases_caseact a ON a.case_id = q.case_id
        WHERE q.alert_id = alerts_alert.id AND a.act = 'record_visit'
    )
WHERE state = 'open'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0005_pressing_date"),
        ("cases", "0002_turns_and_list_indexes"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
