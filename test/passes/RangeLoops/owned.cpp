// What an element owns is the iteration's: strings are assigned to, rows grow, trees are made and handed over. Only local
// workers can do that, and only where nobody catches what says that memory has run out.
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: cleave inspect %t.cleave | FileCheck %s --check-prefix=INSPECT
// RUN: %cleavexx -std=c++20 -O2 -DCATCHES -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s --check-prefix=CATCHES
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

// INSPECT: loop(
// INSPECT: done       in the program's process, by local workers

using Rows = std::vector<std::vector<int>>;

[[gnu::noinline]] void names(std::vector<std::string> &out) {
  // CHECK: owned.cpp:[[@LINE+2]]:{{[0-9]+}}: remark: ranges of this loop
  // CATCHES: owned.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = "word" + std::to_string(i);
}
[[gnu::noinline]] void shouted(const std::vector<std::string> &words, std::vector<std::string> &out) {
  // CHECK: owned.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string word;
    for (const char c : words[i])
      word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    std::reverse(word.begin(), word.end());
    out[i] = word;
  }
}
[[gnu::noinline]] void distances(const Rows &edges, Rows &all) {
  const int n = static_cast<int>(edges.size());
  // CHECK: owned.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (int s = 0; s < n; ++s) {
    std::vector<int> distance(n, -1), queue{s};
    distance[s] = 0;
    for (std::size_t k = 0; k < queue.size(); ++k)
      for (const int to : edges[queue[k]])
        if (distance[to] < 0) {
          distance[to] = distance[queue[k]] + 1;
          queue.push_back(to);
        }
    all[s] = std::move(distance);
  }
}
[[gnu::noinline]] void sorted(Rows &rows) {
  // CHECK: owned.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::vector<int> &row : rows)
    std::sort(row.begin(), row.end());
}
[[gnu::noinline]] void grown(Rows &rows, const std::vector<int> &values) {
  // CHECK: owned.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (const int value : values)
      if ((value + static_cast<int>(i)) % 3 == 0)
        rows[i].push_back(value);
}
// A row's size is its own, as long as nobody else's is asked for.
[[gnu::noinline]] void stairs(Rows &rows) {
  // CHECK: owned.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: an iteration uses a part of 'rows' that another one changes
  for (std::size_t i = 1; i < rows.size(); ++i)
    rows[i].resize(rows[i - 1].size() + 1);
}

int main(int argc, char **) {
  std::vector<std::string> words(100 * argc), out(100 * argc);
  names(words);
  shouted(words, out);
  Rows edges(100, std::vector<int>(3, argc)), all(100);
  distances(edges, all);
  sorted(all);
  grown(all, edges[4]);
  stairs(all);
#ifdef CATCHES
  try {
    names(out);
  } catch (const std::bad_alloc &) {
    std::puts("no memory");
  }
#endif
  std::printf("%s %d\n", out[4].c_str(), all[4][5]);
}
