"""Everything for LibreOffice: the engine that lets macros written for Excel run in it."""
