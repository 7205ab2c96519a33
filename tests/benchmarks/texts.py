"""Invented petitions and replies, about as long as those on real message boards; nobody wrote or sent them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

from openpyxl import Workbook

_PLACES = (
    "东湖路",
    "梧桐里小区",
    "城北新村",
    "柳林街",
    "南桥镇",
    "滨河大道",
    "育才路",
    "老机床厂宿舍",
    "望山苑",
    "新华巷",
)
_MATTERS = (
    "路灯不亮",
    "夜间施工噪音",
    "垃圾清运不及时",
    "雨后积水",
    "公交站牌缺失",
    "停车位被占",
    "供暖温度不够",
    "井盖松动",
)
_SENTENCES = (
    "该处情况已经持续一段时间，给周边居民的日常出行带来不便。",
    "此前曾向物业反映，对方答复称需要等待统一安排，至今没有明确时间。",
    "希望有关部门到现场查看，并告知大致的处理期限。",
    "老人和孩子每天经过这里，存在一定的安全隐患。",
    "附近几栋楼的住户都有同样的感受，大家愿意配合后续的工作。",
    "如果暂时无法解决，也请说明原因和下一步打算。",
)
_REPLIES = (
    "您反映的问题已收悉，我单位已派人到现场核查。",
    "经查，情况属实，现已列入本月整改计划，预计十个工作日内完成。",
    "对给您带来的不便表示歉意，感谢您的监督与支持。",
    "后续如有疑问，可与我单位办公室联系。",
)
COLUMNS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")


def invented(number: int) -> dict[str, str]:
    """Return one invented matter: subject, text, name and contact, the same for the same number."""
    chance = random.Random(number)
    place, matter = chance.choice(_PLACES), chance.choice(_MATTERS)
    body = "".join(chance.choices(_SENTENCES, k=chance.randint(2, 8)))
    return {
        "subject": f"{place}{matter}",
        "text": f"{place}{chance.randint(1, 200)}号附近{matter}。{body}",
        "name": f"住户{number}",
        "contact": f"信箱{number}",
    }


def invented_reply(number: int) -> str:
    """Return one invented reply."""
    chance = random.Random(f"reply {number}")
    return "".join(chance.choices(_REPLIES, k=chance.randint(2, 6)))


def write_message_board(path: Path, rows: int, first: int = 0) -> None:
    """Write a workbook in the columns of a message board: `rows` invented messages, 24 in 25 with a reply."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("messages")
    sheet.append(COLUMNS)
    start = datetime(2016, 1, 4, 8, 0, 0)
    for number in range(first, first + rows):
        matter = invented(number)
        sent = start + timedelta(minutes=37 * number)
        replied = sent + timedelta(days=number % 40, hours=3)
        answer = (invented_reply(number), replied.strftime("%Y/%m/%d %H:%M:%S")) if number % 25 else (None, None)
        sheet.append(
            [
                100_000 + number,
                matter["name"],
                matter["subject"],
                sent.strftime("%Y/%m/%d %H:%M:%S"),
                matter["text"],
                *answer,
            ]
        )
    book.save(path)
