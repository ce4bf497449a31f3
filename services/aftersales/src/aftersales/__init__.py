"""After-sales (售后服务): workshops, appointments, repair orders, rescue, claims, parts, and the files of vehicles."""
