"""A witness for transparency logs: it cosigns what goes on from what it has seen, and keeps what contradicts it."""
