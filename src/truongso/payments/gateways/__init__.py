"""Payment gateways: channels of a school, attempts to pay through them, and the money their notices prove."""
