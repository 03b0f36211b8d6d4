"""Ribbon buttons over the same functions as the command line (built with the add-in issue)."""
