"""`demo --tamper`: a copy of the demonstration's database is changed, and verification names the place."""

from __future__ import annotations

from api.commands.frame import Output, leave
from api.demo.stage import demo_clock
from api.demo.tampering import EXERCISES, Outcome, run_exercise
from api.errors import FAILED
from api.main import machine_clock, open_application
from api.settings import Settings
from api.wording import Wording


def tamper_with(settings: Settings, output: Output, word: str) -> None:
    """Run one exercise, or all of them, and tell what verification found; ends with 1 if a place was not named.

    Raises UsageRefused if the ledger is no demonstration, or there is no such exercise.
    """
    with open_application(settings, clock=demo_clock(settings) or machine_clock) as application:
        outcomes = [run_exercise(application, one) for one in (EXERCISES if word == "all" else (word,))]
    lines = [line for outcome in outcomes for line in told(outcome, output.wording)]
    output.result({"exercises": [outcome.document() for outcome in outcomes]}, *lines)
    if not all(outcome.caught for outcome in outcomes):
        leave(FAILED)


def told(outcome: Outcome, say: Wording) -> list[str]:
    """An outcome in three lines: what was done, where, and what verification said."""
    exercise = EXERCISES[outcome.exercise]
    done = say(
        "cli.tampered",
        name=say.pick(exercise.name.zh, exercise.name.en),
        story=say.pick(exercise.story.zh, exercise.story.en),
    )
    place = say("cli.tampered_view") if outcome.place is None else say("cli.tampered_place", place=outcome.place)
    if not outcome.caught:
        return [done, place, say("cli.tampered_missed", count=outcome.faults)]
    first = outcome.first[0]
    kind = say(f"faults.{first.kind}")
    found = f"{kind} ({first.detail})" if first.index is None else f"{kind} · {first.index} ({first.detail})"
    return [done, place, say("cli.tampered_caught", seconds=outcome.seconds, count=outcome.faults, first=found)]
