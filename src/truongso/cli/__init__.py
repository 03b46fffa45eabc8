"""The command line `truongso …`. See README.md beside this file for how a command is added."""
