// wholes.cpp - one of the things that a program may do on its way, named by the first argument; and work that is a task's.
//
//   wholes status [...] | mixed | file PATH | close-on-cancel PATH | write PATH | input | long | tell | abort | memory | exit
//
// What it prints depends on nothing but its arguments and what it reads.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <new>
#include <string>
#include <vector>

char *volatile kept; // else nobody would notice if no memory were asked for

std::uint64_t mixed(std::uint64_t seed) {
  for (int i = 0; i != 200000; ++i)
    seed = (seed ^ (seed >> 31)) * 1099511628211u + 1;
  return seed;
}

std::uint64_t total(std::uint64_t seed) {
  std::vector<std::uint64_t> parts;
  for (std::uint64_t i = 0; i != 16; ++i)
    parts.push_back(mixed(seed + i));
  std::uint64_t sum = 0;
  for (std::uint64_t part : parts)
    sum = sum * 31 + part;
  return sum;
}

std::uint64_t contentOf(std::istream &in) {
  std::uint64_t hash = 0;
  std::string line;
  while (std::getline(in, line))
    for (char c : line)
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash;
}

int main(int argc, char **argv) {
  const std::string what = argc > 1 ? argv[1] : "status";
  const std::string path = argc > 2 ? argv[2] : "";
  std::uint64_t seed = what.size() + path.size();
  if (what == "file") {
    std::ifstream file(path);
    if (!file)
      std::cerr << "there is no " << path << "\n";
    seed += contentOf(file);
  } else if (what == "close-on-cancel") {
    std::FILE *file = std::fopen(path.c_str(), "rc");
    for (int c; file && (c = std::getc(file)) != EOF;)
      seed = seed * 7 + static_cast<unsigned>(c);
    if (file)
      std::fclose(file);
  } else if (what == "write") {
    std::ofstream(path) << "written\n";
  } else if (what == "input") {
    std::string word;
    std::cin >> word;
    seed += word.size();
  } else if (what == "mixed") {
    for (int i = 0; i != 20; ++i) {
      std::cout << i << (i % 3 ? " " : "\n") << (i % 5 ? "" : "flushed\n") << std::flush;
      std::cerr << "error " << i << "\n";
    }
  } else if (what == "memory") {
    try {
      kept = new char[std::size_t(1) << 46];
    } catch (const std::bad_alloc &) {
      std::cerr << "no memory\n";
    }
  }
  std::cout << what << " " << total(seed) << "\n";
  if (what == "long")
    for (int i = 0; i != 20000; ++i)
      std::cout << i << " of many lines\n";
  if (what == "tell")
    std::cout << std::cout.flush().tellp() << "\n";
  if (what == "abort")
    std::abort();
  if (what == "exit") {
    std::fputs("the end\n", stdout);
    std::exit(7);
  }
  if (!std::cout.flush()) {
    std::cerr << "cannot write\n";
    return 4;
  }
  return what == "status" ? 3 : 0;
}
