"""Support by grant: somebody from outside looks into a school for some hours, because its principal signed for it."""
