"""What a job costs: from the call to the worker's start, and how many a second."""
