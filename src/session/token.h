// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

namespace QRepod {

//! What lets a client go on with its session: whoever has it is the client. It is never logged.
///
/// Pure functions.
namespace Token {

//! 128 bits of the system's generator, as 22 characters that are safe in a URL.
QString create();

//! What tokens are looked up by, so that how long it takes tells nothing about a token.
QByteArray digest(const QString &token);

//! A name for logs, which says nothing about a token.
QString createName();

} // namespace Token

} // namespace QRepod
