"""The book of rules as a document for people, in Chinese or English, and as rows for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final, Literal

from domain.rulebook import Line
from domain.vocabulary import Name

Language = Literal["zh", "en"]


def _columns(*pairs: tuple[str, str, str]) -> tuple[tuple[str, Name], ...]:
    return tuple((key, Name(zh, en)) for key, zh, en in pairs)


_ACT: Final = ("act", "行为", "act")
_IN_FORCE: Final = ("in_force", "施行时间", "in force")

TABLES: Final[Mapping[str, tuple[Name, tuple[tuple[str, Name], ...]]]] = MappingProxyType(
    {
        "law": (Name("法规", "Laws"), _columns(("name", "名称", "name"), _IN_FORCE)),
        "transition": (
            Name("案件的行为与状态", "Acts and states of a case"),
            _columns(_ACT, ("moves", "状态", "states"), ("capacity", "持有单位应为", "held by a")),
        ),
        "role": (
            Name("谁可以作出:行为 × 角色 × 与案件的关系", "Who may do it: act × role × relation to the case"),
            _columns(_ACT, ("roles", "角色", "roles"), ("relation", "与案件的关系", "an actor who")),
        ),
        "track": (
            Name("并行事项", "Parallel tracks"),
            _columns(
                _ACT,
                ("track", "事项", "track"),
                ("moves", "状态", "states"),
                ("roles", "角色", "roles"),
                ("relation", "关系", "relation"),
                ("second", "第二人", "second person"),
            ),
        ),
        "other": (
            Name("机构、密钥与账本的行为", "Acts on offices, keys and the ledger"),
            _columns(_ACT, ("role", "角色", "role")),
        ),
        "field": (
            Name("每一行为的封闭字段", "The closed fields of every act"),
            _columns(
                _ACT,
                ("required", "必填公开字段", "public, needed"),
                ("optional", "可选公开字段", "public, optional"),
                ("sealed", "密封字段", "sealed"),
            ),
        ),
        "clock": (
            Name("时限", "Clocks"),
            _columns(
                ("title", "名称", "title"),
                ("clock", "标识", "clock"),
                ("length", "长度", "length"),
                ("starts", "起算", "starts"),
                ("meets", "履行", "met by"),
                ("extends", "延长", "extended by"),
                ("suspends", "中止", "suspended by"),
                ("ends", "终止", "ended by"),
                ("duty", "责任", "duty of"),
                _IN_FORCE,
            ),
        ),
        "lag": (
            Name("记录期限:多久之内记录仍按所称时间计算", "Lags: how late an act may be recorded and still count"),
            _columns(_ACT, ("days", "期限", "lag"), _IN_FORCE),
        ),
        "practice": (
            Name("可由地方确定的数", "Numbers left to practice"),
            _columns(
                ("item", "事项", "item"),
                ("value", "数", "value"),
                ("bound", "地方可否改变", "a place may"),
                ("jurisdiction", "地域", "jurisdiction"),
                _IN_FORCE,
            ),
        ),
        "packaging": (
            Name("应当包案的情形", "When a leader must package a case"),
            _columns(
                ("condition", "情形", "condition"),
                ("fact", "依据的事实", "fact"),
                ("after", "持续", "after"),
                ("jurisdiction", "地域", "jurisdiction"),
                _IN_FORCE,
            ),
        ),
        "figure": (
            Name("指标及其公式", "Figures and their formulas"),
            _columns(
                ("name", "名称", "name"),
                ("formula", "公式", "formula"),
                ("above", "分子", "numerator"),
                ("below", "分母", "denominator"),
                ("left_out", "不计入", "left out"),
                ("nature", "性质", "nature"),
            ),
        ),
        "area": (Name("内容分类", "Subject areas"), _columns(("name", "名称", "name"))),
        "competence": (
            Name("职权表:内容分类 × 地域 → 有权处理单位", "Competence: subject area × jurisdiction → unit"),
            _columns(
                ("area", "内容分类", "subject area"),
                ("jurisdiction", "地域", "jurisdiction"),
                ("unit", "单位", "unit"),
                _IN_FORCE,
            ),
        ),
        "word": (Name("封闭词表", "Closed vocabularies"), _columns(("list", "词表", "list"), ("name", "名称", "name"))),
        "calendar": (
            Name("工作日历的来源", "Sources of the working calendar"),
            _columns(
                ("year", "年度", "year"),
                ("rest", "休息日", "rest days"),
                ("worked", "调休上班日", "worked weekends"),
                ("kind", "性质", "kind"),
            ),
        ),
    }
)
"""The tables in the order of the book, with their titles and columns."""

_BASIS: Final = (("article", Name("条", "article")), ("source", Name("出处", "source")))
_SURE: Final = Name("可信度", "confidence")
_HEAD: Final = Name(
    "# 信访工作程序:全部规则表\n\n"
    "账本只监督办理信访事项的单位,不监督信访人。以下各表就是程序所依据的全部规则;表外的行为一律拒绝。\n\n"
    "可信度:C 已读原文;S 二手或不完整来源;L 地方做法;D 本账本的设计决定。条号为2022年《信访工作条例》,另注明的除外。",
    "# The procedure: every table of the rules\n\n"
    "The ledger supervises the offices that handle petitions, never the petitioners. These tables are all the rules "
    "that it runs by; whatever they do not have is refused.\n\n"
    "Confidence: C read in the primary text; S secondary or partial source; L local practice; D design decision of "
    "this ledger. Articles are those of the regulation of 2022 unless another law is named.",
)


def render(lines: Iterable[Line], language: Language) -> str:
    """Return the book as Markdown in one language, ending with a line break."""
    parts = [_HEAD[_place(language)]]
    for table, group in groupby(lines, key=lambda line: line.table):
        title, columns = TABLES[table]
        parts.append("\n".join((f"## {title[_place(language)]}", "", *_table(list(group), columns, _place(language)))))
    return "\n\n".join(parts) + "\n"


def render_both(lines: Sequence[Line]) -> str:
    """Return the book as `PROCEDURE.md` has it: the Chinese text first, for it is the law's, then the English."""
    return f"{render(lines, 'zh')}\n---\n\n{render(lines, 'en')}"


def rows(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return the lines for machines: table, id, article, source, confidence, and each cell in both languages."""
    return [
        {
            "table": line.table,
            "id": line.id,
            **line.basis._asdict(),
            **{key: cell._asdict() for (key, _), cell in zip(TABLES[line.table][1], line.cells, strict=True)},
        }
        for line in lines
    ]


def _place(language: Language) -> int:
    return ("zh", "en").index(language)


def _table(lines: Sequence[Line], columns: Sequence[tuple[str, Name]], place: int) -> Iterator[str]:
    heads = ["id", *(name[place] for _, name in (*columns, *_BASIS)), _SURE[place]]
    yield _row(heads)
    yield _row(["---"] * len(heads))
    for line in lines:
        cells = [f"`{line.id}`", *(cell[place] for cell in line.cells)]
        yield _row([*cells, line.basis.article, line.basis.source, line.basis.confidence])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in cells)} |"
