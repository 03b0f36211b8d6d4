"""Where a figure comes from: its units, files, cells and receipts; and the way back, what a unit's cell feeds."""
