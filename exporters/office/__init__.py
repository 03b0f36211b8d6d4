"""What the office typed into its own workbook, and what becomes of it."""
