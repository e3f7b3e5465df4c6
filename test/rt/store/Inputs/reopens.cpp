// reopens.cpp - opens one path again and again, and prints its first line each time.
//
//     reopens PATH TIMES MILLISECONDS
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

int main(int argc, char **argv) {
  if (argc < 4)
    return 2;
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    std::ifstream file(argv[1]);
    std::string line = "cannot be opened";
    std::getline(file, line);
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds(std::atoi(argv[3])));
  }
}
