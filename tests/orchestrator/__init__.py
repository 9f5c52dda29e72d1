"""What the tests of jobs share: bodies to run, and a stage to run them on."""
