"""Looks: who of a body looked at what, under which mandate and for which signed reason, written down by that body."""
