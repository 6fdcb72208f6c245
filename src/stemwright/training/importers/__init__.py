"""Public codecs, from the folder they are published in to a codec bundle: EnCodec 24 kHz and DAC."""
