"""The log of a small city made as long as a big one's, inside PostgreSQL: so that positions and times are a big log's.

What was recorded once becomes that many entries in a row, the first of them the real one. The others are no acts: they
are in streams of their own and hold the time of recording alone, which is all that views ever read of them. Leaves,
tiles and head belong together, so that the log can be recorded into.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import islice

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from audit.merkle import append, root_of
from audit.tiles import WIDTH

_NOT_CASES = "SELECT COALESCE(MAX(notification_id), 0) FROM entries WHERE originator_id NOT LIKE 'case/%'"
_TABLES = ("entries", "tiles", "checkpoints")
_LENGTHEN = """
    INSERT INTO entries
    SELECT id, CASE copy WHEN 0 THEN stream ELSE 'case/' || md5(substr(stream, 6) || copy) END, version, topic,
        CASE copy WHEN 0 THEN state ELSE substr(state, length(state) - 7) END, sha256(id::text::bytea),
        CASE copy WHEN 0 THEN act_id END
    FROM (
        SELECT {moved} + 1 AS id, copy, originator_id AS stream, originator_version AS version, topic, state, act_id
        FROM short, generate_series(0, {copies} - 1) AS copy WHERE notification_id > {kept}
    ) AS moved
"""


def moved(column: str, kept: int, copies: int) -> str:
    """Return, as SQL, where an index of the small log lies in the long one; `copy` is the number of the copy."""
    return f"CASE WHEN {column} < {kept} THEN {column} ELSE {kept} + ({column} - {kept}) * {copies} + copy END"


def founding(server: psycopg.Connection) -> int:
    """Return how many entries found the ledger, before the first case."""
    (count,) = server.execute(_NOT_CASES).fetchone() or (0,)
    return int(count)


def lengthen(server: psycopg.Connection, copies: int) -> int:
    """Let every entry behind the founding be so many, and return how many entries there are then."""
    kept = founding(server)
    for table in _TABLES:
        server.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(Identifier(table)))
    server.execute("CREATE TABLE short AS SELECT * FROM entries")
    server.execute("TRUNCATE entries")
    server.execute("INSERT INTO entries SELECT * FROM short WHERE notification_id <= %s", (kept,))
    statement = _LENGTHEN.format(moved=moved("(notification_id - 1)", kept, copies), copies=copies, kept=kept)
    server.execute(statement.encode())
    server.execute("DROP TABLE short")
    (size,) = server.execute("SELECT MAX(notification_id) FROM entries").fetchone() or (0,)
    _plant(server, kept, int(size))
    for table in _TABLES:
        server.execute(SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(Identifier(table)))
    return int(size)


def _plant(server: psycopg.Connection, kept: int, size: int) -> None:
    """Write the tiles and the head of the tree over all leaves."""
    first = [row[0] for row in server.execute("SELECT leaf FROM entries WHERE notification_id <= %s", (kept,))]
    leaves = iter([*first, *(sha256(b"%d" % number).digest() for number in range(kept + 1, size + 1))])
    server.execute("TRUNCATE tiles, checkpoints")
    frontier: tuple[bytes, ...] = ()
    level, hashes, rest = 0, leaves, list[list[bytes]]()
    while True:
        roots = []
        with server.cursor() as cursor, cursor.copy("COPY tiles FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["integer", "bigint", "bytea", "bytea"])
            while len(tile := list(islice(hashes, WIDTH))) == WIDTH:
                roots.append(root_of(tile))
                copy.write_row((level, len(roots) - 1, b"".join(tile), roots[-1]))
        rest.append(tile)
        if not roots:
            break
        level, hashes = level + 1, iter(roots)
    for tile in reversed(rest):
        part: tuple[bytes, ...] = ()
        for number, one in enumerate(tile):
            part = append(part, number, one)
        frontier = (*frontier, *part)
    server.execute(
        SQL("UPDATE log_head SET size = {}, frontier = {}").format(Literal(size), Literal(b"".join(frontier)))
    )
