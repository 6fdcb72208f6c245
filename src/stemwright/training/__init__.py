"""Training: data building, tokenizing and recipes. The only room that may import PyTorch."""
