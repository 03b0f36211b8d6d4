"""The blank or prefilled form a unit gets: what goes in, and how it is written."""
