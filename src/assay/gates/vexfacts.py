"""What VEX does to findings at the gate, as a part of the document for rules.

What it takes away and what it confirms is judged in `assay.vuln.vex.judging`.
"""

from datetime import datetime

from assay.gates.joining import MAX_ITEMS, join_gaps
from assay.vuln.vex.judging import VexJudgement


def vex_facts(judged: VexJudgement, *, at: datetime) -> dict[str, object]:
    """Return the part of the document for rules."""
    applied, confirmed = [*judged.set_aside.values()], [*judged.confirmed.values()]
    return {
        "applied": [one.as_json() for one in applied[:MAX_ITEMS]],
        "applied_count": len(applied),
        "confirmed": [word.as_json() for word in confirmed[:MAX_ITEMS]],
        "confirmed_count": len(confirmed),
        **join_gaps(judged.not_checked, at),
    }
