"""Parts (配件): what is in stock, and its sale without selling anything twice."""
