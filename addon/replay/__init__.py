"""Recorded requests sent again: to other models, measured, compared, reported."""
