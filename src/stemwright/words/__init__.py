"""Words that are sung: their syllables, stress and rhyme; drafts of lyrics by theme."""
