// A call in a loop throws, and a handler takes that, but the loop does not go on in each case: what it would have come to next
// must not be made in the program's process.
// RUN: %run-program %s
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

struct Job {
  long at;
  int how; // 0: good; 1: throws what is caught; 2 and more: throws what leaves the loop
};

struct Known : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct Related : Known {
  using Known::Known;
};

static const std::vector<int> &table() {
  static const std::vector<int> made = [] {
    std::vector<int> values(4096);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<int>(i * 2654435761u % 1009);
    return values;
  }();
  return made;
}

static unsigned long worked(const std::vector<int> &values, const Job &job) {
  if (job.how == 1)
    throw Related("at " + std::to_string(job.at));
  if (job.how == 2)
    throw std::logic_error("left at " + std::to_string(job.at));
  unsigned long sum = 0;
  for (int round = 0; round < 400; ++round)
    for (long i = 0; i < 1024; ++i)
      sum = sum * 5 + static_cast<unsigned>(values[job.at + i]); // unchecked: jobs behind a bad one lead anywhere
  return sum;
}

static std::vector<Job> jobs(int bad, int how) {
  std::vector<Job> made;
  for (int i = 0; i < 40; ++i)
    made.push_back({i < bad ? i * 11 : (1L << 40) + (static_cast<long>(i) << 30), i == bad ? how : i % 5 == 3 && i < bad});
  return made;
}

static unsigned long handlerBreaks(const std::vector<int> &values, const std::vector<Job> &list) {
  unsigned long sum = 0;
  for (const Job &job : list) {
    try {
      sum += worked(values, job);
    } catch (const Known &) {
      sum += 3;
      if (job.at > 300)
        break;
    }
  }
  return sum;
}

static unsigned long notTaken(const std::vector<int> &values, const std::vector<Job> &list) {
  unsigned long sum = 0;
  for (const Job &job : list) {
    try {
      sum += worked(values, job);
    } catch (const Known &) {
      sum += 5;
    }
  }
  return sum;
}

static unsigned long throwsAgain(const std::vector<int> &values, const std::vector<Job> &list) {
  unsigned long sum = 0;
  for (const Job &job : list) {
    try {
      sum += worked(values, job);
    } catch (const std::exception &) {
      sum += 7;
      if (job.how == 2)
        throw;
    }
  }
  return sum;
}

static unsigned long throwsAnother(const std::vector<int> &values, const std::vector<Job> &list) {
  unsigned long sum = 0;
  for (const Job &job : list) {
    try {
      sum += worked(values, job);
    } catch (const std::exception &) {
      sum += 11;
      if (job.how == 2)
        throw std::out_of_range("another at " + std::to_string(job.at));
    }
  }
  return sum;
}

static unsigned long takenOutside(const std::vector<int> &values, const std::vector<Job> &list) {
  unsigned long sum = 0;
  try {
    for (const Job &job : list) {
      try {
        sum += worked(values, job);
      } catch (const Known &) {
        sum += 13;
      }
    }
  } catch (const std::logic_error &error) {
    std::printf("outside: %s\n", error.what());
  }
  return sum;
}

// A handler for whatever comes, but what ends the loop is in the handler too.
static unsigned long returns(const std::vector<int> &values, const std::vector<Job> &list) {
  unsigned long sum = 0;
  for (const Job &job : list) {
    try {
      sum += worked(values, job);
    } catch (...) {
      if (job.how == 2)
        return sum;
      sum += 17;
    }
  }
  return sum + 1;
}

int main() {
  using Loop = unsigned long (*)(const std::vector<int> &, const std::vector<Job> &);
  const std::vector<int> values = table();
  const std::vector<Job> breaking = jobs(29, 1), leaving = jobs(32, 2);
  std::printf("%lu\n", handlerBreaks(values, breaking));
  for (Loop loop : {Loop{notTaken}, Loop{throwsAgain}, Loop{throwsAnother}, Loop{takenOutside}, Loop{returns}})
    try {
      std::printf("%lu\n", loop(values, leaving));
    } catch (const std::exception &error) {
      std::printf("main: %s\n", error.what());
    }
}
