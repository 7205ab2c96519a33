"""The parallel tracks: what runs beside a case, or apart from any, while the procedure takes its course.

Supervision, rectification, the ladder, leader packages, recommendations, publication and the rest are each a
small machine of its own: a table of moves, not states of the case. None of them stops a clock of the
procedure, none measures a petitioner.
"""
