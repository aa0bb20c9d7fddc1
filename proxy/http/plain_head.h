#pragma once

#include "proxy/http/message.h"

// Which heads leave no second reader a choice, so that none has to be asked; it does not know the
// bytes they came in.
namespace weir::http {

// Of heads that take_apart() and the gate have let through. Plain is a GET or HEAD of a path, and
// an answer, that name none of the fields from which a parser takes where the message ends or what
// its connection becomes: no length of a request, no coding, no upgrade, and no option of
// Connection but keep-alive and close. That llhttp reads all of these as we do is held by
// tests/http/plain_head_test.cc.
bool is_plain(const RequestHead& head);
bool is_plain(const ResponseHead& head);

}  // namespace weir::http
