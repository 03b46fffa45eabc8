-- Version 2: an account may be watched by several feeds, have numbers that stand for it, and lines know the other bank.
CREATE TABLE feeds (
    account TEXT NOT NULL REFERENCES accounts,
    provider TEXT NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    PRIMARY KEY (account, provider)
);
INSERT INTO feeds (account, provider, url, secret)
    SELECT number, 'sepay', webhook_url, webhook_secret FROM accounts WHERE webhook_url <> '';
ALTER TABLE accounts DROP COLUMN webhook_url;
ALTER TABLE accounts DROP COLUMN webhook_secret;
CREATE TABLE virtual_accounts (
    number TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts
);
ALTER TABLE lines ADD COLUMN counter_bin TEXT NOT NULL DEFAULT '';
ALTER TABLE lines ADD COLUMN virtual_account TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN feed TEXT NOT NULL DEFAULT 'sepay';
