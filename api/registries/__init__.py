"""What a national registry reads, asks and says: the feed, disclosures, receipts, objections."""
