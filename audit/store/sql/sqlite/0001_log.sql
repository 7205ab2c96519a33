-- The log: one row an entry. notification_id = leaf index + 1, explicit, so that it is never reused.
CREATE TABLE entries (
    notification_id INTEGER PRIMARY KEY,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state BLOB NOT NULL,
    leaf BLOB NOT NULL,
    act_id BLOB,
    UNIQUE (originator_id, originator_version)
);
CREATE UNIQUE INDEX entries_act ON entries (act_id) WHERE act_id IS NOT NULL;
CREATE INDEX entries_reference ON entries (notification_id)
    WHERE (originator_id >= 'people/' AND originator_id < 'people0')
       OR originator_id IN ('ledger', 'rules', 'calendar');

CREATE TABLE log_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    frontier BLOB NOT NULL,
    recorded_at INTEGER NOT NULL,
    reference_at INTEGER NOT NULL
);
INSERT INTO log_head VALUES (1, 0, x'', 0, -1);

-- Full hash tiles of height 8: 256 hashes, and the root over them.
CREATE TABLE tiles (
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    root BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) WITHOUT ROWID;

-- What opens the sealed slots of an entry, encrypted; ref says where in the key store the stream's keys are.
CREATE TABLE disclosures (
    notification_id INTEGER PRIMARY KEY,
    ref BLOB NOT NULL,
    sealed BLOB NOT NULL
);

CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    root BLOB NOT NULL,
    note TEXT NOT NULL
);

CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are immutable'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are immutable'); END;
CREATE TRIGGER tiles_no_update BEFORE UPDATE ON tiles BEGIN SELECT RAISE(ABORT, 'tiles are immutable'); END;
CREATE TRIGGER tiles_no_delete BEFORE DELETE ON tiles BEGIN SELECT RAISE(ABORT, 'tiles are immutable'); END;
CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
    BEGIN SELECT RAISE(ABORT, 'checkpoints are immutable'); END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
    BEGIN SELECT RAISE(ABORT, 'checkpoints are immutable'); END;
