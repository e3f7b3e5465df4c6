"""A generator of random value-semantic C++20 programs. program.py puts a program together; docs/fuzzing.md is its page.

    source.py        random numbers, indented text
    types.py         types, and how to make and digest a value of each
    expressions.py   expressions over what is in scope, bounded so that nothing overflows
    statements.py    statements: loops of all shapes, changes, early exits
    functions.py     the work: functions from values to a value, pure or with a trap inside
    consume.py       what a loop does with a result, and what it changes behind the work's back
    scenarios.py     calls in loops, in straight lines and in chains, with and without exceptions
    recursion.py     divide and conquer, trees, mutual recursion
    plain.py         loops over arrays that call nothing
"""
