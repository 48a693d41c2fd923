"""What Slipway's containers cost, measured beside the usual way of writing and serving them."""
