-- Version 2: what becomes of a merchant's refunds, and where each one stands.
ALTER TABLE merchants ADD COLUMN refund_outcome TEXT NOT NULL DEFAULT 'done';
ALTER TABLE merchants ADD COLUMN refund_lost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'processing', 'refused'));
