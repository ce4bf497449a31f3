from isthmus_local.databases import Role, ServiceDatabase, database_url

DATABASE = ServiceDatabase("sales", owner=Role("sales_owner", "p@ss/word"), application=Role("sales", "secret"))


def test_urls_keep_the_server_and_change_database_and_role() -> None:
    admin = "postgresql://postgres:admin@db.example:6432/postgres?sslmode=require"
    assert DATABASE.application_url(admin) == "postgresql://sales:secret@db.example:6432/sales?sslmode=require"
    assert DATABASE.owner_url(admin) == "postgresql://sales_owner:p%40ss%2Fword@db.example:6432/sales?sslmode=require"


def test_without_a_role_the_account_stays() -> None:
    assert database_url("postgresql://postgres@localhost/postgres", "sales") == "postgresql://postgres@localhost/sales"
    assert database_url("postgresql://localhost/postgres", "sales") == "postgresql://localhost/sales"
