"""What the buttons do, each matter in a file; the macros put them together."""
