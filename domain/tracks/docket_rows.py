"""The tables of the tracks that stand apart from any case: conferences, receptions and mandates."""

from __future__ import annotations

from typing import Final

from domain.tracks.relations import ADDRESSEE, ANY_OFFICE, CONFERENCE, INSPECTION, MANDATED, OWN_STREAM
from domain.tracks.table import LEADERS, OFFICERS, SUPERVISORS, Row, decision, law, moves, opens, practice

INSPECTORS: Final = frozenset({"supervisor", "inspector", "head", "leader"})
MEMBERS: Final = frozenset({"head", "leader"})

_CONFERENCE = law("12, 13")
_PRESIDED = practice("13(1)", "联席会议工作规则:由召集人主持,委托主持的应当记明")
_TASK = law("12(2)")
_DISSENT = practice("42", "信访工作责任制实施办法:明确表示异议且未被采纳的不承担责任(二手来源)")._replace(
    confidence="S"
)
_RECEPTION = law("18(1), 18(2), 18(3)")
_MANDATE = decision("38", "账本设计决定:督查须有事项、范围、期限的授权并留痕")
_INSPECT = law("38")
_DRAW = decision("38", "账本设计决定:抽查以范围固定之后签发的检查点为种子,任何人可以重算")
_LIST = decision("38", "账本设计决定:专项清单在检查点固定,增减须有理由和第二人,比率以原清单为准")
_ASSESS = law("39(1)")
_FREEZE = decision("39(1)", "账本设计决定:考核方案先于考核期冻结,不得以信访数量计分")


def _stays(*states: str) -> dict[str, str]:
    return {state: state for state in states}


CONFERENCE_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "conference.convened.v1",
        "meeting",
        opens("CONVENED"),
        _CONFERENCE,
        SUPERVISORS,
        (OWN_STREAM,),
        code="form",
    ),
    Row("conference.attended.v1", "meeting", _stays("CONVENED", "MET"), _CONFERENCE, SUPERVISORS, (OWN_STREAM,)),
    Row("conference.presided.v1", "meeting", moves("MET", "CONVENED"), _PRESIDED, SUPERVISORS, (OWN_STREAM,)),
    Row("conference.minuted.v1", "meeting", moves("MINUTED", "MET"), _CONFERENCE, SUPERVISORS, (OWN_STREAM,)),
    Row(
        "conference.decided.v1",
        "decision",
        opens("DECIDED"),
        _CONFERENCE,
        SUPERVISORS,
        (OWN_STREAM,),
        code="decision",
        about="meeting",
    ),
    Row("conference.dissented.v1", "decision", _stays("DECIDED"), _DISSENT, MEMBERS, (ANY_OFFICE,)),
    Row(
        "conference.task_set.v1",
        "task",
        opens("SET"),
        _TASK,
        SUPERVISORS,
        (OWN_STREAM,),
        about="meeting",
    ),
    Row("conference.task_executed.v1", "task", moves("EXECUTED", "SET"), _TASK, OFFICERS, (ADDRESSEE,)),
    Row("conference.task_returned.v1", "task", moves("SET", "EXECUTED"), _TASK, SUPERVISORS, (OWN_STREAM,)),
    Row("conference.task_accepted.v1", "task", moves("ACCEPTED", "EXECUTED"), _TASK, SUPERVISORS, (OWN_STREAM,)),
)
RECEPTION_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "bulletin.reception_scheduled.v1",
        "reception",
        opens("PLANNED"),
        _RECEPTION,
        OFFICERS,
        (OWN_STREAM,),
        code="form",
    ),
    Row(
        "bulletin.reception_published.v1",
        "reception",
        moves("PUBLISHED", "PLANNED"),
        _RECEPTION,
        OFFICERS,
        (OWN_STREAM,),
    ),
    Row(
        "bulletin.reception_held.v1",
        "reception",
        moves("VISITED", "PLANNED", "PUBLISHED"),
        _RECEPTION,
        LEADERS,
        (OWN_STREAM,),
    ),
    Row(
        "bulletin.reception_missed.v1",
        "reception",
        moves("MISSED", "PLANNED", "PUBLISHED"),
        _RECEPTION,
        OFFICERS,
        (OWN_STREAM,),
    ),
)
MANDATE_ROWS: Final[tuple[Row, ...]] = (
    Row("mandate.opened.v1", "mandate", opens("OPEN"), _MANDATE, INSPECTORS, (INSPECTION, CONFERENCE), code="mandate"),
    Row("mandate.closed.v1", "mandate", moves("CLOSED", "OPEN"), _MANDATE, INSPECTORS, (MANDATED,)),
    Row("mandate.replayed.v1", "replay", opens("CLOSED"), _MANDATE, INSPECTORS, (MANDATED,)),
    Row(
        "mandate.population_fixed.v1",
        "draw",
        opens("FIXED"),
        _DRAW,
        INSPECTORS,
        (MANDATED,),
        code="population",
        about="size",
    ),
    Row("mandate.drawn.v1", "draw", moves("DRAWN", "FIXED"), _DRAW, INSPECTORS, (MANDATED,)),
    Row("mandate.list_fixed.v1", "campaign", opens("FIXED"), _LIST, INSPECTORS, (MANDATED,), about="size"),
    Row("mandate.list_closed.v1", "campaign", moves("CLOSED", "FIXED"), _LIST, INSPECTORS, (MANDATED,)),
    Row(
        "mandate.list_change_proposed.v1",
        "change",
        opens("PROPOSED"),
        _LIST,
        INSPECTORS,
        (MANDATED,),
        code="change",
        about="about",
    ),
    Row(
        "mandate.list_change_confirmed.v1",
        "change",
        moves("APPROVED", "PROPOSED"),
        _LIST,
        INSPECTORS,
        (MANDATED,),
        True,
    ),
    Row("mandate.list_change_refused.v1", "change", moves("REFUSED", "PROPOSED"), _LIST, INSPECTORS, (MANDATED,), True),
    Row("mandate.visit_planned.v1", "visit", opens("PLANNED"), _INSPECT, INSPECTORS, (MANDATED,)),
    Row("mandate.visit_held.v1", "visit", moves("VISITED", "PLANNED"), _INSPECT, INSPECTORS, (MANDATED,)),
    Row("mandate.visit_found.v1", "visit", moves("FOUND", "VISITED"), _INSPECT, INSPECTORS, (MANDATED,)),
    Row("mandate.visit_rectified.v1", "visit", moves("RECTIFIED", "FOUND"), _INSPECT, OFFICERS, (ADDRESSEE,)),
    Row("mandate.visit_closed.v1", "visit", moves("CLOSED", "FOUND", "RECTIFIED"), _INSPECT, INSPECTORS, (MANDATED,)),
    Row("mandate.scheme_frozen.v1", "scheme", opens("FROZEN"), _FREEZE, INSPECTORS, (MANDATED,)),
    Row("mandate.assessed.v1", "scheme", moves("COMPUTED", "FROZEN"), _ASSESS, INSPECTORS, (MANDATED,)),
    Row("mandate.objection_heard.v1", "scheme", _stays("COMPUTED"), _ASSESS, INSPECTORS, (MANDATED,)),
    Row("mandate.assessment_closed.v1", "scheme", moves("CLOSED", "COMPUTED"), _ASSESS, INSPECTORS, (MANDATED,)),
)
