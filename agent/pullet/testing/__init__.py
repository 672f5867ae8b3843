"""What tests of the product run against instead of the world; held true by contract tests."""
