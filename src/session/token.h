// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

//! What lets a client go on with its session: whoever has it is the client. It is never logged.
///
/// Pure functions.
namespace QRepod::Token {

//! 128 bits of the system's generator, as 22 characters that are safe in a URL; behind them, after
//! a dot, the name of the \a node of a cluster that keeps the session, if there is one.
QString create(const QString &node = {});

//! The node that \a token names; empty if it names none.
QString node(const QString &token);

//! What tokens are looked up by, so that how long it takes tells nothing about a token.
QByteArray digest(const QString &token);

//! A name for logs, which says nothing about a token.
QString createName();

} // namespace QRepod::Token
