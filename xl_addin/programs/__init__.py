"""The office programs the buttons stand in, each in a file."""
