"""The official acts on a case, one function each; console, phone and commands call only these.

Every act takes `pack`, `case_no`, `by` (the official's scope), `at`, and where it may be sent again
a `key`; it raises what `gate.perform` raises and what its own docstring names, and nothing is
changed then. The answer is the entry of the case's log.
"""

from fangpin.casework.cases.acts.apart import Seen, VisitConflictError, record_visit_from_apart
from fangpin.casework.cases.acts.appeal import answer_appeal, appeal
from fangpin.casework.cases.acts.comparison import (
    answer_comparison,
    close_comparison,
    reply_to_counter_evidence,
    request_comparison,
)
from fangpin.casework.cases.acts.decision import (
    announce,
    approve_at_county,
    return_for_correction,
    review_at_township,
    tell_applicant,
)
from fangpin.casework.cases.acts.deliberation import MeetingRecord, Votes, hold_deliberation
from fangpin.casework.cases.acts.elimination import propose_elimination, roll_back_elimination
from fangpin.casework.cases.acts.exits import (
    find_not_at_risk,
    keep_in_monitoring,
    refuse,
    withdraw,
)
from fangpin.casework.cases.acts.notice import (
    answer_objection,
    end_notice,
    post_notice,
    record_objection,
)
from fangpin.casework.cases.acts.opening import (
    assign,
    dispatch_alerts,
    join_alerts,
    open_green_channel,
    report_clue,
)
from fangpin.casework.cases.acts.unregistered import (
    join_household,
    part_household,
    register_household,
)
from fangpin.casework.cases.acts.visit import (
    VISIT_FORM,
    Answer,
    CauseFound,
    CorrectedLine,
    PaperOfAct,
    Place,
    VisitRecord,
    record_consent,
    record_visit,
    supplement_visit,
)

__all__ = [
    "VISIT_FORM",
    "Answer",
    "CauseFound",
    "CorrectedLine",
    "MeetingRecord",
    "PaperOfAct",
    "Place",
    "Seen",
    "VisitConflictError",
    "VisitRecord",
    "Votes",
    "announce",
    "answer_appeal",
    "answer_comparison",
    "answer_objection",
    "appeal",
    "approve_at_county",
    "assign",
    "close_comparison",
    "dispatch_alerts",
    "end_notice",
    "find_not_at_risk",
    "hold_deliberation",
    "join_alerts",
    "join_household",
    "keep_in_monitoring",
    "open_green_channel",
    "part_household",
    "post_notice",
    "propose_elimination",
    "record_consent",
    "record_objection",
    "record_visit",
    "record_visit_from_apart",
    "refuse",
    "register_household",
    "reply_to_counter_evidence",
    "report_clue",
    "request_comparison",
    "return_for_correction",
    "review_at_township",
    "roll_back_elimination",
    "supplement_visit",
    "tell_applicant",
    "withdraw",
]
