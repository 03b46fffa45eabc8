"""The one net credit with which an acquirer or gateway pays a batch: out of transit, fee to expense."""
