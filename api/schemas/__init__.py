"""What the API takes in and gives out; field names are the contract."""
