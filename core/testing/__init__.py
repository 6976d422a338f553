"""What tests of Grial and of addons stand on: a pytest plugin with both databases."""
