"""The rule language: parse once, judge with pandas' vectors, write as Excel formula."""
