"""What a bulletin calls things: its sections, columns and sentences in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from api.wording import Wording
from domain.naming import Name
from domain.people import People


def _names(**rows: tuple[str, str]) -> Mapping[str, Name]:
    return MappingProxyType({word: Name(*pair) for word, pair in rows.items()})


WORDS: Final = _names(
    title=("信访工作月通报", "Monthly bulletin on petition work"),
    month=("月份", "Month"),
    unit=("范围", "Covers"),
    all=("全部单位", "all offices"),
    subtree=("及下级单位", "and the offices below it"),
    as_of=("截至", "As of"),
    known_at=("账本位置", "Place in the log"),
    entries=("前 {size} 项,根 {root}", "the first {size} entries, root {root}"),
    partial=("本月尚未结束,为不完整数据", "the month is not over: these figures are partial"),
    empty=("本月无可通报内容:{reason}", "there is nothing to tell of this month: {reason}"),
    figures=("指标", "Figures"),
    formulas=("指标口径", "Formulas"),
    overdue=("超期清单", "Overdue list"),
    spread=("超期天数分布", "How long clocks have been overdue"),
    satisfaction=("群众评价", "Ratings by petitioners"),
    board=("领导包案", "Leader packages"),
    rectifications=("未完成整改", "Unfinished rectifications"),
    patrol=("网上巡查", "Online patrol"),
    composition=("构成(仅供参考,不作考核)", "Composition (context only, never a score)"),
    trends=("近十二个月走势", "Twelve months"),
    lines=("近十二个月比率", "Rates over twelve months"),
    counts=("近十二个月收办", "Received and closed over twelve months"),
    by_unit=("各单位超期时限", "Overdue clocks by office"),
    figure=("指标", "Figure"),
    value=("数值", "Value"),
    numerator=("分子", "Numerator"),
    denominator=("分母", "Denominator"),
    exclusions=("剔除", "Excluded"),
    on_month=("环比", "On the month before"),
    on_year=("同比", "On the year before"),
    imported=("导入占比", "Imported"),
    note=("说明", "Note"),
    formula=("公式", "Formula"),
    above=("分子所计", "Counted above"),
    below=("分母所计", "Counted below"),
    left_out=("不计入", "Left out"),
    basis=("依据", "Source"),
    case=("信访事项", "Case"),
    clock=("时限", "Clock"),
    office=("单位", "Office"),
    due_on=("到期日", "Due"),
    overdue_days=("超期天数", "Days overdue"),
    leader=("包案领导", "Leader"),
    post=("岗位", "Post"),
    packaged=("包案", "Packaged"),
    holding=("在办", "Holding"),
    not_closed=("包而未结", "Not closed"),
    closed=("结案", "Closed"),
    resolved=("化解", "Resolved"),
    on_time=("按期", "On time"),
    overdue_now=("超期", "Overdue"),
    missed=("逾期责任", "Missed"),
    silent=("距上次亲办天数", "Days since a personal act"),
    handed=("接入/移出", "Handed in/out"),
    state=("状态", "State"),
    opened_on=("责令日", "Ordered"),
    rule=("巡查规则", "Rule"),
    count=("件数", "Count"),
    capacity=("评价对象", "Rated as"),
    satisfied=("满意", "Satisfied"),
    basically=("基本满意", "Basically satisfied"),
    dissatisfied=("不满意", "Dissatisfied"),
    lapsed=("逾期未评", "Lapsed unrated"),
    satisfaction_rate=("满意率", "Satisfaction rate"),
    participation_rate=("参评率", "Participation rate"),
    kind=("类别", "Kind"),
    word=("名称", "Name"),
    share=("占比", "Share"),
    area=("领域", "Area"),
    channel=("渠道", "Channel"),
    unknown=("未注明", "not said"),
    days=("天数", "Days"),
    from_to=("{least} 至 {most} 天", "{least} to {most} days"),
    over=("{least} 天以上", "{least} days and more"),
    points=("{change:+.1f} 个百分点", "{change:+.1f} points"),
    relative=("{change:+.1%}", "{change:+.1%}"),
    nothing=("无", "none"),
    nothing_drawn=("没有可绘制的数据", "nothing to draw"),
    cut=(
        "此处列出 {shown} 条,共 {total} 条;其余见表格与数据文件",
        "{shown} of {total} rows; the XLSX and JSON have more",
    ),
    capped=("共 {total} 条,列出最早的 {shown} 条", "{total} in all, the oldest {shown} are listed"),
    total=("共 {total} 条", "{total} in all"),
    printed=(
        "仅计本人设备密钥作出的评价;打印码评价和代录评价不计入",
        "ratings by keys on petitioners' own devices only; printed codes and staff entries are not counted",
    ),
    facts=("所列为事实,是否构成推诿敷衍由人认定", "these are facts; whether anybody shirked is for people to find"),
    check=(
        "本通报由账本计算得出;sundial-audit bulletin 核验签名与摘要,sundial bulletin --recompute 由原始记录重算",
        "Made from the ledger: sundial-audit bulletin checks its signature and digest, "
        "sundial bulletin --recompute makes its figures again from the entries",
    ),
    table=("图中数据", "The numbers of the chart"),
    cover=("封面", "Cover"),
    charts=("图表", "Charts"),
    page=("第 {page} 页", "page {page}"),
)
"""Every word of a bulletin that no other table has."""


class Words:
    """The words of one language, and the names that offices and posts had in the directory."""

    def __init__(self, say: Wording, people: People) -> None:
        """Take the language's sentences and the directory."""
        self.say = say
        self._people = people

    def __call__(self, word: str, **values: object) -> str:
        """Return a word of `WORDS` with its values filled in."""
        return self.name(WORDS[word]).format(**values) if values else self.name(WORDS[word])

    def name(self, name: Name) -> str:
        """Return a name in this language."""
        return self.say.pick(name.zh, name.en)

    def clock(self, word: str) -> str:
        """What a clock is called."""
        return self.say.get(f"clocks.{word}", word)

    def office(self, slug: str) -> str:
        """An office's name, closed ones included, or its slug where the directory has none."""
        found = self._people.offices.get(slug)
        return slug if found is None else self.say.pick(found.name_zh, found.name_en)

    def post(self, office: str, slug: str) -> str:
        """A post's name, or its slug."""
        found = self._people.posts.get((office, slug))
        return slug if found is None else self.say.pick(found.name_zh, found.name_en)

    def month(self, text: str) -> str:
        """A month, given as YYYY-MM."""
        return f"{text[:4]}年{int(text[5:])}月" if self.say.language == "zh" else text

    def day(self, on: date) -> str:
        """A date as people there write it."""
        return f"{on.year}年{on.month}月{on.day}日" if self.say.language == "zh" else on.isoformat()
