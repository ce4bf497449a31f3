"""The call-center (客户互动中心) of headquarters: interactions on every channel, and cases."""
