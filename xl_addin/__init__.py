"""Buttons in Excel over the same functions as the command line."""
