"""Policy as data: strict packs, dated parameters, divisions, the working calendar, expressions."""

from fangpin.policy.calendar import WorkingCalendar
from fangpin.policy.cases import load_case_file, read_case_files
from fangpin.policy.checks import check_histories, check_pack_thoroughly
from fangpin.policy.divisions import Division, Divisions, division_range
from fangpin.policy.load import load_pack
from fangpin.policy.pack import Pack

__all__ = [
    "Division",
    "Divisions",
    "Pack",
    "WorkingCalendar",
    "check_histories",
    "check_pack_thoroughly",
    "division_range",
    "load_case_file",
    "load_pack",
    "read_case_files",
]
