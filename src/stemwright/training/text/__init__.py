"""Training the text encoder: captions from templates, by InfoNCE against styles, beside a teacher."""
