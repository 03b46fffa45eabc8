"""The demo province: units, schools, fees, invented pupils and their rosters, as values."""
