"""Every department's tables, and which rows of the truth each reports in a month."""

from fangpin.synthetic.chenzhou.tables import events, health, registry, school, support, work

TABLES = (
    *registry.TABLES,
    *health.TABLES,
    *work.TABLES,
    *support.TABLES,
    *school.TABLES,
    *events.TABLES,
)
