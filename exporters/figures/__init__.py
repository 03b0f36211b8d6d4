"""A Word report looked at again: which of its figures still say what the data say, made to say it, and where from."""
