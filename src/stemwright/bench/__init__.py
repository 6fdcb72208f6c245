"""How fast the engine is, beside others (`training.rivals`) and beside what the machine allows."""
