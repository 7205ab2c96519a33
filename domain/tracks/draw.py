"""Random inspection as a draw that anyone can repeat.

The population is fixed first, by the digest of its case numbers in ascending order. Then the ledger signs a
checkpoint that covers the fixing act, and the root of that checkpoint is the seed: nobody who fixed the
population could know it. Every case gets the number SHA-256(`sundial/draw1` ‖ root ‖ population digest ‖ its
32 hex digits in ASCII), and the cases with the smallest numbers are drawn, in that order. Nothing but SHA-256
and sorting is needed to check it, and drawing one case more never changes those drawn before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

PREFIX: Final = b"sundial/draw1"
DIGITS: Final = 32


class DrawRejected(ValueError):
    """A population or a draw is not what it says; the message tells how, in Chinese and English."""


def population_digest(cases: Sequence[str]) -> str:
    """Return the SHA-256, in hex, of the case numbers joined by line feeds, in ascending order.

    Raises DrawRejected if one is not 32 lower-case hex digits, or stands twice.
    """
    known = sorted(cases)
    for number in known:
        if len(number) != DIGITS or set(number) - set("0123456789abcdef"):
            raise DrawRejected("范围中有不是信访事项编号的项 / the population has an item that is no case number")
    if len(set(known)) != len(known):
        raise DrawRejected("范围中有重复项 / the population lists a case twice")
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


def draw(cases: Sequence[str], count: int, root: bytes) -> tuple[str, ...]:
    """Return the cases drawn from a population, seeded by the 32-byte root of a checkpoint.

    Raises DrawRejected if the root is not 32 bytes, or the count is not from 1 to the size of the population.
    """
    if len(root) != hashlib.sha256().digest_size:
        raise DrawRejected("检查点根应为 32 字节 / the root must be 32 bytes")
    if not 1 <= count <= len(cases):
        raise DrawRejected("抽取数应为 1 至范围大小 / the count must be from 1 to the size of the population")
    seed = PREFIX + root + bytes.fromhex(population_digest(cases))
    return tuple(sorted(cases, key=lambda number: (hashlib.sha256(seed + number.encode()).digest(), number))[:count])


def check_order(population: str, root: bytes, drawn: Sequence[str]) -> None:
    """Check that cases stand in the order in which this seed draws them; who has not the population can tell that.

    Raises DrawRejected if they do not.
    """
    seed = PREFIX + root + bytes.fromhex(population)
    if list(drawn) != sorted(drawn, key=lambda number: (hashlib.sha256(seed + number.encode()).digest(), number)):
        raise DrawRejected("抽取结果的次序与种子不符 / the cases are not in the order in which the seed draws them")


def check_draw(cases: Sequence[str], population: str, root: bytes, drawn: Sequence[str]) -> None:
    """Check that a recorded draw is the one that its population and seed give.

    Raises DrawRejected if the population has another digest, or other cases come out.
    """
    if population_digest(cases) != population:
        raise DrawRejected("范围与所固定的摘要不符 / the population is not the one that was fixed")
    if draw(cases, len(drawn), root) != tuple(drawn):
        raise DrawRejected("抽取结果与种子不符 / these are not the cases that the seed draws")
