"""Divisions, officials, audit, registry, alerts and the load of a run."""
