-- The log: one row an entry. notification_id = leaf index + 1.
CREATE TABLE entries (
    notification_id BIGINT PRIMARY KEY,
    originator_id TEXT COLLATE "C" NOT NULL,
    originator_version BIGINT NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    state BYTEA NOT NULL,
    leaf BYTEA NOT NULL,
    act_id BYTEA,
    UNIQUE (originator_id, originator_version)
);
ALTER TABLE entries ALTER COLUMN state SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX entries_act ON entries (act_id) WHERE act_id IS NOT NULL;
CREATE INDEX entries_reference ON entries (notification_id)
    WHERE (originator_id >= 'people/' AND originator_id < 'people0')
       OR originator_id IN ('ledger', 'rules', 'calendar');

CREATE TABLE log_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size BIGINT NOT NULL,
    frontier BYTEA NOT NULL,
    recorded_at BIGINT NOT NULL,
    reference_at BIGINT NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
INSERT INTO log_head VALUES (1, 0, ''::bytea, 0, -1);

-- Full hash tiles of height 8: 256 hashes, and the root over them.
CREATE TABLE tiles (
    level INTEGER NOT NULL,
    idx BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    root BYTEA NOT NULL,
    PRIMARY KEY (level, idx)
);

-- What opens the sealed slots of an entry, encrypted; ref says where in the key store the stream's keys are.
CREATE TABLE disclosures (
    notification_id BIGINT PRIMARY KEY,
    ref BYTEA NOT NULL,
    sealed BYTEA NOT NULL
);
ALTER TABLE disclosures ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE checkpoints (
    size BIGINT PRIMARY KEY,
    root BYTEA NOT NULL,
    note TEXT NOT NULL
);

CREATE FUNCTION sundial_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION sundial_immutable();
CREATE TRIGGER tiles_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON tiles
    FOR EACH STATEMENT EXECUTE FUNCTION sundial_immutable();
CREATE TRIGGER checkpoints_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION sundial_immutable();
CREATE TRIGGER disclosures_kept BEFORE DELETE OR TRUNCATE ON disclosures
    FOR EACH STATEMENT EXECUTE FUNCTION sundial_immutable();
