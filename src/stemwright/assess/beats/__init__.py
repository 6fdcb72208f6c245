"""How well the live beat tracker (`live/beats`) hears beats, and what it does where there are none."""
