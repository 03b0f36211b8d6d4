"""Pack, form, reading, checks, consolidation: everything up to the collection."""
