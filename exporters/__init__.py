"""What leaves the house: consolidated workbook, Word reports."""
