"""Chinese report prose: figures marked in text, numbers in words, clauses that go with a missing figure."""
