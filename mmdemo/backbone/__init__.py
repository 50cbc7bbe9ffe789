"""The shared encoder: every task stands on what it returns."""
