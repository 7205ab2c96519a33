"""Every table of the rules as lines of one book: acts, roles, tracks, clocks, lags, practice and the rest.

A line has an id, its article, its source and how sure we are of it, and cells in both languages. What
prints the book, and what compares it with `PROCEDURE.md`, reads only these lines. The acts and words come
from the program; clocks, lags and practice from the rules that a ledger has published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from domain.calendar_notices import published_acts
from domain.clocks import RuleSet, national_rules
from domain.competence import CompetenceRow, areas
from domain.events import EVENTS, SEALED, public_kinds, required_fields
from domain.figure_rows import FIGURES, NATURES
from domain.packaging_rows import FACTS
from domain.practice import NATIONAL, load_profile, practice_of
from domain.practice_rows import UNITS, item_of
from domain.roles import PERMISSIONS, RELATIONS
from domain.rows import Row
from domain.tracks.relations import RELATIONS as TRACK_RELATIONS
from domain.tracks.rows import TRACK_ROWS
from domain.tracks.vocabulary import ITEM_STATES, TRACKS
from domain.transitions import TRANSITIONS
from domain.vocabulary import CAPACITIES, ROLES, STATES, Name, name_of
from domain.word_tables import WORD_TABLES
from domain.wording import ACTIONS, FIELDS, SEALED_FIELDS

NOTHING: Final = Name("—", "—")
_NUMBERED: Final = re.compile(r"[0-9]{1,2}[0-9(), –-]*")
_DESIGN: Final = "本账本的设计决定"
_KINDS: Final = {"C": "", "S": "二手来源,参照", "L": "地方做法,参照", "D": f"{_DESIGN},参照"}


class Basis(NamedTuple):
    """Where a line is written, and how sure we are of it."""

    article: str
    source: str
    confidence: str


class Line(NamedTuple):
    """One line of one table; `cells` are in the order of the table's columns."""

    table: str
    id: str
    basis: Basis
    cells: tuple[Name, ...]


def rulebook(rules: RuleSet, competence: Iterable[CompetenceRow]) -> tuple[Line, ...]:
    """Return every line of every table, with the clocks, lags and practice of these rules and these competence rows."""
    return (
        *_laws(rules),
        *_transitions(),
        *_roles(),
        *_tracks(),
        *_others(),
        *_fields(),
        *_clocks(rules),
        *_lags(rules),
        *_practice(rules),
        *_packaging(rules),
        *_figures(),
        *_areas(),
        *_competence(competence),
        *_words(),
        *_calendars(),
    )


def _basis(article: str, confidence: str, source: str = "") -> Basis:
    if source:
        return Basis(article, source, confidence)
    where = f"信访工作条例(2022)第 {article} 条" if _NUMBERED.fullmatch(article) else article
    return Basis(article, f"{_KINDS[confidence]}{where}", confidence)


def _laws(rules: RuleSet) -> Iterator[Line]:
    for row in rules.laws.values():
        yield Line("law", row.id, _of(row), (Name(row.name_zh, row.name_en), _in_force(row)))


def _transitions() -> Iterator[Line]:
    for row in TRANSITIONS:
        cells = (_act(row.action), _moves(row.moves, row.branches, STATES), name_of(CAPACITIES, row.capacity or "any"))
        held = cells[2] if row.capacity else NOTHING
        yield Line("transition", row.action, _basis(row.article, row.confidence), (*cells[:2], held))


def _roles() -> Iterator[Line]:
    articles = {row.action: row.article for row in TRANSITIONS}
    for action, permission in PERMISSIONS.items():
        relations = [RELATIONS[word] for word in permission.relations]
        relation = Name("或".join(one.zh for one in relations), ", or ".join(one.en for one in relations))
        basis = _basis(articles.get(action, "22–36"), "D")
        yield Line("role", action, basis, (_act(action), _listed(permission.roles, ROLES), relation))


def _tracks() -> Iterator[Line]:
    for row in TRACK_ROWS:
        relations = [TRACK_RELATIONS[word] for word in row.relations]
        cells = (
            _act(row.action),
            name_of(TRACKS, row.track),
            _moves(row.moves, row.turns, ITEM_STATES),
            _listed(row.roles, ROLES),
            Name("或".join(one.zh for one in relations), ", or ".join(one.en for one in relations)),
            Name("应为另一人", "by another person") if row.second else NOTHING,
        )
        yield Line("track", row.action, Basis(*row.basis), cells)


def _others() -> Iterator[Line]:
    known = {*PERMISSIONS, *(row.action for row in TRACK_ROWS)}
    for action in EVENTS:
        if action in known:
            continue
        family = action.partition(".")[0]
        role = "ledger" if family in ("ledger", "refused", "looks") else "registrar"
        yield Line("other", action, Basis("LEDGER", f"{_DESIGN}:账本格式", "D"), (_act(action), name_of(ROLES, role)))


def _fields() -> Iterator[Line]:
    for action in EVENTS:
        needed = required_fields(action)
        names = [name for name, _ in public_kinds(action)]
        public = [name for name in names if name in needed]
        optional = [name for name in names if name not in needed]
        cells = (_act(action), *(_listed(part, FIELDS) for part in (public, optional)))
        sealed = _listed(SEALED[action], SEALED_FIELDS)
        yield Line("field", action, Basis("个人信息保护法 6", f"{_DESIGN}:封闭字段表", "D"), (*cells, sealed))


def _clocks(rules: RuleSet) -> Iterator[Line]:
    for row in rules.clocks.values():
        kinds = {"calendar": Name("日", "days"), "working": Name("个工作日", "working days")}
        length = Name(f"{row.length} {kinds[row.day_kind].zh}", f"{row.length} {kinds[row.day_kind].en}")
        cells = (
            Name(row.title_zh, row.title_en),
            Name(f"{row.clock}{'(影子)' if row.shadow else ''}", f"{row.clock}{' (shadow)' if row.shadow else ''}"),
            length if row.length else Name("法律未定日数或由行为自定", "no number in law, or set by the act"),
            _acts(row.starts),
            _acts(row.meets),
            _acts(row.extends),
            _acts(row.suspends),
            _acts((*row.ends, *row.voids)),
            Name({"petitioner": "信访人的权利"}.get(row.duty_of, "单位的责任"), row.duty_of.replace("_", " ")),
            _in_force(row),
        )
        yield Line("clock", row.id, _of(row), cells)


def _lags(rules: RuleSet) -> Iterator[Line]:
    for row in rules.lag_rows:
        days = Name(f"{row.working_days} 个工作日", f"{row.working_days} working days")
        act = _act(row.action) if row.action else Name("其他一切行为", "every other act")
        yield Line("lag", row.id, _of(row), (act, days, _in_force(row)))


def _practice(rules: RuleSet) -> Iterator[Line]:
    rows = rules.practice or practice_of(load_profile(NATIONAL).rows)
    for row in rows:
        item = item_of(row.item)
        if item is None:
            continue
        zh, en = UNITS[item.unit]
        bound = {"at_most": ("不得更长", "never longer"), "at_least": ("不得更小", "never smaller"), "free": ("—", "—")}
        cells = (Name(item.zh, item.en), Name(f"{row.value} {zh}", f"{row.value} {en}"), Name(*bound[item.bound]))
        yield Line("practice", row.id, _of(row), (*cells, Name(row.jurisdiction, row.jurisdiction), _in_force(row)))


def _packaging(rules: RuleSet) -> Iterator[Line]:
    for row in rules.packaging or national_rules().latest.packaging:
        after = Name(f"{row.after_days} 日", f"{row.after_days} days") if row.after_days else NOTHING
        cells = (Name(row.title_zh, row.title_en), FACTS[row.fact], after, Name(row.jurisdiction, row.jurisdiction))
        yield Line("packaging", row.id, _of(row), (*cells, _in_force(row)))


def _figures() -> Iterator[Line]:
    for row in FIGURES.values():
        below = row.below if row.rate else NOTHING
        cells = (row.name, row.formula, row.above, below, row.left_out, NATURES[row.nature])
        yield Line("figure", row.id, _basis(row.article, row.confidence, row.source), cells)


def _areas() -> Iterator[Line]:
    for code, row in areas().items():
        yield Line("area", code, Basis(row.article, row.source, row.confidence), (row.name,))


def _competence(rows: Iterable[CompetenceRow]) -> Iterator[Line]:
    for row in rows:
        area = areas()[row.area].name if row.area in areas() else Name(row.area, row.area)
        cells = (area, Name(row.jurisdiction, row.jurisdiction), Name(row.unit, row.unit), _in_force(row))
        yield Line("competence", row.id, _of(row), cells)


def _words() -> Iterator[Line]:
    for title, article, words in WORD_TABLES:
        for word, name in words.items():
            yield Line("word", f"{title}.{word}", _basis(article, "D"), (Name(title, title), Name(name[0], name[1])))


def _calendars() -> Iterator[Line]:
    for act in published_acts():
        rest = Name(f"{len(act['rest_days'])} 日", f"{len(act['rest_days'])} days")
        work = Name(f"{len(act['make_up_days'])} 日", f"{len(act['make_up_days'])} days")
        kind = Name("暂定", "provisional") if act["provisional"] else Name("已公布", "published")
        basis = Basis("全国年节及纪念日放假办法 7", f"{act['notice']};{act['source']}", "C")
        year = Name(str(act["year"]), str(act["year"]))
        yield Line("calendar", f"{act['calendar']}.{act['year']}.{act['version']}", basis, (year, rest, work, kind))


def _of(row: Row | CompetenceRow) -> Basis:
    return Basis(row.article, row.source, row.confidence)


def _in_force(row: Row | CompetenceRow) -> Name:
    since, until = row.in_force_from.isoformat(), row.in_force_to.isoformat() if row.in_force_to else ""
    return Name(f"{since} 至 {until or '今'}", f"{since} to {until or 'now'}")


def _act(action: str) -> Name:
    plain, _, value = action.partition("#")
    zh, en = name_of(ACTIONS, plain)
    return Name(f"{zh}({value})", f"{en} ({value})") if value else Name(zh, en)


def _acts(actions: Iterable[str]) -> Name:
    names = [_act(action) for action in actions]
    return Name("、".join(name.zh for name in names) or "—", ", ".join(name.en for name in names) or "—")


def _listed(words: Iterable[str], table: Mapping[str, Name]) -> Name:
    ordered = sorted(words) if isinstance(words, frozenset) else list(words)
    names = [name_of(table, word) for word in ordered]
    return Name("、".join(name[0] for name in names) or "—", ", ".join(name[1] for name in names) or "—")


def _moves(moves: Mapping[str, str], turns: Mapping[str, str], states: Mapping[str, Name]) -> Name:
    """Say where an act leads: the states that it leaves as they are, then those that it leads on from."""
    kept = [state for state, to in moves.items() if state == to]
    led: dict[str, list[str]] = {}
    for state, to in moves.items():
        if state != to:
            led.setdefault(to, []).append(state)
    texts: tuple[list[str], list[str]] = ([], [])
    for to, sources in led.items():
        for language, arrow in ((0, " → "), (1, " → ")):
            texts[language].append(_listed(sources, states)[language] + arrow + name_of(states, to)[language])
    for value, to in turns.items():
        texts[0].append(f"{value} 时 → {name_of(states, to)[0]}")
        texts[1].append(f"where {value} → {name_of(states, to)[1]}")
    if kept:
        texts[0].append(f"不改变:{_listed(kept, states)[0]}")
        texts[1].append(f"unchanged in: {_listed(kept, states)[1]}")
    return Name(";".join(texts[0]), "; ".join(texts[1]))
