"""汇总表.xlsx: unit by unit, tier by tier, who reported, what was found, all texts."""
