"""Erasure (删除权, PIPL Art. 47): a customer is forgotten here and in all services, and no copy brings them back."""
