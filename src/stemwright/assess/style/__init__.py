"""Notes as a musician of a style would hear them: rules with goals, beside real music and shuffled notes."""
