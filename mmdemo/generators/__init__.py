"""Text out: the prompted decoder, its search, and what it looked at."""
