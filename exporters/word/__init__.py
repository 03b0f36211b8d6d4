"""Word reports laid out after GB/T 9704-2012, with figures as content controls."""
