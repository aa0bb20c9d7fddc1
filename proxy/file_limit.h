#pragma once

#include <optional>

// How many connections the limit on open files leaves room for; it does not know who uses them.
namespace weir {

struct FileLimit {
  long open_files = 0;      // the limit in force
  int max_connections = 0;  // of clients: each may need one more towards the service
};

// Raises the soft limit to the hard one and counts what is left after `reserved` descriptors of our
// own.
FileLimit raise_file_limit(int reserved);
// The limit in force, unraised; for the doctor.
FileLimit read_file_limit(int reserved);

// Descriptors that weir needs beside its connections: loops, listeners, logs, status clients.
int reserved_files(int workers);
// With fewer it does not even start.
int least_files(int workers);
// Room for fewer clients is worth a word, unless no more are wanted.
inline constexpr int kUsualConnections = 1000;

}  // namespace weir
