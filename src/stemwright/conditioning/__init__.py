"""Global state and score -> one feature vector a codec frame. One implementation for training and
inference."""

from stemwright.conditioning.features import (
    CONDITIONING_VERSION,
    drop_features,
    frame_features,
    step_features,
)
from stemwright.conditioning.layout import DROPS, STYLES, Block, feature_size, layout

__all__ = [
    "CONDITIONING_VERSION",
    "DROPS",
    "STYLES",
    "Block",
    "drop_features",
    "feature_size",
    "frame_features",
    "layout",
    "step_features",
]
