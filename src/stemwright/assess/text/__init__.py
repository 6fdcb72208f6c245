"""How well prompts are understood: captions as people write, beside a sentence model that others trained."""
