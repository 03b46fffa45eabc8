"""A local twin of message partners (Zalo ZNS and an SMS house): takes messages, sends nothing, shows what it got.

Run beside the product: `python -m truongso.sandbox.messages --port 8090`, then set up at the school
`http://127.0.0.1:8090/zalo` (template id, token) or `http://127.0.0.1:8090/sms` (brand name, token). What came in is
at `/tin` as JSON. Numbers ending in 00 are refused, in 01 the partner is down once per message, in 02 the token is
called wrong, in 03 the answer is nonsense.
"""
