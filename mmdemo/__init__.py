"""MMDemo: captions, subtitles, answers and search on one aligned encoder backbone."""

__version__ = "0.1.0"
