"""The sample organisation and documents (样例), written for trials: nobody and nothing in them exists."""
