"""The use case of `import`: one file, one mapping, one service key, one report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from api.errors import InputRefused, describe
from api.importer.identity import Identity
from api.importer.mapping import RowMapping, check_columns, load_mapping
from api.importer.report import Report
from api.importer.rows import RowReader
from api.importer.run import ROLE, Import
from api.importer.tables import Row, open_table
from api.keyfiles import Key, keep_key, list_keys, new_key
from api.main import IMPORT_SECRET, Application
from api.registrars import Registrars
from api.wording import Wording
from domain.people import People


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did; report is the path of its report file."""

    rows_read: int
    cases_added: int
    acts_added: int
    rows_rejected: int
    discrepancies: int
    report: str

    def document(self) -> dict[str, Any]:
        """The result as JSON members."""
        return asdict(self)


def import_file(
    application: Application,
    path: Path,
    mapping_name: str,
    limit: int | None,
    told: Callable[[int, int], None],
) -> ImportResult:
    """Import the acts that a file's rows claim; limit is a number of rows, told hears rows and acts so far.

    Raises InputRefused if file or mapping cannot be read, DatabaseUnavailable with all before it recorded.
    """
    mapping = load_mapping(mapping_name)
    settings = application.settings
    wording = Wording(settings.language)
    with open_table(path, mapping.part.delimiter) as table:
        check_columns(mapping, table.columns)
        key = service_key(application, mapping)
        identity = Identity(application.key(IMPORT_SECRET).secret, mapping.part.source)
        now = application.clock()
        with Report(settings.reports, mapping.part.name, now, wording) as report:
            run = Import(application.desk, key, report, partial(_words, wording), told)
            done = run.run(_first(table.rows(), limit), RowReader(mapping, identity, now))
    return ImportResult(
        done.rows_read, done.cases_added, done.acts_added, report.rejected, report.discrepancies, str(report.path)
    )


def service_key(application: Application, mapping: RowMapping) -> Key:
    """The key that signs a mapping's acts; for a built-in mapping, made and enrolled by both registrars if need be.

    Raises InputRefused if a mapping of one's own names an office whose service key is not here.
    """
    settings, part = application.settings, mapping.part
    make = partial(
        new_key, "service", mapping.actor, part.office.office, part.post.post, "service", entropy=application.entropy
    )
    if not mapping.built_in and mapping.service_key not in list_keys(settings.keys):
        raise InputRefused("service_key_missing", name=mapping.service_key)
    key = keep_key(settings.keys, mapping.service_key, make, settings.passphrase)
    if mapping.built_in and key.key_id not in application.ledger.authority().grants:
        _enrol(application, mapping, key)
    return key


def _enrol(application: Application, mapping: RowMapping, key: Key) -> None:
    names = [name for name in list_keys(application.settings.keys) if name.startswith("registrar-")][:2]
    if len(names) < 2:
        raise InputRefused("registrars_missing")
    registrars = Registrars(application.desk, application.key(names[0]), application.key(names[1]))
    people: People = application.ledger.reference().people
    part = mapping.part
    if people.office(part.office.office) is None:
        registrars.open_office(part.office.office, part.office.model_dump(exclude={"office"}))
    if people.post(part.office.office, part.post.post) is None:
        registrars.open_post(part.office.office, {**part.post.model_dump(), "duties": [ROLE]})
    registrars.enrol(key, [ROLE])


def _first(rows: Iterable[Row], limit: int | None) -> Iterator[Row]:
    return iter(rows) if limit is None else islice(rows, limit)


def _words(wording: Wording, error: Exception) -> str:
    return describe(error, wording).line
