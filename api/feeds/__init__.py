"""Feeds of what is published: cases and figures, each item with the proof of the entry that published it."""
