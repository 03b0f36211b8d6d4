"""Templates while people write them: as Word files that staff edit, and taken back as text."""
