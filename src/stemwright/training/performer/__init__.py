"""The performers' training side: model, data, recipe, bigram baseline and export to int8."""
