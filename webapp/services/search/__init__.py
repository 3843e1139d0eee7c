"""Search: one engine for the tree's filter, the search of everything and the autocompletes (N2, F3).

texts      what a record is found by, written with it
typed      what was typed, read as words
sources    where candidates come from: the indexes of each engine
mending    words one typing error away
finding    the search itself, in turns
small      the same in what needs no index
indexing   filling the indexes when all texts are there
marking    where the match is in what is shown
"""
