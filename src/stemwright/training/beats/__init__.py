"""Training the beat tracker's network (`live/beats`) on mixes (`dataset/mixes`)."""
