"""Training: models, losses, recipes, exports to bundles. The only room that imports PyTorch."""
