"""The correction loop: a data set of cases that are segmented, corrected, learnt from, and compared.

What Slicer's process reads (data set, cases, versions, queue) imports neither torch nor pandas;
what computes (scores, fine-tuning, comparison) runs in a worker or a command.
"""
