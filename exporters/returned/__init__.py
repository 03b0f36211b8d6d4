"""Forms that go back: the unit's own workbook with what is wrong marked in it, and a first sheet that says so."""
