"""Feedback (客户反馈): surveys and their answers, complaints, suggestions."""
