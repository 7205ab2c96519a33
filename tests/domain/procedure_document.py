"""Write `domain/PROCEDURE.md` from the tables: `python -m tests.domain.procedure_document` (or `make procedure`)."""

from __future__ import annotations

from pathlib import Path

from domain.clocks import national_rules
from domain.practice import packaged_competence
from domain.rulebook import rulebook
from domain.rulebook_text import render_both

FILE = Path(__file__).parents[2] / "domain" / "PROCEDURE.md"


def document() -> str:
    """Return what the file has to say: the tables that the program comes with, in both languages."""
    return render_both(rulebook(national_rules().latest, packaged_competence()))


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
