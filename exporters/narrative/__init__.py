"""Narrative reports: a template text of the pack, figures of the collection, an official Word document."""
