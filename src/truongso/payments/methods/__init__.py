"""Which ways to pay a school offers, which are ready, and which are used, with the proof."""
