"""Finds things of everyday life in pictures: which, where and how many."""
