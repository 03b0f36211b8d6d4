"""The data of a round for other programs: tables with a dictionary that says what each column means."""
