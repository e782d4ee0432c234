"""How good the advice is: families of failures, what was then done, and recommendations to be judged."""
