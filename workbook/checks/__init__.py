"""Judging submissions: built-in checks, the rules of the pack, and the rules on totals."""
