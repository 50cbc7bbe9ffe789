"""Models of the Hugging Face hub: which ones, how they get onto the disk, and how they are loaded from there."""
