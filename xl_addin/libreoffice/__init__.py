"""Buttons in LibreOffice, and the Python behind them."""
