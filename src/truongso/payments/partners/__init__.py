"""Partners of a school: the list each goes through before families are offered what it does (LC-2.1, NB-PL.II.3)."""
