"""Templates while people write them: proposed from an old report, edited in Word, taken back as text."""
