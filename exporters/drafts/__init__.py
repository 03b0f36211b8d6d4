"""Templates while people write them: edited in Word, taken back as text."""
