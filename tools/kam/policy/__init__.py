"""What a company's rules say of an account: pure functions over values, without files, tables or a clock."""
