"""`python -m customer_master serve|migrate|openapi`."""

from customer_master.service import SERVICE

if __name__ == "__main__":
    SERVICE.cli()
