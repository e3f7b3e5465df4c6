// Native code that calls back into the program.
int callback(int);
int nativeTwice(int x) { return 2 * callback(x); }
