struct Longest {
  long start = 0;
  long steps = 0;
};

Longest collatz(long first, long last);
