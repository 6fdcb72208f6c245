"""Global state and score -> one feature vector a codec frame. One implementation for training and
inference."""

from stemwright.conditioning.features import (
    drop_features,
    frame_features,
    step_features,
)
from stemwright.conditioning.layout import (
    CONDITIONING_VERSION,
    DROPS,
    STYLES,
    Block,
    feature_size,
    knows,
    layout,
)

__all__ = [
    "CONDITIONING_VERSION",
    "DROPS",
    "STYLES",
    "Block",
    "drop_features",
    "feature_size",
    "frame_features",
    "knows",
    "layout",
    "step_features",
]
