"""Advice on buying (购车咨询): variants side by side, those that fit a customer and why, and who serves well."""
