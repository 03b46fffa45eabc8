"""The sandbox bank: accounts, transfers, notices and statements with play money, in a process of its own."""
