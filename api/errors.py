"""One place that turns every error into one line for a terminal or one problem document for HTTP.

    ApiError                 this package's own refusals, each with a catalogue code
    ├── UsageRefused         the request itself makes no sense here        exit 2, 400
    ├── InputRefused         a file cannot be read as what it should be    exit 2, 400
    ├── KeyFileRefused       a key file is missing, open to others, locked exit 2, 400
    ├── NotThere             no such case, entry or page                   exit 2, 404
    └── CheckFailed          a check was made and failed                   exit 1, 409

Errors of the other packages are mapped by class, from the most particular to the most general. No
traceback and no value that the caller sent is ever repeated in an answer.
Source of the document: RFC 9457.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import psycopg

from api.wording import Wording
from audit import errors as audit
from audit.store import errors as store
from domain.errors import DomainRefused, EventRefused
from projections import errors as views

FAILED, REFUSED, REJECTED_ROWS = 1, 2, 3
PROBLEM_MEDIA_TYPE = "application/problem+json"


class ApiError(Exception):
    """A refusal of this package: a catalogue code and the harmless values its sentence names."""

    status = 400
    exit_code = REFUSED

    def __init__(self, code: str, **values: object) -> None:
        """Keep the code, "errors.<code>" in the catalogues, and the values of its sentence."""
        super().__init__(code)
        self.code = code
        self.values = values

    @property
    def told(self) -> Mapping[str, Any]:
        """What programs are told beside the sentence, as members of the document."""
        return {}


class UsageRefused(ApiError):
    """The request itself makes no sense here."""


class InputRefused(ApiError):
    """A file cannot be read as what it should be."""


class KeyFileRefused(ApiError):
    """A key file is missing, open to others, locked, or not one."""


class NotThere(ApiError):
    """There is no such case, entry or page."""

    status = 404


class CheckFailed(ApiError):
    """A check was made and it failed."""

    status = 409
    exit_code = FAILED


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it is told: HTTP status, a short code, a title and a detail in the reader's language."""

    status: int
    code: str
    title: str
    detail: str
    exit_code: int = REFUSED
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The problem as one line of text."""
        text = self.title if not self.detail else f"{self.title}: {self.detail}"
        return " ".join(text.split())

    def document(self) -> dict[str, Any]:
        """The problem as the members of an RFC 9457 document; type is a relative reference."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.extensions,
        }


class _Row(NamedTuple):
    status: int
    code: str
    exit_code: int = REFUSED
    tells: bool = False  # whether the error's own message may be repeated


# The most particular class that an error is of decides.
_ROWS: Mapping[type[BaseException], _Row] = {
    store.LedgerError: _Row(503, "ledger_failed"),
    store.LedgerMissing: _Row(503, "ledger_missing"),
    store.LedgerExists: _Row(409, "ledger_exists"),
    store.SchemaTooNew: _Row(503, "schema_too_new"),
    store.SchemaTooOld: _Row(503, "schema_too_old"),
    store.DatabaseUnavailable: _Row(503, "database_unavailable"),
    store.DatabaseFull: _Row(507, "database_full"),
    store.DatabaseReadOnly: _Row(503, "database_read_only"),
    store.ClockRefused: _Row(503, "clock_refused"),
    store.KeyStoreRefused: _Row(503, "keystore_refused"),
    store.ActRefused: _Row(409, "act_refused"),
    store.ActConflict: _Row(409, "act_conflict"),
    store.StaleStream: _Row(409, "stale_stream"),
    store.ReferenceMoved: _Row(409, "reference_moved"),
    store.SignatureRefused: _Row(403, "signature_refused"),
    store.AuthorityRefused: _Row(403, "authority_refused", tells=True),
    store.SeenRefused: _Row(409, "seen_refused"),
    store.EntryTooLarge: _Row(413, "entry_too_large"),
    audit.AuditError: _Row(400, "check_failed", FAILED, tells=True),
    audit.Malformed: _Row(400, "malformed"),
    audit.KeyRejected: _Row(400, "key_rejected", tells=True),
    audit.SignatureRejected: _Row(403, "signature_refused"),
    audit.AuthorityRejected: _Row(403, "authority_refused", tells=True),
    views.ProjectionError: _Row(503, "views_failed"),
    views.DatabaseFailed: _Row(503, "database_unavailable"),
    views.ViewsMissing: _Row(503, "views_missing"),
    views.OutOfStep: _Row(503, "views_busy"),
    views.LogGap: _Row(503, "log_gap", FAILED),
    views.QuestionRefused: _Row(400, "question_refused"),
    views.PositionRefused: _Row(400, "position_refused"),
    views.UnitUnknown: _Row(404, "unit_unknown"),
    views.ClockUnknown: _Row(404, "clock_unknown"),
    views.CaseUnknown: _Row(404, "case_unknown"),
    views.CursorRefused: _Row(400, "cursor_refused"),
    views.FigureUnknown: _Row(404, "figure_unknown"),
    views.PeriodRefused: _Row(400, "period_refused"),
    views.RuleUnknown: _Row(404, "rule_unknown"),
    views.RankRefused: _Row(400, "rank_refused"),
    sqlite3.Error: _Row(503, "database_unavailable"),
    psycopg.Error: _Row(503, "database_unavailable"),
    OSError: _Row(503, "system_failed"),
    MemoryError: _Row(503, "system_failed"),
    BaseException: _Row(500, "internal"),
}
_RANKS = {"nature": "problems.rank_nature", "sample": "problems.rank_sample"}


def describe(error: BaseException, wording: Wording) -> Problem:
    """Tell error as a problem in the wording's language; every exception has an answer."""
    if isinstance(error, ApiError):
        title = wording(f"errors.{error.code}", **error.values)
        return Problem(error.status, error.code, title, "", error.exit_code, error.told)
    if isinstance(error, DomainRefused):
        detail = wording.pick(error.message_zh, error.message_en)
        told = {"reason": error.code, "rule": error.rule, "allowed": list(error.allowed)}
        status = 400 if isinstance(error, EventRefused) else 409
        return Problem(status, "rule_refused", wording("problems.rule_refused"), detail, REFUSED, told)
    row = next(_ROWS[kind] for kind in type(error).__mro__ if kind in _ROWS)
    detail = str(error) if row.tells else ""
    if isinstance(error, views.RankRefused) and error.reason:
        detail = wording(_RANKS[error.reason], **error.values)
    return Problem(row.status, row.code, wording(f"problems.{row.code}"), detail, row.exit_code)


def problem_codes() -> frozenset[str]:
    """Every code that describe can answer with for errors of the other packages."""
    return frozenset({row.code for row in _ROWS.values()} | {"rule_refused"})
