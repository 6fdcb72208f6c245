"""Whole mixes with their beats: what the beat tracker (`live/beats`) is trained on and measured with."""
