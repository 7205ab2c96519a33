"""The terms of the field, as the public pages explain them. Source: DOMAIN section 2; regulation of 2022."""

from __future__ import annotations

from typing import Final, NamedTuple

from domain.naming import Name


class Term(NamedTuple):
    """A term, what it means, and the article that it comes from, "" where practice alone uses it."""

    name: Name
    meaning: Name
    article: str = ""


def _term(zh: str, en: str, meaning_zh: str, meaning_en: str, article: str = "") -> Term:
    return Term(Name(zh, en), Name(meaning_zh, meaning_en), article)


GLOSSARY: Final = (
    _term(
        "信访事项",
        "petition matter, the case",
        "向机关、单位提出的一件事",
        "One thing that somebody asks of an office",
        "17",
    ),
    _term(
        "登记", "registration", "把信访事项记录下来,期限从此开始", "The matter is written down; time limits begin", "22"
    ),
    _term(
        "转送", "transfer", "把信访事项送到有权处理的单位", "The matter is sent to the unit that can handle it", "22"
    ),
    _term("交办", "assignment", "转送并要求报告办理结果", "A transfer that asks for a report back", "22(3)"),
    _term("告知", "notice", "书面告诉信访人是否受理", "The petitioner is told in writing what becomes of it", "23"),
    _term(
        "受理",
        "acceptance",
        "单位开始办理,一般六十日内办结",
        "The unit begins to handle it, in general within 60 days",
        "31, 34",
    ),
    _term("延期", "extension", "批准多用的日子,最多三十日", "Days more that were approved, at most 30", "34"),
    _term(
        "处理意见", "handling opinion", "单位的书面决定和理由", "The unit's written decision, with its reasons", "32"
    ),
    _term(
        "复查",
        "review",
        "不服处理意见时,三十日内请求上一级再看一次",
        "Who disagrees asks the next level within 30 days",
        "35",
    ),
    _term(
        "复核", "re-review", "不服复查意见时的最后一次审查", "The last look, for who disagrees with the review", "36"
    ),
    _term("督办", "supervision", "督促该办而未办的事项", "A case that should move is pressed", "40"),
    _term(
        "领导包案",
        "leader package",
        "一位领导负责一件事,直至办结",
        "A named leader answers for a case until it closes",
        "18(2)",
    ),
    _term("办结", "closed", "有了书面答复;不等于问题已经解决", "There is a written answer; that is not yet a solution"),
    _term("实体解决", "resolved in substance", "答应的事已经做到", "What was promised was done", "32, 33"),
    _term(
        "参评率", "participation rate", "可以评价的人中作出评价的比例", "Of those who could rate, the share that did"
    ),
    _term(
        "满意率",
        "satisfaction rate",
        "作出评价的人中满意和基本满意的比例",
        "Of those who rated, the share satisfied or basically so",
    ),
    _term(
        "检查点",
        "checkpoint",
        "账本签名的当前长度和树根",
        "The log's signed length and root: it cannot be rewritten unseen",
    ),
    _term("见证人", "witness", "另行签名、确认账本只增不改的机构", "A body that cosigns that the log only ever grew"),
    _term("回执", "receipt", "证明一个行为在账本中的文件", "A file that proves that an act is in the log"),
)
