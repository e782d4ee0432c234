"""New issues into the patterns there are."""
