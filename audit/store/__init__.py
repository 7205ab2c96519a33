"""The write path: recorders on SQLite and PostgreSQL, sequencing, group commit, disclosures and keys."""
