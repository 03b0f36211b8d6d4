"""How long the work takes, beside other libraries on the same files: one file per question. Run by `make bench`."""
