"""How fast the engine is, beside others (`ort`, `training.rivals`) and beside what the machine allows."""
