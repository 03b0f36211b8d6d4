"""Putting the add-in where Excel for Windows and macOS looks for it, judging what is there, taking it away again."""
