"""Finds which times of subtitles belong to which times of speech: pure parts, each testable alone."""
