"""Training of the companion: songs as events, the model in PyTorch, the recipe, its figures, the bundle."""
