"""The sales service of dealers: leads, test drives, quotes, orders, deliveries (线索、试驾、报价、订单、交车)."""
