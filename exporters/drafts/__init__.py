"""From an old report to a template: which of its numbers are indicators, and what the text around them becomes."""
