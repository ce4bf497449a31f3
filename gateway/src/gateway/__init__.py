"""The one public door of Isthmus: tokens, rights, rate limits, the way to the services, one API document."""
