"""The book of styles: one TOML file a style (docs/styles.md), where they are, and how they are read."""
