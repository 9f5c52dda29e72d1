"""What the tests of jobs share: bodies to run, and a harness to run them on."""
