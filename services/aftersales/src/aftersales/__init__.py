"""After-sales (售后服务) at repair stations: appointments and repair orders."""
