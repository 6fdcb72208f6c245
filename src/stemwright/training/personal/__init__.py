"""Personal styles: adapters of performers learnt from a user's own sound."""
