"""The arranger's tables of counts, learned from a corpus."""
