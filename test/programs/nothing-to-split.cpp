// A program without work worth the name: it is compiled and run like any other, and has no task.
// RUN: %run-program %s
// EXPECT-NO-TASK
#include <iostream>

int main() { std::cout << "hello\n"; }
