"""Exporting: one case as an evidence bundle for an audience, and the whole log as files."""
